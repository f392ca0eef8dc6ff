package search

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// fresh is how long a snapshot is used without looking for changes.
	fresh = 2 * time.Second
	// overlap is how far back a look goes: the clocks of writers differ, and a transaction takes its
	// time after its change got a time.
	overlap = 15 * time.Second
	// tries is how often a reader begins again when a segment has vanished while it was loading.
	tries = 3
)

// Reader keeps an index in memory and follows its changes.
type Reader struct {
	store *Store

	mu       sync.Mutex // held while looking, so that many requests look once
	looked   time.Time
	head     *head
	segments []*segment // of the head, in its order
	recent   layers     // the changes since
	index    *Index
}

// NewReader returns a reader, which reads nothing yet. A process needs one per store.
func NewReader(s *Store) *Reader { return &Reader{store: s} }

// Index returns a snapshot with all changes up to about two seconds ago. The first call loads the
// index; a later one asks for changes, with one Query, if the last look is more than two seconds ago.
func (r *Reader) Index(ctx context.Context) (*Index, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.store.now()
	if r.index != nil && now.Sub(r.looked) < fresh && !now.Before(r.looked) {
		return r.index, nil
	}
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	r.looked = now
	return r.index, nil
}

func (r *Reader) look(ctx context.Context) error {
	if r.index == nil {
		return r.load(ctx)
	}
	changes, h, err := r.store.log(ctx, r.looked.Add(-overlap), false)
	if err != nil {
		return err
	}
	if !r.head.same(h) {
		return r.load(ctx)
	}
	return r.apply(changes)
}

// load starts from the head and the whole log, with those segments that are in memory already.
func (r *Reader) load(ctx context.Context) error {
	for try := 1; ; try++ {
		changes, h, err := r.store.log(ctx, time.Time{}, true)
		if err != nil {
			return err
		}
		segments, err := r.fetch(ctx, h)
		if errors.Is(err, errMissing) && try < tries {
			continue // a compaction came in between
		}
		if err != nil {
			return err
		}
		fresh := Reader{head: h, segments: segments}
		if err := fresh.apply(changes); err != nil {
			return err
		}
		r.head, r.segments, r.recent, r.index = fresh.head, fresh.segments, fresh.recent, fresh.index
		return nil
	}
}

// fetch returns the segments of a head, in its order.
func (r *Reader) fetch(ctx context.Context, h *head) ([]*segment, error) {
	segments := make([]*segment, len(h.Segments))
	group, ctx := errgroup.WithContext(ctx)
	for i, stored := range h.Segments {
		if r.head != nil {
			if known := slices.Index(r.head.Segments, stored); known >= 0 {
				segments[i] = r.segments[known]
				continue
			}
		}
		group.Go(func() (err error) {
			segments[i], err = r.store.load(ctx, stored)
			return err
		})
	}
	return segments, group.Wait()
}

// apply adds changes that are not known yet, and makes the snapshot.
func (r *Reader) apply(changes []change) error {
	changed := r.index == nil
	for _, c := range changes {
		if r.version(c.id) >= c.version {
			continue
		}
		s, err := decode(c.data)
		if err != nil {
			return err
		}
		r.recent.push(s)
		changed = true
	}
	if !changed {
		return nil
	}
	r.index = newIndex(slices.Concat(r.segments, r.recent))
	return nil
}

// version returns the version that is known of a document, removed or not, or -1.
func (r *Reader) version(id string) int64 {
	version := int64(-1)
	for _, s := range slices.Concat(r.segments, r.recent) {
		if doc := s.doc(id); doc >= 0 {
			version = max(version, s.versions[doc])
		}
	}
	return version
}
