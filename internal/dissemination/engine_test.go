package dissemination

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
)

func TestEverybodyGetsOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 950, shardSize)
	w.schedule("c")
	if got := w.run(); got.Sent != 950 {
		t.Errorf("the run sent %d, want 950", got.Sent)
	}
	report := w.check("c")
	if report.Sent != 950 || report.shards != 3 {
		t.Errorf("%d sent in %d shards, want 950 in 3", report.Sent, report.shards)
	}
	tags := w.post.log[0].Tags
	if tags["campaign"] != "c" || !strings.HasPrefix(tags["delivery"], "c_") {
		t.Errorf("the first mail has the tags %v", tags)
	}
	if got := w.run(); got != (Counts{}) {
		t.Errorf("another run did %+v, want nothing", got)
	}
}

func TestNobodyToMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0, 10)
	w.schedule("c")
	w.run()
	w.check("c")
}

func TestARunWithNothingToDoCostsOneQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 3)
	w.schedule("later")
	w.t = w.t.Add(-time.Hour)
	engine, cable := w.process()
	if _, err := engine.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(cable.calls) != 1 || cable.calls["Query"] != 1 {
		t.Errorf("the calls were %v, want one Query", cable.calls)
	}
}

func TestWritesPerRecipient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 400, shardSize)
	w.schedule("c")
	engine, cable := w.process()
	if _, err := engine.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.check("c")
	// 24 windows (1, 2, 4, 8, 16, then 20 each), each with a claim and a place in the rate, and
	// now and then a mark on its own.
	if limit := 400 / 4; cable.writes > limit {
		t.Errorf("400 recipients took %d writes, want at most %d", cable.writes, limit)
	}
	item, err := w.store.get(t.Context(), dynamo.Key("c", shardKey(1)))
	if err != nil {
		t.Fatal(err)
	}
	if size := len(fmt.Sprint(item)); size > 2048 {
		t.Errorf("the shard prints as %d characters, so it costs more than a write unit", size)
	}
}

// Whichever write the process dies at, before or after it is made, the next ones finish the work:
// nobody gets two mails, and no more are uncertain than were in hand.
func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	const size, page = 25, 10
	for _, late := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			w := newWorld(t, size, page)
			w.schedule("c")
			engine, cable := w.process()
			cable.dieAt, cable.late = dieAt, late
			_, err := engine.Run(t.Context())
			if !cable.dead {
				break // it had fewer writes
			}
			if err == nil {
				t.Fatalf("write %d: the run did not notice that it failed", dieAt)
			}
			w.later()
			w.run()
			if report := w.check("c"); report.Unknown > maxWindow {
				t.Errorf("write %d: %d are unknown, but at most %d were in hand", dieAt, report.Unknown, maxWindow)
			}
			if t.Failed() {
				t.Fatalf("killed at write %d (made: %v)", dieAt, late)
			}
		}
	}
}

// A process that dies while messages are on their way leaves exactly these uncertain.
func TestKilledBetweenClaimAndMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60, 60)
	w.schedule("c")
	engine, cable := w.process()
	w.post.answer = func(n int, _ mail.Message) (bool, error) {
		cable.mu.Lock()
		defer cable.mu.Unlock()
		cable.dead = cable.dead || n == 10
		return n < 12, nil
	}
	if _, err := engine.Run(t.Context()); err == nil {
		t.Fatal("the run did not notice that it died")
	}
	w.post.answer = nil
	w.later()
	w.run()
	report := w.check("c")
	// Windows of 1, 2 and 4 were marked; the one of 8 was not.
	if report.Unknown != 8 || report.Sent != 52 {
		t.Errorf("%d unknown and %d sent, want 8 and 52", report.Unknown, report.Sent)
	}
	if len(report.Exceptions) != 8 || report.Exceptions[0].Outcome != Unknown {
		t.Errorf("the exceptions are %v, want the 8 unknown", report.Exceptions)
	}
}

