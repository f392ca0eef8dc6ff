package dissemination

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/municipalitiesnet/munet/internal/mail"
)

// prove settles the mail to the first n that were written to.
func (w *world) prove(n int, p Proof) {
	w.Helper()
	w.post.mu.Lock()
	sent := slices.Clone(w.post.log[:n])
	w.post.mu.Unlock()
	for _, m := range sent {
		if err := w.store.Settle(context.WithoutCancel(w.Context()), m.Tags[DeliveryTag], p); err != nil {
			w.Error(err)
		}
	}
}

func TestEveryProofCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50, 50)
	w.schedule("c")
	w.run()
	for range 2 { // events repeat
		w.prove(9, Bounced)
		w.prove(1, Complained)
		w.prove(12, Returned)
		w.prove(12, WentOut)
	}
	report := w.check("c")
	if report.Bounced != 9 || report.Complained != 1 || report.Returned != 12 || report.Sent != 50 {
		t.Errorf("%d bounced, %d complained, %d returned, %+v", report.Bounced, report.Complained, report.Returned, report.Counts)
	}
	w.prove(3, Refused)
	w.prove(3, WentOut)
	if report := w.report("c"); report.Failed != 3 || report.Sent != 47 {
		t.Errorf("%+v, want 3 that SES refused after all", report.Counts)
	}
	bounced := 0
	for d, err := range w.store.Deliveries(t.Context(), "c") {
		if err != nil {
			t.Fatal(err)
		}
		if d.Bounced {
			bounced++
		}
		if d.Outcome == Failed && d.Reason != rejected {
			t.Errorf("%s failed because of %q", d.Recipient, d.Reason)
		}
	}
	if bounced != 9 {
		t.Errorf("%d deliveries bounced, want 9", bounced)
	}
}

func TestTooManyBouncesPauseACampaign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proof  Proof
		sent   int // when the events come
		count  int
		pauses bool
	}{
		"bounces":          {Bounced, 250, MinBounces, true},
		"few bounces":      {Bounced, 250, MinBounces - 1, false},
		"many, of more":    {Bounced, 400, MinBounces, false},
		"complaints":       {Complained, 300, MinComplaints, true},
		"one complaint":    {Complained, 300, 1, false},
		"returned for now": {Returned, 200, 100, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 600, 100)
			w.schedule("c")
			w.at(c.sent, func() { w.post.mu.Unlock(); defer w.post.mu.Lock(); w.prove(c.count, c.proof) })
			w.run()
			report := w.report("c")
			if paused := !report.Paused.IsZero(); paused != c.pauses {
				t.Errorf("paused is %v after %d sent and %d events, want %v", paused, report.Sent, c.count, c.pauses)
			}
			if !c.pauses {
				w.check("c")
			}
		})
	}
}

// Whoever resumes a campaign has seen its bounces: only new ones pause it again.
func TestBouncesAreForgivenByResuming(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1000, 100)
	w.schedule("c")
	warned := 0
	engine, _ := w.process()
	engine.Warn = func(_ context.Context, c Campaign) error {
		if c.PausedWhy != ByBounces || c.Paused.IsZero() {
			t.Errorf("warned of %+v", c)
		}
		if warned++; warned == 1 {
			return errors.New("the warning could not be sent")
		}
		return nil
	}
	w.post.answer = func(n int, _ mail.Message) (bool, error) {
		w.post.mu.Unlock()
		defer w.post.mu.Lock()
		switch n {
		case 200:
			w.prove(2*MinBounces, Bounced)
		case 600:
			w.prove(2*MinBounces+5, Bounced)
		}
		return true, nil
	}
	if _, err := engine.Run(t.Context()); err == nil {
		t.Error("the failed warning was forgotten")
	}
	if report := w.report("c"); report.PausedWhy != ByBounces {
		t.Fatalf("%+v, want a pause", report.Campaign)
	}
	w.later()
	if _, err := engine.Run(t.Context()); err != nil || warned != 2 {
		t.Errorf("warned %d times, want once more after the failure: %v", warned, err)
	}
	if !w.decide(w.store.Resume("c")) {
		t.Fatal("not resumed")
	}
	if _, err := engine.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := w.check("c"); report.Sent != 1000 || report.Bounced != 2*MinBounces+5 || warned != 2 {
		t.Errorf("%+v, %d bounced, warned %d times", report.Counts, report.Bounced, warned)
	}
}

func TestWhoLeftCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 3)
	w.schedule("c")
	w.run()
	for _, r := range []string{"a", "b", "a"} {
		if err := w.store.Unsubscribed(t.Context(), "c", r); err != nil {
			t.Fatal(err)
		}
	}
	if report := w.report("c"); report.Unsubscribed != 2 {
		t.Errorf("%d left, want 2", report.Unsubscribed)
	}
}
