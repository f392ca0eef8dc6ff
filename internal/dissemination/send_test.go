package dissemination

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/mail"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	refused := &mail.Refused{Code: "MessageRejected", Permanent: true}
	unconnected := &mail.Refused{Code: "NoConnection"}
	for name, c := range map[string]struct {
		answer func(n int, m mail.Message) (bool, error)
		want   Counts
		reason string
	}{
		"lost answers are unknown": {
			func(n int, _ mail.Message) (bool, error) { return true, lost(n%5 == 0) },
			Counts{Sent: 32, Unknown: 8}, "",
		},
		"sent or not, lost is unknown": {
			func(n int, _ mail.Message) (bool, error) { return n%5 != 0, lost(n%5 == 0) },
			Counts{Sent: 32, Unknown: 8}, "",
		},
		"refused for good is failed": {
			func(n int, _ mail.Message) (bool, error) {
				if n == 3 {
					return false, refused
				}
				return true, nil
			},
			Counts{Sent: 39, Failed: 1}, "MessageRejected",
		},
		"throttled is sent later": {
			func(n int, _ mail.Message) (bool, error) {
				if n > 3 && n < 20 && n%2 == 0 {
					return false, mail.ErrThrottled
				}
				return true, nil
			},
			Counts{Sent: 40}, "",
		},
		"not connected is sent later": {
			func(n int, _ mail.Message) (bool, error) {
				if n < 4 {
					return false, unconnected
				}
				return true, nil
			},
			Counts{Sent: 40}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 40, 40)
			w.schedule("c")
			w.post.answer = c.answer
			w.run()
			report := w.check("c")
			if report.Counts != c.want {
				t.Errorf("got %+v, want %+v", report.Counts, c.want)
			}
			if c.reason != "" && (len(report.Exceptions) != 1 || report.Exceptions[0].Reason != c.reason) {
				t.Errorf("the exceptions are %v, want one for %s", report.Exceptions, c.reason)
			}
		})
	}
}

func lost(yes bool) error {
	if yes {
		return errLost
	}
	return nil
}

func TestAnOutageStopsTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100, 100)
	w.schedule("c")
	down := true
	w.post.answer = func(int, mail.Message) (bool, error) { return !down, lost(down) }
	engine, _ := w.process()
	if _, err := engine.Run(t.Context()); !errors.Is(err, errLost) {
		t.Fatalf("the run ended with %v, want the cause", err)
	}
	if w.post.calls > maxFailures {
		t.Errorf("%d calls were made, want at most %d", w.post.calls, maxFailures)
	}
	down = false
	w.later()
	w.run()
	if report := w.check("c"); report.Unknown > maxFailures {
		t.Errorf("%d are unknown, want at most %d", report.Unknown, maxFailures)
	}
}

func TestTheDailyQuotaParksTheCampaign(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30, 10)
	w.schedule("c")
	w.post.answer = func(int, mail.Message) (bool, error) { return false, mail.ErrQuota }
	w.run()
	if w.post.calls != 1 {
		t.Errorf("%d messages were tried, want 1", w.post.calls)
	}
	report := w.report("c")
	if report.Ready != 30 || !report.Parked.Equal(w.now().Add(parkedFor).Truncate(time.Millisecond)) {
		t.Errorf("%d are ready and it is parked until %v", report.Ready, report.Parked)
	}
	w.run() // other shards are due; they see that the campaign is parked
	if w.post.calls != 1 {
		t.Errorf("%d messages were tried while parked, want 1", w.post.calls)
	}
	w.post.answer = nil
	w.t = w.t.Add(parkedFor + time.Second)
	w.post.quota.Left = 0 // GetSendQuota says so: not even one call
	w.run()
	if w.post.calls != 1 {
		t.Errorf("%d messages were tried without a quota, want 1", w.post.calls)
	}
	w.t = w.t.Add(parkedFor + time.Second)
	w.post.quota.Left = 12
	w.run()
	if got := w.report("c"); got.Sent != 12 || got.Ready != 18 {
		t.Errorf("with a quota of 12: %+v", got.Counts)
	}
	w.t = w.t.Add(parkedFor + time.Second)
	w.post.quota.Left = -1
	w.run()
	w.check("c")
}

func TestWhoLeavesAfterTheListWasWrittenGetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50, 50)
	w.schedule("c")
	w.kind.compose = func(recipients []string) {
		if slices.Contains(recipients, recipient(5)) {
			w.kind.leave(recipient(5))  // at the last moment
			w.kind.leave(recipient(40)) // while others are being sent
		}
	}
	w.run()
	report := w.check("c")
	if report.Suppressed != 2 || report.Sent != 48 {
		t.Errorf("%+v, want 2 suppressed", report.Counts)
	}
	for _, gone := range []int{5, 40} {
		if n := w.post.copies()[letterTo(recipient(gone)).To.Email]; n != 0 {
			t.Errorf("%d had left and got %d mails", gone, n)
		}
	}
}

func TestALookAtRecipientsGetsOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60, 60)
	w.schedule("c")
	looks := 0
	w.kind.compose = func([]string) { looks++ }
	w.post.answer = func(n int, _ mail.Message) (bool, error) {
		if n == 1 {
			w.kind.leave(recipient(30))
			return true, w.pause(t.Context(), glance+time.Millisecond)
		}
		return true, nil
	}
	w.run()
	if report := w.check("c"); report.Suppressed != 1 || report.Sent != 59 {
		t.Errorf("%+v, want the one who left not to get it", report.Counts)
	}
	// One that got old, one that was as short as that had been, and ever longer ones.
	if looks < 3 || looks > 8 {
		t.Errorf("the recipients were looked at %d times", looks)
	}
}

func TestTheRateIsShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, 1)
	begin := w.now()
	var last time.Time
	for range 50 {
		at, err := w.store.reserve(t.Context(), 7, 14)
		if err != nil {
			t.Fatal(err)
		}
		last = at
	}
	places := 49.0 * 7
	want := begin.Add(time.Duration(places / (14 * share) * float64(time.Second)))
	if d := last.Sub(want); d < -100*time.Millisecond || d > 100*time.Millisecond {
		t.Errorf("place 344 comes after %v, want %v", last.Sub(begin), want.Sub(begin))
	}
	w.t = w.t.Add(time.Hour)
	if at, err := w.store.reserve(t.Context(), 7, 14); err != nil || at.After(w.now()) {
		t.Errorf("after an idle hour a place comes at %v (%v), want now", at, err)
	}
}

func TestARunStopsBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200, 200)
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	w.t = deadline.Add(-margin - 5*time.Second)
	w.schedule("c")
	engine, _ := w.process()
	w.post.quota.PerSecond = 10
	if _, err := engine.Run(ctx); err != nil {
		t.Fatal(err)
	}
	counts := w.report("c").Counts
	if counts.Ready == 0 || counts.Claimed+counts.Unknown > 0 {
		t.Errorf("at the deadline: %+v, want some ready and none in hand", counts)
	}
	w.run()
	w.check("c")
}
