package fundingalerts

import (
	"cmp"
	"context"
	"slices"

	"github.com/municipalitiesnet/munet/internal/call"
)

// entries is what a person is told in this run, in the order of their mail.
func (w *window) entries(ctx context.Context, r *reader) ([]Entry, error) {
	var entries []Entry
	for _, e := range r.matches {
		entries = append(entries, *e)
	}
	changed, err := w.changes(ctx, r)
	if err != nil {
		return nil, err
	}
	entries = w.reminders(r, append(entries, changed...))
	for _, e := range r.owed { // unless a newer entry says more
		if !slices.ContainsFunc(entries, func(n Entry) bool { return n.Call == e.Call }) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(a.Days, b.Days)*deadlineFirst(a), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Call, b.Call),
		)
	})
	for i := shown; i < len(entries); i++ {
		entries[i].Reasons = nil
	}
	return entries, nil
}

// kinds are the kinds in the order of the mail.
var kinds = []EntryKind{Deadline, New, Changed}

// deadlineFirst lets reminders be in the order of their days, and nothing else.
func deadlineFirst(e Entry) int {
	if e.Kind == Deadline {
		return 1
	}
	return 0
}

// changes are the calls that a person knows and that changed in a way that matters.
func (w *window) changes(ctx context.Context, r *reader) ([]Entry, error) {
	if !slices.Contains(w.run.Frequencies, r.pace) {
		return nil, nil
	}
	var entries []Entry
	for place := range w.calls {
		c := &w.calls[place]
		from, known := w.known(r, c.ID)
		if !known || from >= c.Version || c.at <= w.cursors[r.pace] {
			continue
		}
		matters, err := w.matters(ctx, &c.Call, from)
		if err != nil {
			return nil, err
		}
		if matters {
			entries = append(entries, Entry{
				Kind: Changed, Call: c.ID, Version: c.Version, From: from, Deadline: c.near.deadline, Days: c.near.days,
			})
		}
	}
	return entries, nil
}

// known is the version of a call that a person knows, if they want to hear of it still.
func (w *window) known(r *reader, id string) (int, bool) {
	if _, dismissed := r.marks.Dismissed[id]; dismissed {
		return 0, false
	}
	t, wasTold := r.told.Calls[id]
	if at, follows := r.marks.Followed[id]; follows {
		return max(at, t.Version), true
	}
	return t.Version, wasTold && slices.ContainsFunc(t.Interests, func(i string) bool { return r.active[i] })
}

// matter are the fields whose change members hear of.
var matter = []call.Field{
	call.FieldTitle, call.FieldOpens, call.FieldDeadlines, call.FieldModel, call.FieldBudget, call.FieldGrants,
	call.FieldGrantSize, call.FieldRate, call.FieldApplicants, call.FieldCountries, call.FieldConsortium, call.FieldWithdrawn,
}

// differences are those between a version of a call and its present one that members hear of.
func differences(ctx context.Context, calls *call.Store, c *call.Call, from int) ([]call.Difference, error) {
	before, err := calls.Version(ctx, c.ID, from)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(call.Diff(&before.Content, &c.Content), func(d call.Difference) bool {
		return !slices.Contains(matter, d.Field)
	}), nil
}

func (w *window) matters(ctx context.Context, c *call.Call, from int) (bool, error) {
	key := versions{c.ID, from, c.Version}
	if known, ok := w.differences[key]; ok {
		return known, nil
	}
	found, err := differences(ctx, w.store, c, from)
	w.differences[key] = len(found) > 0
	return len(found) > 0, err
}

// reminders adds the near deadlines that a person was not reminded of, to the entry of the same call
// if it has one.
func (w *window) reminders(r *reader, entries []Entry) []Entry {
	for id, near := range w.near {
		_, known := w.known(r, id)
		if !known || slices.Contains(r.told.Calls[id].Reminded, reminder(near.deadline, near.days)) {
			continue
		}
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.Call == id }) {
			continue
		}
		entries = append(entries, Entry{
			Kind: Deadline, Call: id, Version: r.told.Calls[id].Version, Deadline: near.deadline, Days: near.days,
		})
	}
	return entries
}
