package ses

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Message is what the service knows of an accepted message besides its
// content.
type Message struct {
	ID               string            `json:"id"`
	Time             time.Time         `json:"time"`
	From             string            `json:"from"` // of the envelope
	To               []string          `json:"to"`   // of the envelope
	Subject          string            `json:"subject"`
	ConfigurationSet string            `json:"configurationSet"`
	Tags             map[string]string `json:"tags"`
}

// logName is the log of accepted messages: one JSON object a line, each on the
// disk before its sender hears of it. It is only appended to. A line with
// "cleared" marks when the mailbox was emptied; what came before stays in the
// log.
const logName = "accepted.jsonl"

type logEntry struct {
	*Message
	Cleared *time.Time `json:"cleared,omitempty"`
}

// A Store keeps accepted messages in a folder: each as a file, ID.eml, and all
// in a log that is the truth about what was accepted.
type Store struct {
	dir   string
	log   *os.File
	queue chan *pending
	ended chan struct{}

	mutex    sync.Mutex
	messages []Message

	closing sync.RWMutex // held for reading while something is in the queue
	closed  bool
}

var errClosed = errors.New("the store of mail is closed")

// pending is a line on its way to the disk.
type pending struct {
	line []byte
	done chan error
}

// OpenStore opens the store in a folder, which is made if it is missing.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for mail: %w", err)
	}
	messages, err := ReadLog(dir)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, logName), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's folder
	if err != nil {
		return nil, fmt.Errorf("open the log of accepted mail: %w", err)
	}
	if err := mend(log); err != nil {
		return nil, errors.Join(fmt.Errorf("open the log of accepted mail: %w", err), log.Close())
	}
	s := &Store{dir: dir, log: log, queue: make(chan *pending, 1024), ended: make(chan struct{}), messages: messages}
	go s.writeLog()
	return s, nil
}

// ReadLog reads the messages in the log of a folder since it was last cleared,
// in the order they were accepted, also while a store is open. A last line
// that was cut off by a crash was never confirmed and is left out.
func ReadLog(dir string) ([]Message, error) {
	file, err := os.Open(filepath.Join(dir, logName)) //nolint:gosec // the caller's folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log of accepted mail: %w", err)
	}
	defer func() { _ = file.Close() }()
	var messages []Message
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return messages, nil // with what was cut off, if anything
		}
		if err != nil {
			return nil, fmt.Errorf("read the log of accepted mail: %w", err)
		}
		var entry logEntry
		switch err := json.Unmarshal(line, &entry); {
		case err != nil: // cut off, and continued after the crash
		case entry.Cleared != nil:
			messages = nil
		case entry.Message != nil:
			messages = append(messages, *entry.Message)
		}
	}
}

// mend ends a line that was cut off by a crash.
func mend(log *os.File) error {
	info, err := log.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := log.ReadAt(last, info.Size()-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = log.WriteString("\n")
	return err
}

// accept keeps a message. When it returns nil the message is in the log on the
// disk.
func (s *Store) accept(m Message, raw []byte) error {
	if err := os.WriteFile(s.path(m.ID), raw, 0o600); err != nil {
		return fmt.Errorf("keep the message: %w", err)
	}
	if err := s.append(logEntry{Message: &m}); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.messages = append(s.messages, m)
	return nil
}

func (s *Store) append(entry logEntry) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errClosed
	}
	p := &pending{line: append(line, '\n'), done: make(chan error, 1)}
	s.queue <- p
	return <-p.done
}

// writeLog writes what is waiting in one go and syncs it once: while the disk
// is busy with some messages, the next ones gather.
func (s *Store) writeLog() {
	defer close(s.ended)
	for first := range s.queue {
		group := []*pending{first}
		buffer := first.line
		for gathering := true; gathering; {
			select {
			case next, open := <-s.queue:
				if gathering = open; open {
					group = append(group, next)
					buffer = append(buffer, next.line...)
				}
			default:
				gathering = false
			}
		}
		_, err := s.log.Write(buffer)
		if err == nil {
			err = s.log.Sync()
		}
		for _, p := range group {
			p.done <- err
		}
	}
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, id+".eml") }

// Messages are all messages, the oldest first.
func (s *Store) Messages() []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]Message(nil), s.messages...)
}

// Raw is a message as it was sent. The error is [fs.ErrNotExist] if there is
// no such message.
func (s *Store) Raw(id string) ([]byte, error) {
	if !filepath.IsLocal(id) || filepath.Base(id) != id {
		return nil, fmt.Errorf("message %s: %w", id, fs.ErrNotExist)
	}
	return os.ReadFile(s.path(id)) //nolint:gosec // a file of this folder, see above
}

// Clear empties the mailbox. The log keeps what was accepted.
func (s *Store) Clear(now time.Time) error {
	if err := s.append(logEntry{Cleared: &now}); err != nil {
		return err
	}
	s.mutex.Lock()
	old := s.messages
	s.messages = nil
	s.mutex.Unlock()
	for _, m := range old {
		if err := os.Remove(s.path(m.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("empty the mailbox: %w", err)
		}
	}
	return nil
}

// Close ends the store. Messages that come later are not accepted.
func (s *Store) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	s.closed = true
	close(s.queue)
	<-s.ended
	return s.log.Close()
}
