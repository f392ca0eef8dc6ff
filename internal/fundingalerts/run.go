package fundingalerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// CampaignKind is the kind of campaigns that mail alerts. Their subject is the run, their recipients
// are references to people.
const CampaignKind = "funding-alert"

// maxCalls is how many changes one run tells of; the others are for the next one. It bounds memory:
// a call with its text takes some 20 KB.
const maxCalls = 2000

// reserve is how long before the function's time limit the work stops, to save where it stands.
const reserve = 15 * time.Second

// Matcher finds out what to write to whom. Run is called by a schedule.
type Matcher struct {
	Store     *Store
	Calls     *call.Store
	Interests *interest.Store
	Ledger    *dissemination.Store
	Now       func() time.Time
	// Count reports a metric.
	Count func(name string, value float64)
	Log   *slog.Logger
}

// Run goes on with the run under way, or begins one if something is due. It does nothing while
// another one is at it.
func (m *Matcher) Run(ctx context.Context) error {
	if idle, err := m.idle(ctx); err != nil || idle {
		return err
	}
	h, ok, err := m.Store.take(ctx, members.NewID())
	if err != nil || !ok {
		return err
	}
	working := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		working, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	err = m.work(working, &h)
	if errors.Is(err, errFenced) {
		return err
	}
	if working.Err() != nil && ctx.Err() == nil {
		m.Log.Info("funding alerts: going on in the next run", "run", h.Run)
		err = nil
	}
	h.Holder, h.Until = "", time.Time{}
	return errors.Join(err, m.Store.saveHead(ctx, &h))
}

// idle reports whether there is nothing to do, at the price of two reads.
func (m *Matcher) idle(ctx context.Context) (bool, error) {
	h, err := m.Store.head(ctx)
	now := m.Now()
	if err != nil || h.Version == 0 || h.Run != nil || !h.Reminders.After(now) || !h.Next[interest.Daily].After(now) || !h.Next[interest.Weekly].After(now) {
		return false, err
	}
	changes, _, err := m.Calls.Changes(ctx, h.Cursors[interest.AtOnce], 1)
	return len(changes) == 0, err
}

// work does as much as can be done now.
func (m *Matcher) work(ctx context.Context, h *head) error {
	if h.Run == nil {
		if err := m.begin(ctx, h); err != nil || h.Run == nil {
			return err
		}
	}
	if h.Run.State == matching {
		if err := m.match(ctx, h); err != nil {
			return err
		}
	}
	if h.Run.State == sending {
		if err := m.send(ctx, h); err != nil || h.Run.State == sending {
			return err
		}
	}
	return m.settle(ctx, h)
}

// begin starts a run if a frequency is due and something changed, or deadlines are to be looked at.
func (m *Matcher) begin(ctx context.Context, h *head) error {
	now := m.Now()
	var due []interest.Frequency
	for _, f := range interest.Frequencies {
		if !h.Next[f].After(now) {
			due = append(due, f)
		}
	}
	reminders := !h.Reminders.After(now)
	if len(due) == 0 && !reminders {
		return nil
	}
	r := &run{ID: "funding-" + members.NewID(), Began: now.UTC(), Frequencies: due, Reminders: reminders, State: matching}
	changes, upto, err := m.Calls.Changes(ctx, h.oldest(due), maxCalls)
	if err != nil {
		return err
	}
	r.Upto, r.More = upto, len(changes) == maxCalls
	if !r.More { // so that the next look does not begin in the distant past
		r.Upto = max(upto, call.CursorAt(now.Add(-call.Settling)))
	}
	h.Run = r
	if len(changes) == 0 && !reminders {
		m.advance(h)
		return nil
	}
	return m.Store.saveHead(ctx, h)
}

// oldest is the cursor of the due frequency that was told the longest time ago.
func (h *head) oldest(due []interest.Frequency) call.Cursor {
	var oldest call.Cursor
	for i, f := range due {
		if c := h.Cursors[f]; i == 0 || c < oldest {
			oldest = c
		}
	}
	return oldest
}

// advance ends the run: its changes are told.
func (m *Matcher) advance(h *head) {
	for _, f := range h.Run.Frequencies {
		h.Cursors[f] = max(h.Cursors[f], h.Run.Upto)
		if !h.Run.More {
			h.Next[f] = next(f, h.Run.Began)
		}
	}
	if h.Run.Reminders {
		h.Reminders = nextMorning(h.Run.Began, false)
	}
	h.Run = nil
}

