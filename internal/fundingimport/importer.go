package fundingimport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

const (
	// lease is how long a run may go without storing a page. It outlasts the slowest page with all its
	// attempts.
	lease = 10 * time.Minute
	// reserve is the time that an invocation keeps for ending in order.
	reserve = 20 * time.Second
	// attempts is how often a page is asked for in one invocation.
	attempts = 4
	// maxPasses is how often a source is read in one run because its pages shift.
	maxPasses = 5
	// maxFailures is how many invocations may fail on a source before its run ends.
	maxFailures = 4
	// turnMost is how many calls one invocation moves on in the list when their deadlines pass.
	turnMost = 1000
)

// Importer reads the sources that are due.
type Importer struct {
	Calls *call.Store
	// Upsert writes records; it is that of Calls.
	Upsert   func(ctx context.Context, run string, records []call.Record) ([]call.Result, error)
	Adapters map[call.SourceKind]Adapter
	// Standing are the sources that exist without anybody adding them.
	Standing []call.Source
	Now      func() time.Time
	// Sleep waits, or returns the context's error; Jitter returns a part of a duration by chance.
	Sleep  func(context.Context, time.Duration) error
	Jitter func(time.Duration) time.Duration
	NewID  func() string
	// Metric counts for the alarms.
	Metric func(name string, value float64)
	Log    *slog.Logger
}

// Run reads every source that is due, one after the other, until the context is about to end. The
// next invocation goes on where it stopped. A source that fails does not keep the others from their
// turn, and is no failure of the run: its report and the alarm tell of it.
func (im *Importer) Run(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	turned, failed := im.Calls.Turn(ctx, turnMost)
	if turned > 0 {
		im.Log.InfoContext(ctx, "deadlines passed", "calls", turned)
	}
	sources, err := im.sources(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	for _, s := range sources {
		if ctx.Err() != nil {
			break
		}
		if err := im.read(ctx, s.ID); err != nil {
			im.Log.ErrorContext(ctx, "source stopped", "source", s.ID, "cause", err)
			failed = errors.Join(failed, err)
		}
	}
	if ctx.Err() == nil {
		failed = errors.Join(failed, im.Calls.Compact(ctx))
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil // not a failure: the next invocation goes on
	}
	return failed
}

// sources returns all sources, the standing ones among them, those first that have waited the longest:
// one that takes all of a run, or ends its process, is behind the others in the next.
func (im *Importer) sources(ctx context.Context) ([]call.Source, error) {
	sources, err := im.Calls.Sources(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, s := range sources {
		known[s.ID] = true
	}
	for _, s := range im.Standing {
		if known[s.ID] {
			continue
		}
		if _, err := im.Calls.AddSource(ctx, s); err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	slices.SortStableFunc(sources, func(a, b call.Source) int { return a.Due.Compare(b.Due) })
	return sources, nil
}

// read takes a source if it is due and reads on from where its reading stands.
func (im *Importer) read(ctx context.Context, id string) error {
	source, taken, err := im.Calls.TakeSource(ctx, id, lease)
	if err != nil || !taken {
		return err
	}
	adapter, known := im.Adapters[source.Kind]
	if !known {
		return fmt.Errorf("fundingimport: nothing reads a source of kind %q", source.Kind)
	}
	if source.Reading.Run == "" {
		source.Reading = call.Reading{Run: im.NewID(), Started: im.Now().UTC(), Pass: 1}
	}
	seen, err := im.Calls.SeenCalls(ctx, source)
	if err != nil {
		return err
	}
	r := &reading{Importer: im, adapter: adapter, source: source, seen: seen}
	err = r.pages(ctx)
	switch {
	case errors.Is(err, call.ErrEdited):
		im.Log.InfoContext(ctx, "another run has the source, or somebody changed it", "source", id)
		return nil
	case ctx.Err() != nil:
		return r.pause(context.WithoutCancel(ctx))
	}
	return err
}
