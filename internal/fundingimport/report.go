package fundingimport

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

// end closes a run that has read its source, and says when the next one is due.
func (r *reading) end(ctx context.Context) error {
	run := r.report(call.Complete, "")
	if r.missing() {
		run.Outcome = call.Incomplete
	}
	usual, err := r.usual(ctx)
	if err != nil {
		return err
	}
	run.Usual, run.Silent = usual, run.Counts.Seen == 0 || 2*run.Counts.Seen < usual
	r.source.Reading, r.source.Failures = call.Reading{}, 0
	r.source.Due = r.Now().UTC().Add(time.Duration(r.source.Hours) * time.Hour)
	if _, err := r.Calls.SaveRun(ctx, r.source, run); err != nil {
		return err
	}
	r.tell(ctx, run)
	return nil
}

// fail ends this invocation's reading of a source. The next one goes on at the same page, after a
// pause that doubles; after some of them the run ends, and the next run begins anew.
func (r *reading) fail(ctx context.Context, cause error) error {
	trouble, ok := errors.AsType[*Trouble](cause)
	if !ok {
		return cause
	}
	r.source.Failures++
	r.source.Reading.Attempts++
	run := r.report(call.Running, trouble.Reason)
	if r.source.Reading.Attempts >= maxFailures {
		run.Outcome = call.Failed
		r.source.Reading = call.Reading{}
	}
	pause := 15 * time.Minute << min(r.source.Failures-1, 5)
	r.source.Due = r.Now().UTC().Add(min(pause, time.Duration(max(r.source.Hours, 1))*time.Hour))
	if _, err := r.Calls.SaveRun(ctx, r.source, run); err != nil {
		return err
	}
	r.tell(ctx, run)
	return nil
}

// pause gives the source back because the invocation is about to end.
func (r *reading) pause(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reserve/2)
	defer cancel()
	r.source.Due = r.Now().UTC()
	_, err := r.Calls.SaveRun(ctx, r.source, r.report(call.Running, ""))
	if errors.Is(err, call.ErrEdited) {
		return nil // the last page was stored after all; the lease ends by itself
	}
	return err
}

func (r *reading) report(outcome call.Outcome, reason string) call.Run {
	state := r.source.Reading
	return call.Run{
		Source: r.source.ID, ID: state.Run, Started: state.Started, Ended: r.Now().UTC(), Outcome: outcome, Reason: reason,
		Passes: state.Pass, Counts: state.Counts, Refusals: state.Refusals,
	}
}

// usualRuns is how many complete runs tell what is usual.
const usualRuns = 5

// usual is the median of calls that the last complete runs of the source saw, 0 if there were none.
func (r *reading) usual(ctx context.Context) (int, error) {
	runs, err := r.Calls.Runs(ctx, r.source.ID, 4*usualRuns)
	if err != nil {
		return 0, err
	}
	var seen []int
	for _, run := range runs {
		if run.Outcome == call.Complete && !run.Silent && len(seen) < usualRuns {
			seen = append(seen, run.Counts.Seen)
		}
	}
	if len(seen) == 0 {
		return 0, nil
	}
	slices.Sort(seen)
	return seen[len(seen)/2], nil
}

// tell writes a run into the log and the metrics.
func (r *reading) tell(ctx context.Context, run call.Run) {
	c := run.Counts
	r.Log.InfoContext(ctx, "reading", "source", run.Source, "run", run.ID, "outcome", run.Outcome, "reason", run.Reason,
		"seen", c.Seen, "new", c.New, "changed", c.Changed, "unchanged", c.Unchanged, "refused", c.Refused,
		"passes", run.Passes, "requests", c.Requests, "bytes", c.Bytes, "usual", run.Usual, "silent", run.Silent,
		"seconds", run.Ended.Sub(run.Started).Seconds())
	if run.Outcome == call.Running {
		return
	}
	r.Metric("CallsNew", float64(c.New))
	r.Metric("CallsChanged", float64(c.Changed))
	r.Metric("CallsRefused", float64(c.Refused))
	trouble := 0.0
	if run.Silent || run.Outcome == call.Failed {
		trouble = 1
	}
	r.Metric("SourceTrouble", trouble)
}
