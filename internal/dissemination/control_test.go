package dissemination

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// decide makes a change of a campaign, and reports whether it was accepted.
func (w *world) decide(writes ...types.TransactWriteItem) bool {
	w.Helper()
	_, err := w.client.TransactWriteItems(context.WithoutCancel(w.Context()), &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); err != nil && !cancelled {
		w.Error(err)
	}
	return err == nil
}

// at runs a change when a number of mails have been sent.
func (w *world) at(calls int, do func()) {
	w.post.answer = func(n int, _ mail.Message) (bool, error) {
		if n == calls {
			do()
		}
		return true, nil
	}
}

func TestPauseAndResumeInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1000, 100)
	w.schedule("c")
	if w.decide(w.store.Pause("c")) {
		t.Error("what is not being sent was paused")
	}
	w.at(250, func() {
		if !w.decide(w.store.Pause("c")) {
			t.Error("the pause was refused")
		}
	})
	w.run()
	paused := w.report("c")
	if paused.Paused.IsZero() || paused.PausedWhy != ByCoordinator || paused.Ready == 0 || paused.Claimed != 0 {
		t.Errorf("after the pause: %+v", paused.Campaign)
	}
	if n := len(w.post.copies()); n < 250 || n > 250+maxStretch {
		t.Errorf("%d mails went out, want those of one stretch to be the last", n)
	}
	w.later()
	before := len(w.post.copies())
	w.run()
	if got := len(w.post.copies()); got != before {
		t.Errorf("%d mails went out during the pause", got-before)
	}
	if w.decide(w.store.Pause("c")) || !w.decide(w.store.Resume("c")) || w.decide(w.store.Resume("c")) {
		t.Error("a pause can begin once and end once")
	}
	w.run()
	if report := w.check("c"); report.Sent != 1000 {
		t.Errorf("%+v, want 1000 sent", report.Counts)
	}
}

// A resting shard must not be forgotten, whatever the order of a pause, the end of it, and the
// shard's holder noticing.
func TestAPauseThatEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 300, 100)
	w.schedule("c")
	w.at(130, func() {
		w.decide(w.store.Pause("c"))
		w.decide(w.store.Resume("c"))
	})
	w.run()
	w.later()
	w.run()
	w.check("c")
}

func TestStopInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, paused := range map[string]bool{"running": false, "paused": true} {
		w := newWorld(t, 500, 100)
		w.schedule(name)
		w.at(120, func() {
			if paused {
				w.decide(w.store.Pause(name))
			} else {
				w.decide(w.store.Stop(name))
			}
		})
		w.run()
		if paused && !w.decide(w.store.Stop(name)) {
			t.Error("what is paused cannot be stopped")
		}
		w.later()
		w.run()
		report := w.report(name)
		if report.State != Cancelled || report.Finished.IsZero() || report.Ready != 0 || report.Claimed != 0 || report.Closed() != report.Recipients {
			t.Errorf("%s: %+v %+v", name, report.Campaign, report.Counts)
		}
		if report.Sent != len(w.post.copies()) || report.Sent < 120 || report.Sent > 120+maxStretch {
			t.Errorf("%s: %d sent, %d went out", name, report.Sent, len(w.post.copies()))
		}
		for d, err := range w.store.Deliveries(t.Context(), name) {
			if err != nil {
				t.Fatal(err)
			}
			if d.Outcome == Suppressed && d.Reason != cancelled {
				t.Errorf("%s was left out because of %q", d.Recipient, d.Reason)
			}
		}
		if w.decide(w.store.Resume(name)) || w.decide(w.store.Again(name)) {
			t.Errorf("%s: something leads out of the end", name)
		}
	}
}

func TestSendingAgainIsOnlyEverDecided(t *testing.T) {
	t.Parallel()
	for policy, want := range map[Policy]int{Leave: 0, Resend: 3, Drop: 0} {
		w := newWorld(t, 30, 30)
		w.kind.policy = policy
		w.schedule("c")
		w.post.answer = func(n int, _ mail.Message) (bool, error) {
			isLost := n == 8 || n == 9 || n == 11
			return !isLost, lost(isLost)
		}
		w.run()
		if report := w.check("c"); report.Unknown != 3 {
			t.Fatalf("%+v, want 3 unknown", report.Counts)
		}
		if w.decide(w.store.Again("c")) {
			t.Error("events had no time to settle anything")
		}
		w.settle()
		w.run()
		if n := len(w.post.copies()); n != 27 {
			t.Errorf("%d mails went out without a decision, want 27", n)
		}
		if !w.decide(w.store.Again("c")) || w.decide(w.store.Again("c")) {
			t.Error("one decision at a time")
		}
		w.run()
		w.later()
		w.run()
		report := w.check("c")
		if got := len(w.post.copies()); got != 27+want || report.Sent != got {
			t.Errorf("policy %d: %d mails went out, want %d; %+v", policy, got, 27+want, report.Counts)
		}
	}
}

// What an event settles between the decision and the repetition is not repeated.
func TestAnEventBeforeSendingAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30, 30)
	w.kind.policy = Resend
	w.schedule("c")
	w.post.answer = func(n int, _ mail.Message) (bool, error) { return true, lost(n == 8 || n == 9) }
	w.run()
	w.settle()
	if !w.decide(w.store.Again("c")) {
		t.Fatal("sending again was refused")
	}
	for _, m := range w.post.log {
		if err := w.store.Settle(t.Context(), m.Tags[DeliveryTag], WentOut); err != nil {
			t.Fatal(err)
		}
	}
	w.run()
	if report := w.check("c"); report.Sent != 30 {
		t.Errorf("%+v, want 30 sent once", report.Counts)
	}
}

// An event may settle what was to be sent again while its shard rests: the shard must be finished all
// the same.
func TestAnEventWhileAShardRests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30, 30)
	w.kind.policy = Resend
	w.schedule("c")
	w.post.answer = func(n int, _ mail.Message) (bool, error) { return true, lost(n == 8 || n == 9) }
	w.run()
	w.settle()
	c, ok, err := w.store.takeCampaign(t.Context(), work{campaign: "c", sk: campaignKey})
	if ok || err != nil {
		t.Fatalf("a campaign that is done is due: %+v, %v", c, err)
	}
	if !w.decide(w.store.Again("c")) {
		t.Fatal("sending again was refused")
	}
	if c, ok, err = w.store.takeCampaign(t.Context(), work{campaign: "c", sk: campaignKey}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if c, err = w.store.repeat(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := w.store.endErrand(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	w.decide(w.store.Pause("c"))
	w.run() // the shard comes to rest
	for _, m := range w.post.log {
		if err := w.store.Settle(t.Context(), m.Tags[DeliveryTag], WentOut); err != nil {
			t.Fatal(err)
		}
	}
	w.decide(w.store.Resume("c"))
	w.run()
	if report := w.check("c"); report.Sent != 30 {
		t.Errorf("%+v, want 30 sent once", report.Counts)
	}
}