func TestSeveralSendersShareTheWork(t *testing.T) {
	t.Parallel()
	for _, page := range []int{200, 25} { // one shard, eight shards
		w := newWorld(t, 200, page)
		w.schedule("c")
		var group sync.WaitGroup
		for range 3 {
			engine, _ := w.process()
			group.Go(func() {
				if _, err := engine.Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		w.later()
		w.run()
		if report := w.check("c"); report.Sent != 200 {
			t.Errorf("pages of %d: %d were sent, want 200: %+v", page, report.Sent, report.Counts)
		}
	}
}

// A holder that was thought dead wakes up and cannot write any more; what it has sent meanwhile is
// not lost.
func TestAFencedHolderCannotWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30, 30)
	w.schedule("c")
	first, _ := w.process()
	overtaken := false
	w.post.answer = func(n int, _ mail.Message) (bool, error) {
		if n == 4 && !overtaken { // in the middle of the window of 4
			overtaken = true
			w.t = w.t.Add(2 * lease)
			sh, ok, err := w.store.takeShard(context.WithoutCancel(t.Context()), work{"c", shardKey(1)})
			if err != nil || !ok {
				t.Errorf("the shard was not taken over: %v", err)
				return true, nil
			}
			if err := w.store.release(context.WithoutCancel(t.Context()), sh, w.t); err != nil {
				t.Error(err)
			}
		}
		return true, nil
	}
	if _, err := first.Run(t.Context()); !errors.Is(err, errFenced) {
		t.Fatalf("the fenced holder got %v", err)
	}
	w.later()
	w.run()
	if report := w.check("c"); report.Sent != 30 {
		t.Errorf("%+v, want 30 sent: the fenced holder knew what it had sent", report.Counts)
	}
}

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

// When SES is down, few deliveries are lost to uncertainty before the run gives up.
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

func TestABrokenCampaignKeepsNoOtherFromGoingOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5, 5)
	if err := w.store.Start(t.Context(), Campaign{ID: "broken", Kind: "nothing", Due: w.now()}, []string{"ORG.A"}); err != nil {
		t.Fatal(err)
	}
	w.schedule("c")
	engine, _ := w.process()
	if _, err := engine.Run(t.Context()); err == nil {
		t.Error("the broken campaign was not reported")
	}
	w.check("c")
}

func TestStartingAListTwiceIsStartingItOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 801, 0)
	var list []string
	for i := range w.kind.size {
		list = append(list, recipient(i))
	}
	c := Campaign{ID: "import-1", Kind: "issue", Due: w.now()}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := w.store.Start(t.Context(), c, list); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	w.run()
	if report := w.check("import-1"); report.Sent != 801 || report.shards != 3 {
		t.Errorf("%d sent in %d shards, want 801 in 3", report.Sent, report.shards)
	}
	if w.kind.pages != 0 {
		t.Error("the kind was asked for recipients of an explicit list")
	}
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5, 5)
	w.schedule("c")
	cancel := func() error {
		_, err := w.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{w.store.Cancel("c")},
		})
		return err
	}
	if err := cancel(); err != nil {
		t.Fatal(err)
	}
	w.run()
	if report := w.report("c"); report.State != Cancelled || w.post.calls != 0 {
		t.Errorf("the campaign is %s and %d were sent", report.State, w.post.calls)
	}
	if err := cancel(); err == nil {
		t.Error("it was cancelled twice")
	}
	w.schedule("d")
	w.run()
	if _, cancelled := dynamo.Cancelled(cancel()); !cancelled {
		t.Error("a campaign was cancelled that had been sent")
	}
}

func TestRefusedCampaigns(t *testing.T) {
	s := NewStore(nil, "t", time.Now)
	now := time.Now()
	for name, c := range map[string]struct {
		campaign   Campaign
		recipients int
	}{
		"no id":           {Campaign{Kind: "k", Due: now}, 1},
		"an id with tags": {Campaign{ID: "a_1", Kind: "k", Due: now}, 1},
		"a long id":       {Campaign{ID: strings.Repeat("a", 65), Kind: "k", Due: now}, 1},
		"no kind":         {Campaign{ID: "a", Due: now}, 1},
		"no time":         {Campaign{ID: "a", Kind: "k"}, 1},
		"too many":        {Campaign{ID: "a", Kind: "k", Due: now}, MaxRecipients + 1},
	} {
		if _, err := s.Writes(c.campaign, make([]string, c.recipients)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if writes, err := s.Writes(Campaign{ID: "a", Kind: "k", Due: now}, make([]string, MaxRecipients)); err != nil || len(writes) > dynamo.MaxTransaction {
		t.Errorf("the longest list makes %d writes (%v), want at most %d", len(writes), err, dynamo.MaxTransaction)
	}
}
