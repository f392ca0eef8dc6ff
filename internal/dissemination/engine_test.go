package dissemination

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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
	// 24 windows (1, 2, 4, 8, 16, then 20 each) with a claim each, 4 stretches with a place in the
	// rate each, and now and then a mark on its own.
	if limit := 400 / 10; cable.writes > limit {
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

// DynamoDB makes a write and its answer is lost, once: the process lives, knows what it had in hand
// and leaves nothing uncertain.
func TestUnansweredWriteLeavesNothingUncertain(t *testing.T) {
	t.Parallel()
	for muteAt := 1; ; muteAt++ {
		w := newWorld(t, 25, 10)
		w.schedule("c")
		engine, cable := w.process()
		cable.muteAt = muteAt
		_, _ = engine.Run(t.Context()) // whether it notices or goes on, the ledger must be right
		if cable.writes < muteAt {
			break
		}
		w.later()
		w.run()
		if report := w.check("c"); report.Sent != 25 {
			t.Fatalf("write %d: %d sent and %d unknown, want all 25 sent", muteAt, report.Sent, report.Unknown)
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
			sh, ok, err := w.store.takeShard(context.WithoutCancel(t.Context()), work{campaign: "c", sk: shardKey(1)})
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

// When SES is down, few deliveries are lost to uncertainty before the run gives up.

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
