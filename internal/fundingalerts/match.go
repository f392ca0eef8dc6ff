package fundingalerts

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
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

// reader is a person whom a run may write to.
type reader struct {
	ref   members.Ref
	marks interest.Marks
	told  told
	owed  []Entry
	// active are the interests that the person gets mail about now.
	active map[string]bool
	// pace is the fastest frequency of theirs: that of news about calls they were told of.
	pace    interest.Frequency
	matches map[int]*Entry // new calls, by their place
}

// shard writes the alerts of one shard and says how many.
func (m *Matcher) shard(ctx context.Context, w *window, shard int) (int, error) {
	readers, err := m.readers(ctx, shard)
	if err != nil {
		return 0, err
	}
	alerts := 0
	writes := m.Store.writes()
	tell := func(r *reader) error {
		entries, err := w.entries(ctx, r)
		if err != nil || len(entries) == 0 {
			return err
		}
		alerts++
		writes.add(m.Store.putAlert(w.run.ID, alert{r.ref, entries}))
		return writes.full(ctx)
	}
	err = m.Interests.Organisations(ctx, shard, func(_ string, has []interest.Interest) error {
		for _, r := range w.subscribers(has, readers) {
			if err := tell(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, r := range readers { // whose interests are gone, but who follow a call or are owed something
		if err := tell(r); err != nil {
			return 0, err
		}
	}
	return alerts, writes.do(ctx)
}

// readers are the people of a shard who were told something, marked something or are owed something.
func (m *Matcher) readers(ctx context.Context, shard int) (map[members.Ref]*reader, error) {
	var marks map[members.Ref]interest.Marks
	var knows map[members.Ref]told
	var owed map[members.Ref]alert
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { marks, err = m.Interests.MarksOf(ctx, shard); return err })
	group.Go(func() (err error) { knows, err = everyone[told](ctx, m.Store, toldPartition(shard)); return err })
	group.Go(func() (err error) { owed, err = everyone[alert](ctx, m.Store, owedPartition(shard)); return err })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	readers := map[members.Ref]*reader{}
	for ref, v := range marks {
		of(readers, ref).marks = v
	}
	for ref, v := range knows {
		of(readers, ref).told = v
	}
	for ref, v := range owed {
		of(readers, ref).owed = v.Entries
	}
	return readers, nil
}

func of(readers map[members.Ref]*reader, ref members.Ref) *reader {
	r, ok := readers[ref]
	if !ok {
		r = &reader{ref: ref, active: map[string]bool{}, pace: interest.Daily, matches: map[int]*Entry{}}
		readers[ref] = r
	}
	return r
}

// subscribers takes the people of an organisation with active interests out of readers, with the
// calls that match.
func (w *window) subscribers(has []interest.Interest, readers map[members.Ref]*reader) []*reader {
	found := map[members.Ref]*reader{}
	var order []*reader
	for i := range has {
		var matches []interest.Match
		matched := false
		for _, s := range has[i].Subscribers {
			if s.Paused {
				continue
			}
			r, ok := found[s.Person]
			if !ok {
				r = of(readers, s.Person)
				delete(readers, s.Person)
				r.pace = s.Frequency
				found[s.Person], order = r, append(order, r)
			}
			r.active[has[i].ID] = true
			r.pace = faster(r.pace, s.Frequency)
			if !slices.Contains(w.run.Frequencies, s.Frequency) {
				continue
			}
			if !matched {
				matches, matched = w.prepared.Match(&has[i].Criteria), true
			}
			w.collect(r, &has[i], s.Frequency, matches)
		}
	}
	return order
}

func faster(a, b interest.Frequency) interest.Frequency {
	if slices.Index(interest.Frequencies, b) < slices.Index(interest.Frequencies, a) {
		return b
	}
	return a
}

// collect adds the calls of an interest that are new to a person. A deadline that is near already is
// noted: whoever is told of the call now needs no reminder of it tomorrow.
func (w *window) collect(r *reader, i *interest.Interest, f interest.Frequency, matches []interest.Match) {
	for _, match := range matches {
		c := &w.calls[match.Call]
		_, dismissed := r.marks.Dismissed[c.ID]
		if c.at <= w.cursors[f] || r.told.Calls[c.ID].Version > 0 || dismissed || !c.ahead {
			continue
		}
		e, ok := r.matches[match.Call]
		if !ok {
			e = &Entry{Kind: New, Call: c.ID, Version: c.Version, Deadline: c.near.deadline, Days: c.near.days}
			r.matches[match.Call] = e
		}
		e.Interests = append(e.Interests, Named{i.ID, i.Name})
		if match.Score > e.Score || e.Reasons == nil {
			e.Score, e.Reasons = match.Score, match.Reasons
		}
	}
}

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
