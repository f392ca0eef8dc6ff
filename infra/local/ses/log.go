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
	"time"
)

// The files of a store beside the messages' own.
const (
	// logName is the log of accepted messages: one JSON object a line, each on
	// the disk before its sender hears of it. It is only appended to. A line
	// with "cleared" marks when the mailbox was emptied; what came before
	// stays in the log.
	logName = "accepted.jsonl"
	// contentName has the contents of the messages one after the other. A file
	// for each would cost more than everything else about a message.
	contentName = "contents"
)

type logEntry struct {
	*Message
	// Where the content is.
	Offset int64 `json:"offset"`
	Size   int   `json:"size"`

	Cleared *time.Time `json:"cleared,omitempty"`
}

// ReadLog reads the messages in the log of a folder since it was last cleared,
// in the order they were accepted, also while a store is open. A last line
// that was cut off by a crash was never confirmed and is left out.
func ReadLog(dir string) ([]Message, error) {
	entries, err := readLog(dir)
	messages := make([]Message, 0, len(entries))
	for _, e := range entries {
		messages = append(messages, *e.Message)
	}
	return messages, err
}

func readLog(dir string) ([]logEntry, error) {
	file, err := os.Open(filepath.Join(dir, logName)) //nolint:gosec // the caller's folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log of accepted mail: %w", err)
	}
	defer func() { _ = file.Close() }()
	var entries []logEntry
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, nil // with what was cut off, if anything
		}
		if err != nil {
			return nil, fmt.Errorf("read the log of accepted mail: %w", err)
		}
		var entry logEntry
		switch err := json.Unmarshal(line, &entry); {
		case err != nil: // cut off, and continued after the crash
		case entry.Cleared != nil:
			entries = nil
		case entry.Message != nil:
			entries = append(entries, entry)
		}
	}
}

// A writer appends to the log and the contents. One goroutine owns it.
type writer struct {
	log, contents *os.File
	end           int64 // of the contents
}

// pending is an entry on its way to the disk. Its offset is filled in on the
// way.
type pending struct {
	entry   logEntry
	content []byte
	done    chan error
}

func openWriter(dir string) (*writer, error) {
	log, err := os.OpenFile(filepath.Join(dir, logName), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller's folder
	if err != nil {
		return nil, err
	}
	if err := mend(log); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	contents, err := os.OpenFile(filepath.Join(dir, contentName), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // as above
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	end, err := contents.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(err, log.Close(), contents.Close())
	}
	return &writer{log, contents, end}, nil
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

// run writes what is waiting in one go and syncs it once: while the disk is
// busy with some messages, the next ones gather.
func (w *writer) run(queue <-chan *pending) {
	for first := range queue {
		group := []*pending{first}
		for gathering := true; gathering; {
			select {
			case next, open := <-queue:
				if gathering = open; open {
					group = append(group, next)
				}
			default:
				gathering = false
			}
		}
		err := w.write(group)
		for _, p := range group {
			p.done <- err
		}
	}
}

func (w *writer) write(group []*pending) error {
	var lines, contents []byte
	for _, p := range group {
		p.entry.Offset, p.entry.Size = w.end+int64(len(contents)), len(p.content)
		contents = append(contents, p.content...)
		line, err := json.Marshal(p.entry)
		if err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	if _, err := w.contents.WriteAt(contents, w.end); err != nil {
		return err
	}
	w.end += int64(len(contents))
	if _, err := w.log.Write(lines); err != nil {
		return err
	}
	return w.log.Sync()
}

func (w *writer) close() error { return errors.Join(w.log.Close(), w.contents.Close()) }
