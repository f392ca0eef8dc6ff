package fundingalerts

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

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
