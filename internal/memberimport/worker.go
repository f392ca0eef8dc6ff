package memberimport

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
)

const (
	// batchSize is how many rows are done between two records of progress.
	batchSize = 25
	// atOnce is how many jobs one run looks at.
	atOnce = 20
	// maxAttempts is how many runs may fail on a batch. Then its bad rows are given up, so that a
	// job always ends.
	maxAttempts = 5
	// reserve is the time that a run keeps for ending in order.
	reserve = 5 * time.Second
)

// Worker works off the jobs that run.
type Worker struct {
	Jobs         *Store
	Members      *members.Store
	Suppressions *members.Suppressions
	// Invite starts mailing the invitations of a campaign to applications. It does nothing for a
	// campaign that was started before.
	Invite func(ctx context.Context, campaign string, applications []string) error
	Log    *slog.Logger
}

// Run works on all running jobs, oldest first, until they are done or the context is about to
// end. The next run goes on where it stopped. A job that fails does not keep the others from
// their turn.
func (w *Worker) Run(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	jobs, err := w.Jobs.Jobs(ctx, Running, atOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, j := range jobs {
		err := w.work(ctx, j.ID)
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return failed // not a failure: the next run goes on
		case errors.Is(err, errMoved):
			w.Log.Info("another run works on the import", "import", j.ID)
		case err != nil:
			w.Log.Error("import stopped", "import", j.ID, "cause", err)
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (w *Worker) work(ctx context.Context, id string) error {
	j, err := w.Jobs.Job(ctx, id) // the index lags behind
	if err != nil || j.State != Running {
		return err
	}
	file, err := w.Jobs.File(ctx, id)
	if err != nil {
		return err
	}
	for j.Done < len(file.Rows) {
		if j, err = w.Jobs.attempt(ctx, j); err != nil {
			return err
		}
		batch := file.Rows[j.Done:min(j.Done+batchSize, len(file.Rows))]
		results, err := w.batch(ctx, j, batch)
		if err != nil {
			return err
		}
		if j, err = w.Jobs.step(ctx, j, results); err != nil {
			return err
		}
	}
	if err := w.invite(ctx, j); err != nil {
		return err
	}
	return w.Jobs.finish(ctx, j)
}

func (w *Worker) batch(ctx context.Context, j Job, rows []Row) ([]Result, error) {
	known, err := w.Members.Known(ctx, applications(rows, j))
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(rows))
	for i, row := range rows {
		outcome, application, err := w.row(ctx, j, row, known[i])
		if err != nil && (ctx.Err() != nil || j.Attempts <= maxAttempts) {
			return nil, err
		}
		if err != nil {
			w.Log.Error("row given up", "import", j.ID, "line", row.Line, "cause", err)
			outcome = Failed
		}
		results[i] = Result{row.Line, outcome, application}
	}
	return results, nil
}

// row makes an application of a row. Doing it again gives the same result.
func (w *Worker) row(ctx context.Context, j Job, row Row, known members.Known) (Outcome, string, error) {
	switch {
	case known.Member:
		return IsMember, "", nil
	case known.Organisation != "" && j.LeaveKnown:
		return IsKnown, "", nil
	}
	reason, err := w.Suppressions.Reason(ctx, row.Contact.Address)
	if err != nil {
		return "", "", err
	}
	if reason != "" {
		return Suppressed, "", nil
	}
	mine := row.application(j)
	a, invited, err := w.Members.Invite(ctx, mine)
	if err != nil {
		return "", "", err
	}
	if invited {
		return Invited, a.ID, nil
	}
	stored, err := w.Members.Application(ctx, a.ID)
	switch {
	case errors.Is(err, members.ErrNone): // became a member since the batch was looked up
		return IsMember, "", nil
	case err != nil:
		return "", "", err
	case stored.InvitedBy == mine.InvitedBy && stored.Asked.Equal(mine.Asked): // by a run that died
		return Invited, stored.ID, nil
	}
	return HasApplied, "", nil
}

// invite starts the mail to everybody whom the job invited.
func (w *Worker) invite(ctx context.Context, j Job) error {
	results, err := w.Jobs.Results(ctx, j.ID)
	if err != nil {
		return err
	}
	var invited []string
	for _, r := range results {
		if r.Outcome == Invited {
			invited = append(invited, r.Application)
		}
	}
	if len(invited) == 0 {
		return nil
	}
	return w.Invite(ctx, "import-"+j.ID, invited)
}
