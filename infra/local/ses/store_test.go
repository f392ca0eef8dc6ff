package ses

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // it may be closed already
	return s
}

func accept(t *testing.T, s *Store, id string) {
	t.Helper()
	if err := s.accept(Message{ID: id}, []byte("raw "+id)); err != nil {
		t.Fatal(err)
	}
}

func ids(messages []Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.ID)
	}
	return fmt.Sprint(all)
}

func TestStoreKeepsMessages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := openStore(t, dir)
	accept(t, first, "a")
	if err := first.Clear(time.Now()); err != nil {
		t.Fatal(err)
	}
	accept(t, first, "b")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.accept(Message{ID: "c"}, nil); !errors.Is(err, errClosed) {
		t.Errorf("accepting after Close: %v", err)
	}
	second := openStore(t, dir)
	accept(t, second, "d")
	if got := ids(second.Messages()); got != "[b d]" {
		t.Errorf("the messages are %s", got)
	}
	for _, id := range []string{"b", "d"} {
		if m, raw, err := second.Read(id); err != nil || m.ID != id || string(raw) != "raw "+id {
			t.Errorf("%s is %+v %q, %v", id, m, raw, err)
		}
	}
	for _, id := range []string{"a", "../b", "nobody"} {
		if _, _, err := second.Read(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// Each message becomes a file as soon as nobody is sending.
func TestStoreFilesMessages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openStore(t, dir)
	accept(t, s, "a")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if raw, err := os.ReadFile(filepath.Join(dir, "a.eml")); err == nil && string(raw) == "raw a" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the message has no file")
		}
	}
	if err := s.Clear(time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a.eml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is left: %v", err)
	}
}

// A crash may cut the last line off. What came before and what comes after
// counts.
func TestStoreAfterCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := `{"id":"a"}` + "\n" + `{"id":"b"}` + "\n" + `{"id":"c`
	if err := os.WriteFile(filepath.Join(dir, logName), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, dir)
	accept(t, s, "d")
	read, err := ReadLog(dir)
	if err != nil || ids(read) != "[a b d]" {
		t.Errorf("the log has %s, %v", ids(read), err)
	}
}

func TestStoreTakesManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openStore(t, dir)
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() { accept(t, s, fmt.Sprint(i)) })
	}
	group.Wait()
	read, err := ReadLog(dir)
	if err != nil || len(read) != 200 {
		t.Errorf("the log has %d messages, %v", len(read), err)
	}
}

func BenchmarkAccept(b *testing.B) {
	s, err := OpenStore(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	raw := make([]byte, 6<<10)
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := s.accept(Message{ID: newMessageID(time.Now())}, raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The whole way of a message of 6 KB from a client of the SDK to the disk.
func BenchmarkSendRawEmail(b *testing.B) {
	o := open(b, Faults{})
	raw := letter("a@example.org", "X-SES-CONFIGURATION-SET: letters") + strings.Repeat(strings.Repeat("x", 98)+"\r\n", 60)
	rate := 1e9
	o.SetFaults(Faults{MaxRate: &rate})
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := o.send(b, raw, nil); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
