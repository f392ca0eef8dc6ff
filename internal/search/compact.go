package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

const (
	// grace is how long a replaced segment is kept for readers that have just read the old head.
	grace = 10 * time.Minute
	// compacting and rebuilding are how long the one and the other may take before somebody else may
	// begin. Who is slower than that loses only work: the head's version decides.
	compacting = time.Minute
	rebuilding = 15 * time.Minute
	// growth is how much larger a segment is than the one after it, at least: a document is copied
	// once for every power of growth, and a search looks into few segments.
	growth = 4
)

// ErrBusy is the error of a rebuild while somebody else compacts or rebuilds.
var ErrBusy = errors.New("search: somebody else is changing the segments")

// Compact makes a segment of the changes in the log, merged with the segments that are not much
// larger. Any number of processes may call it at once: one does the work. To be called every few
// minutes; without changes it costs one read.
func (s *Store) Compact(ctx context.Context) error {
	changes, h, err := s.log(ctx, time.Time{}, true)
	if err != nil || len(changes) == 0 || s.now().Unix() < h.Busy {
		return err
	}
	var stack layers
	for _, c := range changes {
		seg, err := decode(c.data)
		if err != nil {
			return fmt.Errorf("%s: %w", c.key, err)
		}
		stack.push(seg)
	}
	merged := merge(stack)
	var replaced []storedSegment
	var segments []*segment
	for i := len(h.Segments) - 1; i >= 0; i-- {
		size := merged.len()
		for _, r := range replaced {
			size += r.Documents
		}
		if h.Segments[i].Documents > growth*size {
			break
		}
		seg, err := s.load(ctx, h.Segments[i])
		if err != nil {
			return err
		}
		replaced = append(replaced, h.Segments[i])
		segments = append(segments, seg)
	}
	if len(segments) > 0 {
		slices.Reverse(segments)
		merged = merge(append(segments, merged))
	}
	done, err := s.swap(ctx, h, merged, replaced, compacting)
	if err != nil || !done {
		return err
	}
	return s.remove(ctx, func(yield func(dynamo.Item) bool) {
		for _, c := range changes {
			if !yield(dynamo.Key(s.name, c.key)) {
				return
			}
		}
	})
}

// batch is how many documents a rebuild analyses at a time.
const batch = 500

// Rebuild makes the index anew out of all documents that there are, such as after an import or when
// the format changed. Documents that are published or removed meanwhile are not lost: the log stays.
// It fails with [ErrBusy] when somebody else changes the segments.
func (s *Store) Rebuild(ctx context.Context, documents iter.Seq2[Document, error]) error {
	_, h, err := s.log(ctx, s.now(), true)
	if err != nil {
		return err
	}
	if s.now().Unix() < h.Busy {
		return ErrBusy
	}
	var stack layers
	var docs []Document
	flush := func() error {
		seg, err := build(docs, maxWords)
		docs = docs[:0]
		if err == nil {
			stack.push(seg)
		}
		return err
	}
	for d, err := range documents {
		if err != nil {
			return err
		}
		if docs = append(docs, d); len(docs) == batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	done, err := s.swap(ctx, h, merge(stack), h.Segments, rebuilding)
	if err == nil && !done {
		return ErrBusy
	}
	return err
}

// swap writes a segment and puts it into the place of others. It reports false when somebody else
// was faster; then nothing has changed.
func (s *Store) swap(ctx context.Context, h *head, seg *segment, replaced []storedSegment, patience time.Duration) (bool, error) {
	data := seg.encode()
	stored := newStoredSegment(seg, data)
	if claimed, err := s.claim(ctx, h, stored, patience); err != nil || !claimed {
		return false, err
	}
	if err := s.write(ctx, stored, data); err != nil {
		return false, err
	}
	done, err := s.commit(ctx, h, stored, replaced)
	if err == nil && !done {
		err = s.remove(ctx, s.partKeys(stored))
	}
	return done, err
}

// layers are segments, each at least twice as large as the next.
type layers []*segment

// push adds a segment on top and merges what has become too much alike.
func (l *layers) push(s *segment) {
	all := append(*l, s)
	for n := len(all); n > 1 && all[n-2].len() < 2*all[n-1].len(); n = len(all) {
		all = append(all[:n-2], merge(all[n-2:]))
	}
	*l = all
}
