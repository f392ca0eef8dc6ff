package dissemination

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/municipalitiesnet/munet/internal/mail"
)

// Engine sends what is due. Any number of them may run at the same time.
type Engine struct {
	Store *Store
	Kinds map[string]Kind
	// Send and Quota are those of a [mail.Sender], whose errors say what is certain. They are
	// functions because an interface would keep all of the SDK's client in the binary, see
	// [dynamo.Client].
	Send  func(context.Context, mail.Message) (messageID string, err error)
	Quota func(context.Context) (mail.Quota, error)
	Log   *slog.Logger
	Now   func() time.Time

	pause func(context.Context, time.Duration) error // time passes for real if it is nil
}

const (
	// margin is how long before its deadline a run begins nothing new: a call to SES may take 10 s,
	// and the write after it may be repeated.
	margin = 25 * time.Second
	// indexLag is how long the index may need to show what was just written.
	indexLag = time.Second
)

// run is one run of an engine.
type run struct {
	*Engine

	store    *Store
	pause    func(context.Context, time.Duration) error
	contents map[string]Content // by campaign
	pacer    pacer
	done     Counts
	// halted says that SES takes nothing at present, whichever campaign it is for.
	halted bool
}

// Run works until nothing is due any more or the context's deadline is near, and returns what
// became of the mail that it dealt with. An error in one campaign keeps no other from going on.
func (e *Engine) Run(ctx context.Context) (Counts, error) {
	r := &run{Engine: e, store: e.Store, pause: e.pause, contents: map[string]Content{}}
	if r.pause == nil {
		r.pause = pause
	}
	var errs []error
	worked, waited := false, false
	for !r.ending(ctx) {
		due, err := r.store.due(ctx)
		if err != nil {
			return r.done, errors.Join(append(errs, err)...)
		}
		took, err := r.workOff(ctx, due)
		errs = append(errs, err)
		if took {
			worked, waited = true, false
			continue
		}
		if !worked || waited {
			break
		}
		// What this run has just written down may not be in the index yet.
		waited = true
		if err := r.pause(ctx, indexLag); err != nil {
			break
		}
	}
	return r.done, errors.Join(errs...)
}

// workOff takes what it can of the due work, and reports whether it got anything.
func (r *run) workOff(ctx context.Context, due []work) (took bool, err error) {
	// Senders that look at the same list at the same time begin at different places.
	start := 0
	if len(due) > 0 {
		start = rand.N(len(due)) //nolint:gosec // no secret
	}
	var errs []error
	for i := range due {
		if r.ending(ctx) {
			break
		}
		w, work := due[(start+i)%len(due)], r.expand
		if w.isShard() {
			work = r.sendShard
		}
		ok, err := work(ctx, w)
		took = took || ok
		errs = append(errs, err)
	}
	return took, errors.Join(errs...)
}

// ending reports whether it is too late to begin anything.
func (r *run) ending(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return r.halted || ctx.Err() != nil || (ok && deadline.Sub(r.Now()) < margin)
}

// open returns what a campaign sends.
func (r *run) open(ctx context.Context, c Campaign) (Content, error) {
	if content := r.contents[c.ID]; content != nil {
		return content, nil
	}
	kind := r.Kinds[c.Kind]
	if kind == nil {
		return nil, fmt.Errorf("dissemination: campaign %s is of the unknown kind %q", c.ID, c.Kind)
	}
	content, err := kind.Open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("dissemination: opening %s %s: %w", c.Kind, c.ID, err)
	}
	r.contents[c.ID] = content
	return content, nil
}
