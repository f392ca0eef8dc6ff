package fundingalerts

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
)

// window is what a run looks at: the same in each of its shards.
type window struct {
	run      *run
	now      time.Time
	cursors  map[interest.Frequency]call.Cursor
	calls    []changedCall
	places   map[string]int // of calls, by their ids
	prepared *interest.Calls
	// near are the deadlines to be reminded of, by call.
	near map[string]nearDeadline
	// differences are those between two versions of a call that matter to members.
	differences map[versions]bool
	store       *call.Store
}

// changedCall is a call that changed since the run before.
type changedCall struct {
	call.Call
	at    call.Cursor // of its last change
	ahead bool        // whether somebody new can still apply
	near  nearDeadline
}

type nearDeadline struct {
	deadline string
	days     int
}

type versions struct {
	call     string
	from, to int
}

// reminderDays are how many days before a deadline members are reminded of it, the nearest first.
var reminderDays = []int{3, 14, 30}

// reminder is the name of a reminder: it holds the deadline's value, so that one that moved is
// reminded of again.
func reminder(deadline string, days int) string { return deadline + "|" + strconv.Itoa(days) }

// window reads the calls that the run is about.
func (m *Matcher) window(ctx context.Context, h *head) (*window, error) {
	w := &window{
		run: h.Run, now: h.Run.Began, cursors: h.Cursors, places: map[string]int{},
		near: map[string]nearDeadline{}, differences: map[versions]bool{}, store: m.Calls,
	}
	if len(h.Run.Frequencies) > 0 {
		changes, _, err := m.Calls.Changes(ctx, h.oldest(h.Run.Frequencies), maxCalls)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if c.Cursor() > h.Run.Upto {
				break
			}
			if err := w.add(ctx, c); err != nil {
				return nil, err
			}
		}
	}
	w.prepare()
	if h.Run.Reminders {
		return w, w.deadlines(ctx)
	}
	return w, nil
}

// prepare makes the calls ready for matching.
func (w *window) prepare() {
	contents := make([]*call.Content, len(w.calls))
	for i := range w.calls {
		c := &w.calls[i]
		contents[i] = &c.Content
		c.ahead = c.Status(w.now).Ahead()
		c.near, _ = w.nearest(&c.Call)
	}
	w.prepared = interest.Prepare(contents)
}

// add reads a call that changed; of one that changed several times the last change counts.
func (w *window) add(ctx context.Context, change call.Change) error {
	if place, ok := w.places[change.Call]; ok {
		w.calls[place].at = change.Cursor()
		return nil
	}
	c, err := w.store.Get(ctx, change.Call)
	if errors.Is(err, call.ErrNone) || err == nil && c.MergedInto != "" {
		return nil
	}
	if err != nil {
		return err
	}
	w.places[c.ID] = len(w.calls)
	w.calls = append(w.calls, changedCall{Call: c, at: change.Cursor()})
	return nil
}

// deadlines reads the calls whose next deadline is near.
func (w *window) deadlines(ctx context.Context) error {
	for cursor := ""; ; {
		calls, next, err := w.store.ListAhead(ctx, cursor)
		if err != nil {
			return err
		}
		for i := range calls {
			near, ok := w.nearest(&calls[i])
			if ok {
				w.near[calls[i].ID] = near
			} else if _, ahead := calls[i].Next(w.now); ahead {
				return nil // the list is in the order of deadlines
			}
		}
		if next == "" {
			return nil
		}
		cursor = next
	}
}

// nearest is the next deadline of a call and the reminder that it is due for, or false if it is far
// away or there is none.
func (w *window) nearest(c *call.Call) (nearDeadline, bool) {
	d, ahead := c.Next(w.now)
	if !ahead {
		return nearDeadline{}, false
	}
	left := daysBetween(call.DateOf(w.now).Time(), d.Day.Time())
	for _, days := range reminderDays {
		if left <= days {
			return nearDeadline{d.String(), days}, true
		}
	}
	return nearDeadline{}, false
}

// daysBetween counts midnights, whatever the clock does between them.
func daysBetween(from, to time.Time) int {
	return int(to.Sub(from).Round(24*time.Hour) / (24 * time.Hour))
}
