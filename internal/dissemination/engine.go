package dissemination

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	// Warn tells people that a campaign paused itself, if it is not nil. It may tell twice if it is
	// killed in between.
	Warn func(context.Context, Campaign) error
	// Count records a number under the name of a metric, if it is not nil: Sent and Unknown of each
	// run; QuotaUsed, in per cent; OldestDue, the seconds for which work has been due that a run got
	// nowhere with.
	Count func(metric string, n float64)
	Log   *slog.Logger
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
	contents map[string]Content // by campaign
	oldest   time.Time          // since when the work has been due that had waited longest
	pacer    pacer
	done     Counts
	sends    chan func() // what the goroutines that send have to do
	// halted says that SES takes nothing at present, whichever campaign it is for.
	halted bool
}

// Run works until nothing is due any more or the context's deadline is near, and returns what
// became of the mail that it dealt with. An error in one campaign keeps no other from going on.
func (e *Engine) Run(ctx context.Context) (Counts, error) {
	began := e.Store.now()
	r := &run{Engine: e, store: e.Store, contents: map[string]Content{}}
	r.pacer.jitter = e.Store.jitter
	defer r.startSenders()()
	var errs []error
	worked, waited := false, false
	for !r.ending(ctx) {
		due, err := r.store.due(ctx)
		if err != nil {
			return r.done, errors.Join(append(errs, err)...)
		}
		if r.oldest.IsZero() && len(due) > 0 {
			r.oldest = due[0].since
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
		if err := r.store.sleep(ctx, indexLag); err != nil {
			break
		}
	}
	r.measure(began)
	return r.done, errors.Join(errs...)
}

// measure records how the run went.
func (r *run) measure(began time.Time) {
	if r.Count == nil {
		return
	}
	waited := 0.0
	if r.done.Closed() == 0 && !r.oldest.IsZero() {
		waited = max(began.Sub(r.oldest).Seconds(), 0)
	}
	r.Count("OldestDue", waited)
	r.Count("Sent", float64(r.done.Sent))
	r.Count("Unknown", float64(max(r.done.Unknown, 0)))
	if r.pacer.asked {
		r.Count("QuotaUsed", 100*r.pacer.quota.Used())
	}
}

// workOff takes what it can of the due work, and reports whether it got anything.
func (r *run) workOff(ctx context.Context, due []work) (took bool, err error) {
	// Senders that look at the same list at the same time begin at different places.
	start := 0
	if len(due) > 0 {
		start = r.store.random(len(due))
	}
	var errs []error
	for i := range due {
		if r.ending(ctx) {
			break
		}
		w, work := due[(start+i)%len(due)], r.tend
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
	return r.halted || ctx.Err() != nil || (ok && deadline.Sub(r.store.now()) < margin)
}

// open returns what a campaign sends.
func (r *run) open(ctx context.Context, c Campaign) (Content, error) {
	if content, ok := r.contents[c.ID]; ok {
		return content, nil
	}
	kind, ok := r.Kinds[c.Kind]
	if !ok {
		return Content{}, fmt.Errorf("dissemination: campaign %s is of the unknown kind %q", c.ID, c.Kind)
	}
	content, err := kind.Open(ctx, c)
	if err != nil {
		return Content{}, fmt.Errorf("dissemination: opening %s %s: %w", c.Kind, c.ID, err)
	}
	r.contents[c.ID] = content
	return content, nil
}
