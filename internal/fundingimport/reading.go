package fundingimport

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

// reading is one source in the hands of a run.
type reading struct {
	*Importer
	adapter Adapter
	source  call.Source
	// seen are the calls that this run had, with the last pass that had each.
	seen map[uint64]int
	// indexed counts the calls that wait in the log of the search index.
	indexed int
}

// compactAfter is how many changes readers of the search index may find in its log.
const compactAfter = 300

// pages reads page after page until the source is read or fails, and ends the run.
func (r *reading) pages(ctx context.Context) error {
	for {
		page, err := r.page(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			return r.fail(ctx, err)
		}
		if err := r.store(ctx, page); err != nil {
			return err
		}
		if r.indexed >= compactAfter {
			if err := r.Calls.Compact(ctx); err != nil {
				return err
			}
			r.indexed = 0
		}
		if page.Next != "" {
			continue
		}
		if r.missing() && r.source.Reading.Pass < maxPasses {
			state := &r.source.Reading
			state.Pass++
			state.Total, state.Found, state.Moved = 0, 0, false
			continue
		}
		return r.end(ctx)
	}
}

// page asks for the page at the cursor, again after a while if it fails.
func (r *reading) page(ctx context.Context) (Page, error) {
	for attempt := 1; ; attempt++ {
		page, err := r.adapter.Page(ctx, r.source, r.source.Reading.Cursor)
		r.source.Reading.Counts.Requests += page.Cost.Requests
		r.source.Reading.Counts.Bytes += page.Cost.Bytes
		if err == nil {
			return page, nil
		}
		r.Log.WarnContext(ctx, "page failed", "source", r.source.ID, "page", r.source.Reading.Cursor, "attempt", attempt, "cause", err)
		trouble, ok := errors.AsType[*Trouble](err)
		if !ok || !trouble.Passing || attempt == attempts {
			return page, err
		}
		pause := time.Second << (2 * (attempt - 1)) // 1, 4, 16 s
		if err := r.Sleep(ctx, pause+r.Jitter(pause)); err != nil {
			return page, err
		}
	}
}

// store writes what is new on a page and how far the reading has come. Whatever dies in between is
// done again by the next run, with the same result.
func (r *reading) store(ctx context.Context, page Page) error {
	next := r.source
	state := &next.Reading
	var fresh []call.Record
	var calls []uint64
	note := func(id string) bool {
		h := hash(id)
		pass, known := r.seen[h]
		if known && pass == state.Pass {
			state.Moved = true // twice in one pass: the pages shifted between two readings
			return false
		}
		r.seen[h] = state.Pass
		calls = append(calls, h)
		if !known {
			state.Found++
		}
		return !known
	}
	for _, record := range page.Records {
		if note(record.ID) {
			fresh = append(fresh, record)
		}
	}
	for _, refusal := range page.Refusals {
		if note(refusal.ID) {
			state.Counts.Refused++
			refuse(state, refusal.ID, refusal.Reason)
		}
	}
	if err := r.write(ctx, state, fresh); err != nil {
		return err
	}
	if state.Total != 0 && state.Total != page.Total {
		state.Moved = true
	}
	state.Total, state.Cursor, state.Counts.Seen = page.Total, page.Next, len(r.seen)
	state.Attempts, next.Failures = 0, 0
	if next.Due.Sub(r.Now()) < lease/2 {
		next.Due = r.Now().UTC().Add(lease)
	}
	next, err := r.Calls.SavePage(ctx, next, calls)
	if err == nil {
		r.source = next
	}
	return err
}

// batchSize is how many records are written at a time.
const batchSize = 25

// write writes records, and the details of those that are new or have changed.
func (r *reading) write(ctx context.Context, state *call.Reading, records []call.Record) error {
	for len(records) > 0 {
		n := min(len(records), batchSize)
		batch := records[:n]
		records = records[n:]
		results, err := r.Upsert(ctx, state.Run, batch)
		if err != nil {
			return err
		}
		var more []call.Record
		for i, result := range results {
			count(state, batch[i], result)
			if result.Effect == call.Unchanged {
				continue
			}
			r.indexed++
			if r.adapter.Details == nil {
				continue
			}
			details, err := r.adapter.Details(ctx, batch[i])
			state.Counts.Requests += details.Cost.Requests
			state.Counts.Bytes += details.Cost.Bytes
			if err != nil {
				refuse(state, batch[i].ID, "details")
			}
			more = append(more, details.Records...)
		}
		if _, err := r.Upsert(ctx, state.Run, more); err != nil {
			return err
		}
	}
	return nil
}

func count(state *call.Reading, record call.Record, result call.Result) {
	switch result.Effect {
	case call.New:
		state.Counts.New++
	case call.Changed:
		state.Counts.Changed++
	case call.Unchanged:
		state.Counts.Unchanged++
	}
	if result.Twin != "" {
		refuse(state, record.ID, "twin")
	}
}

// refuse notes what could not be taken, or not all of it.
func refuse(state *call.Reading, id, reason string) {
	if len(state.Refusals) < call.MaxRefusals {
		state.Refusals = append(slices.Clip(state.Refusals), call.Refusal{ID: id, Reason: reason})
	}
}

// missing reports whether this pass may have left out a call: its pages shifted while they were read,
// or there are fewer calls than the source says.
func (r *reading) missing() bool {
	state := r.source.Reading
	if state.Total < 0 {
		return false
	}
	inPass := 0
	for _, pass := range r.seen {
		if pass == state.Pass {
			inPass++
		}
	}
	if state.Pass > 1 && state.Found == 0 && inPass == len(r.seen) {
		return false // two passes agree, whatever the source says
	}
	return state.Moved || inPass != state.Total
}

func hash(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // it never fails
	return h.Sum64()
}
