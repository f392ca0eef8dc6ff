package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPublishedIsFound(t *testing.T) {
	t.Parallel()
	s, c, counted := newStore(t)
	r := NewReader(s)
	if got := found(t, r, ""); got != "" {
		t.Fatalf("in an empty index: %s", got)
	}
	publish(t, s, document("leeds", "en", "Housing first", "refugees"))
	if got := found(t, r, "house"); got != "" {
		t.Errorf("looked again at once: %s", got)
	}
	c.forward(fresh)
	before := counted.query.Load()
	if got := found(t, r, "house"); got != "leeds" {
		t.Errorf("after two seconds: %q", got)
	}
	if n := counted.query.Load() - before; n != 1 || counted.get.Load() != 0 {
		t.Errorf("%d queries and %d gets", n, counted.get.Load())
	}

	// A change in the order of versions, whatever the clock of its writer.
	changed := document("leeds", "en", "Homes first", "refugees")
	changed.Version = 3
	publish(t, s, changed)
	c.forward(-5 * time.Second)
	late := document("leeds", "en", "Housing second", "refugees")
	late.Version = 2
	publish(t, s, late)
	c.forward(5*time.Second + fresh)
	if got := found(t, r, "house") + "/" + found(t, r, "home"); got != "/leeds" {
		t.Errorf("after the change: %q", got)
	}

	compact(t, s)
	publish(t, s, document("york", "en", "Housing", ""))
	write(t, s, s.Remove("leeds", 4))
	for name, reader := range map[string]*Reader{"warm": r, "cold": NewReader(s)} {
		c.forward(fresh)
		if got := found(t, reader, ""); got != "york" {
			t.Errorf("%s: %q", name, got)
		}
	}
	compact(t, s)
	c.forward(time.Hour)
	publish(t, s, late) // a write that was very late
	for name, reader := range map[string]*Reader{"warm": r, "cold": NewReader(s)} {
		c.forward(fresh)
		if got := found(t, reader, ""); got != "york" {
			t.Errorf("%s, after the late one: %q", name, got)
		}
	}
}

func TestCompactionTidiesUp(t *testing.T) {
	t.Parallel()
	s, c, _ := newStore(t)
	for i := range 40 {
		publish(t, s, document(fmt.Sprintf("d%02d", i%20), "en", "Housing", strings.Repeat("refugees ", i)))
		compact(t, s)
		c.forward(time.Minute)
	}
	changes, h, err := s.log(t.Context(), time.Time{}, true)
	if err != nil || len(changes) != 0 || len(h.Segments) > 4 || len(h.Retired) > 30 {
		t.Fatalf("%d changes in the log, head %+v, %v", len(changes), h, err)
	}
	if n := index(t, NewReader(s)).Len(); n != 20 {
		t.Errorf("%d documents", n)
	}
	retired := h.Retired
	c.forward(time.Hour)
	publish(t, s, document("last", "en", "Housing", ""))
	compact(t, s)
	for _, r := range retired {
		if _, err := s.load(t.Context(), r.storedSegment); !errors.Is(err, errMissing) {
			t.Errorf("the segment %s is still there: %v", r.ID, err)
		}
	}
}

// Readers, writers and compactors at once: in the end all readers have what a fresh index has.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	s, c, _ := newStore(t)
	const writers, changes = 4, 15
	var mu sync.Mutex
	newest := map[string]Document{}
	readers := []*Reader{NewReader(s), NewReader(s)}
	var running, background sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		background.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				c.forward(fresh / 2)
				if err := s.Compact(context.WithoutCancel(t.Context())); err != nil {
					t.Error(err)
				}
				for _, r := range readers {
					if _, err := r.Index(context.WithoutCancel(t.Context())); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for w := range writers {
		running.Go(func() {
			chance := rand.New(rand.NewPCG(1, uint64(w)))
			for version := range int64(changes) {
				id := fmt.Sprintf("w%d-%d", w, chance.IntN(4))
				if chance.IntN(5) == 0 {
					mu.Lock()
					delete(newest, id)
					mu.Unlock()
					write(t, s, s.Remove(id, version))
					continue
				}
				d := document(id, "en", fmt.Sprintf("Housing %d", chance.IntN(3)), strings.Repeat("refugees ", chance.IntN(9)), "housing")
				d.Version = version
				mu.Lock()
				newest[id] = d
				mu.Unlock()
				publish(t, s, d)
			}
		})
	}
	running.Wait()
	close(done)
	background.Wait()
	c.forward(time.Minute)
	for range 2 {
		for _, r := range append(readers, NewReader(s)) {
			for _, words := range []string{"", "house refugee", "refugees -1"} {
				same(t, index(t, r), slices.Collect(maps.Values(newest)), Query{Language: "en", Words: words, Counts: []string{"theme"}})
			}
		}
		c.forward(2 * compacting)
		compact(t, s)
	}
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	s, c, _ := newStore(t)
	publish(t, s, document("old", "en", "Housing", ""))
	compact(t, s)
	warm := NewReader(s)
	index(t, warm)
	documents := func(yield func(Document, error) bool) {
		for i := range batch + 7 {
			if !yield(document(fmt.Sprint("d", i), "en", "Housing", ""), nil) {
				return
			}
		}
		published := document("d1", "en", "Homes", "")
		published.Version = 2
		publish(t, s, published)
	}
	if err := s.Rebuild(t.Context(), documents); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Reader{warm, NewReader(s)} {
		c.forward(fresh)
		if n, homes := index(t, r).Len(), found(t, r, "home"); n != batch+7 || homes != "d1" {
			t.Errorf("%d documents, %q is published", n, homes)
		}
	}
	wrong := errors.New("the table is gone")
	failing := iter.Seq2[Document, error](func(yield func(Document, error) bool) { yield(Document{}, wrong) })
	if err := s.Rebuild(t.Context(), failing); !errors.Is(err, wrong) {
		t.Errorf("a source that fails: %v", err)
	}
	_, h, err := s.log(t.Context(), time.Time{}, true)
	if err != nil {
		t.Fatal(err)
	}
	if claimed, err := s.claim(t.Context(), h, storedSegment{ID: "x"}, rebuilding); err != nil || !claimed {
		t.Fatal(claimed, err)
	}
	if err := s.Rebuild(t.Context(), documents); !errors.Is(err, ErrBusy) {
		t.Errorf("while another one rebuilds: %v", err)
	}
}

func TestLargeDocuments(t *testing.T) {
	t.Parallel()
	s, _, _ := newStore(t)
	chance := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		var b strings.Builder
		for range n {
			for range 3 + chance.IntN(60) {
				b.WriteByte(byte('a' + chance.IntN(26)))
			}
			b.WriteByte(' ')
		}
		return b.String()
	}
	publish(t, s, document("large", "xx", "Housing", words(30_000)))
	for i := range 4 {
		publish(t, s, document(fmt.Sprint("d", i), "xx", "Housing", words(8000)))
	}
	compact(t, s)
	_, h, err := s.log(t.Context(), time.Time{}, true)
	if err != nil || len(h.Segments) != 1 || h.Segments[0].Parts < 2 {
		t.Fatalf("%+v, %v", h, err)
	}
	if n := index(t, NewReader(s)).Len(); n != 5 {
		t.Errorf("%d documents", n)
	}
	large := document("x", "en", "", "")
	large.Show = make([]byte, MaxShow+1)
	if _, err := s.Change(large); !errors.Is(err, errDocument) {
		t.Errorf("shows too much: %v", err)
	}
}
