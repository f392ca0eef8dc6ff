package ses

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	if raw, err := second.Raw("b"); err != nil || string(raw) != "raw b" {
		t.Errorf("b is %q, %v", raw, err)
	}
	for _, id := range []string{"a", "../b", "nobody"} {
		if _, err := second.Raw(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", id, err)
		}
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
