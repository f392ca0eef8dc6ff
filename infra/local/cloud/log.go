package cloud

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	stdlog "log"
	"sync"
)

// A log joins the output of all processes, line by line, each after the name
// of its source.
type log struct {
	mutex  sync.Mutex
	to     io.Writer
	colour bool
}

func newLog(to io.Writer, colour bool) *log { return &log{to: to, colour: colour} }

// of is a writer for one source.
func (l *log) of(name string) io.Writer { return &source{log: l, prefix: l.prefix(name)} }

// errors is for the HTTP servers.
func (l *log) errors() *stdlog.Logger { return stdlog.New(l.of("local"), "", 0) }

// nameWidth fits the longest names of functions, so that lines begin below
// each other.
const nameWidth = 21

// The colours of ANSI terminals that are readable on light and dark.
var colours = []int{31, 32, 33, 34, 35, 36}

func (l *log) prefix(name string) string {
	padded := fmt.Sprintf("%-*s", nameWidth, name)
	if !l.colour {
		return padded + " | "
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))                                                                     // never fails
	return fmt.Sprintf("\x1b[%dm%s |\x1b[0m ", colours[int(hash.Sum32()%uint32(len(colours)))], padded) //nolint:gosec // six
}

// A source has the part of a line that has no end yet.
type source struct {
	log    *log
	prefix string

	mutex   sync.Mutex
	partial []byte
}

// maxPartial is how long a line without an end may get before it is written.
const maxPartial = 256 << 10

// Write writes the lines that are complete.
func (s *source) Write(b []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.partial = append(s.partial, b...)
	var out bytes.Buffer
	for {
		line, rest, found := bytes.Cut(s.partial, []byte("\n"))
		if !found && len(s.partial) < maxPartial {
			break
		}
		out.WriteString(s.prefix)
		out.Write(line)
		out.WriteByte('\n')
		s.partial = rest
	}
	s.partial = append([]byte(nil), s.partial...)
	if out.Len() == 0 {
		return len(b), nil
	}
	s.log.mutex.Lock()
	defer s.log.mutex.Unlock()
	if _, err := s.log.to.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}
