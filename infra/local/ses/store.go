package ses

import (
	"errors"
	"fmt"
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
	// AnswerLost and EventsLost are faults that the message met: its sender was not told that it
	// was accepted, nobody is told what became of it.
	AnswerLost bool `json:"answerLost,omitempty"`
	EventsLost bool `json:"eventsLost,omitempty"`
}

// A Store keeps accepted messages in a folder: a log that is the truth about
// what was accepted, their contents, and, as soon as nobody is sending, each
// message as a file of its own, ID.eml, for people and mail programs.
type Store struct {
	dir    string
	writer *writer
	queue  chan *pending

	closing sync.RWMutex // held for reading while something is in the queue
	closed  bool
	stop    chan struct{}
	running sync.WaitGroup

	mutex   sync.Mutex
	entries []logEntry
	byID    map[string]int // index in entries
	filed   int            // how many of the entries have a file
	last    time.Time      // when a message was accepted
}

var errClosed = errors.New("the store of mail is closed")

// OpenStore opens the store in a folder, which is made if it is missing.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for mail: %w", err)
	}
	entries, err := readLog(dir)
	if err != nil {
		return nil, err
	}
	w, err := openWriter(dir)
	if err != nil {
		return nil, fmt.Errorf("open the log of accepted mail: %w", err)
	}
	s := &Store{dir: dir, writer: w, queue: make(chan *pending, 1024), stop: make(chan struct{}), byID: map[string]int{}}
	for _, e := range entries {
		s.add(e)
	}
	s.running.Go(func() { w.run(s.queue) })
	s.running.Go(s.fileMessages)
	return s, nil
}

// accept keeps a message. When it returns nil the message is in the log on the
// disk.
func (s *Store) accept(m Message, raw []byte) error {
	p := &pending{entry: logEntry{Message: &m}, content: raw, done: make(chan error, 1)}
	if err := s.append(p); err != nil {
		return fmt.Errorf("keep the message: %w", err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.last = time.Now()
	s.add(p.entry)
	return nil
}

func (s *Store) add(e logEntry) {
	s.byID[e.ID] = len(s.entries)
	s.entries = append(s.entries, e)
}

func (s *Store) append(p *pending) error {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return errClosed
	}
	s.queue <- p
	return <-p.done
}

// Count is how many messages there are.
func (s *Store) Count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.entries)
}

// Messages are all messages, the oldest first.
func (s *Store) Messages() []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	messages := make([]Message, 0, len(s.entries))
	for _, e := range s.entries {
		messages = append(messages, *e.Message)
	}
	return messages
}

// Read is a message and its content. The error is [fs.ErrNotExist] if there is
// no such message.
func (s *Store) Read(id string) (Message, []byte, error) {
	s.mutex.Lock()
	i, ok := s.byID[id]
	if !ok {
		s.mutex.Unlock()
		return Message{}, nil, fmt.Errorf("message %s: %w", id, fs.ErrNotExist)
	}
	e := s.entries[i]
	s.mutex.Unlock()
	raw := make([]byte, e.Size)
	_, err := s.writer.contents.ReadAt(raw, e.Offset)
	return *e.Message, raw, err
}

// Clear empties the mailbox. The log keeps what was accepted, and so do the
// contents.
func (s *Store) Clear(now time.Time) error {
	if err := s.append(&pending{entry: logEntry{Cleared: &now}, done: make(chan error, 1)}); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, e := range s.entries[:s.filed] {
		if err := os.Remove(s.path(e.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("empty the mailbox: %w", err)
		}
	}
	s.entries, s.byID, s.filed = nil, map[string]int{}, 0
	return nil
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, id+".eml") }

const (
	fileTick = 100 * time.Millisecond
	// quiet is how long nobody has sent when messages are filed: a file costs
	// so much that it would slow senders down.
	quiet = 200 * time.Millisecond
)

// fileMessages gives each message its file.
func (s *Store) fileMessages() {
	tick := time.NewTicker(fileTick)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now := <-tick.C:
			for s.fileNext(now) {
			}
		}
	}
}

// fileNext is false if there is nothing to file or somebody is sending.
func (s *Store) fileNext(now time.Time) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.filed == len(s.entries) || now.Sub(s.last) < quiet {
		return false
	}
	e := s.entries[s.filed]
	s.filed++
	if _, err := os.Stat(s.path(e.ID)); err == nil {
		return true // from a run before
	}
	raw := make([]byte, e.Size)
	if _, err := s.writer.contents.ReadAt(raw, e.Offset); err != nil {
		return true // Read will tell whoever asks for it
	}
	return os.WriteFile(s.path(e.ID), raw, 0o600) == nil
}

// Close ends the store. Messages that come later are not accepted.
func (s *Store) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.queue)
	close(s.stop)
	s.running.Wait()
	return s.writer.close()
}