// match writes the alerts of the shards that are left, and begins their campaign.
func (m *Matcher) match(ctx context.Context, h *head) error {
	w, err := m.window(ctx, h)
	if err != nil {
		return err
	}
	for h.Run.Shard < interest.Shards {
		alerts, err := m.shard(ctx, w, h.Run.Shard)
		if err != nil {
			return err
		}
		h.Run.Shard++
		h.Run.Alerts += alerts
		if alerts > 0 || h.Run.Shard == interest.Shards {
			if err := m.Store.saveHead(ctx, h); err != nil {
				return err
			}
		}
	}
	m.Count("FundingAlerts", float64(h.Run.Alerts))
	if h.Run.Alerts == 0 {
		h.Run.State, h.Run.Shard = settling, interest.Shards
		return nil
	}
	campaign, err := m.Ledger.Writes(dissemination.Campaign{ID: h.Run.ID, Kind: CampaignKind, Subject: h.Run.ID, Due: m.Now()}, nil)
	if err != nil {
		return err
	}
	h.Run.State, h.Run.Shard = sending, 0
	return m.Store.saveHead(ctx, h, campaign...)
}

// send waits for the end of the campaign and, if something is uncertain, until events had time to
// prove it.
func (m *Matcher) send(ctx context.Context, h *head) error {
	report, err := m.Ledger.Report(ctx, h.Run.ID, 0)
	if err != nil {
		return err
	}
	if report.Finished.IsZero() || report.Unknown > 0 && m.Now().Before(report.AgainFrom()) {
		return nil
	}
	h.Run.State, h.Run.Shard = settling, 0
	return m.Store.saveHead(ctx, h)
}

// settle notes what reached people as told, and what did not as owed, and ends the run.
func (m *Matcher) settle(ctx context.Context, h *head) error {
	if h.Run.Shard < interest.Shards {
		missed, err := m.missed(ctx, h.Run.ID)
		if err != nil {
			return err
		}
		for ; h.Run.Shard < interest.Shards; h.Run.Shard++ {
			if err := m.settleShard(ctx, h.Run, missed); err != nil {
				return err
			}
		}
	}
	m.Log.Info("funding alerts", "run", h.Run.ID, "alerts", h.Run.Alerts)
	m.advance(h)
	return nil
}

// missed are those whom the campaign did not reach for certain, and whether they are owed what it told:
// not those who want no such mail any more.
func (m *Matcher) missed(ctx context.Context, campaign string) (map[members.Ref]bool, error) {
	missed := map[members.Ref]bool{}
	for d, err := range m.Ledger.Deliveries(ctx, campaign) {
		if err != nil {
			return nil, err
		}
		if d.Outcome == dissemination.Sent {
			continue
		}
		ref, err := members.ParseRef(d.Recipient)
		if err != nil {
			return nil, fmt.Errorf("fundingalerts: recipient: %w", err)
		}
		missed[ref] = d.Outcome != dissemination.Suppressed
	}
	return missed, nil
}

// settlePage is how many alerts are settled together.
const settlePage = 200

func (m *Matcher) settleShard(ctx context.Context, r *run, missed map[members.Ref]bool) error {
	var known map[members.Ref]told
	for after := ""; ; {
		alerts, err := m.Store.alerts(ctx, r.ID, r.Shard, after, settlePage)
		if err != nil || len(alerts) == 0 {
			return err
		}
		if known == nil {
			if known, err = everyone[told](ctx, m.Store, toldPartition(r.Shard)); err != nil {
				return err
			}
		}
		writes := m.Store.writes()
		for _, a := range alerts {
			owed, ok := missed[a.Person]
			switch {
			case !ok:
				writes.add(m.Store.putTold(a.Person, known[a.Person].with(a.Entries, r.Began)))
				writes.add(deleteOwed(a.Person), nil)
			case owed:
				writes.add(m.Store.putOwed(a))
			default:
				writes.add(deleteOwed(a.Person), nil)
			}
		}
		if err := writes.do(ctx); err != nil {
			return err
		}
		after = alerts[len(alerts)-1].Person.String()
	}
}

// with returns what a person was told after a mail with these entries, without what is long ago.
func (t told) with(entries []Entry, now time.Time) told {
	calls := make(map[string]toldCall, len(t.Calls)+len(entries))
	for id, c := range t.Calls {
		if now.Before(c.At.Add(keptTold)) {
			calls[id] = c
		}
	}
	for _, e := range entries {
		c := calls[e.Call]
		c.Version, c.At = max(c.Version, e.Version), now
		for _, i := range e.Interests {
			if !slices.Contains(c.Interests, i.ID) {
				c.Interests = append(slices.Clone(c.Interests), i.ID)
			}
		}
		if e.Deadline != "" {
			if key := reminder(e.Deadline, e.Days); !slices.Contains(c.Reminded, key) {
				c.Reminded = append(slices.Clone(c.Reminded), key)
			}
		}
		calls[e.Call] = c
	}
	return told{Calls: calls}
}
