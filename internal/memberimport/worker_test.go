package memberimport

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
)

func TestRunInvitesWhoIsNew(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	join := func(name, address string) {
		t.Helper()
		a, err := b.Members.Apply(ctx, members.Application{
			Profile: members.Profile{Kind: "ngo", Name: name, Country: "CY"},
			Contact: members.Contact{Name: "N", Address: address, Language: "en"},
		})
		if err == nil && !strings.HasPrefix(address, "applied") {
			_, _, err = b.Members.Confirm(ctx, a, "registration")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	join("Known", "member@known.example")
	join("Other", "applied@other.example")
	if err := b.Suppressions.Add(ctx, "gone@new.example", "bounce"); err != nil {
		t.Fatal(err)
	}
	content := "organisation,kind,country,name,address\n" +
		"New,ngo,CY,A,a@new.example\n" +
		"New,ngo,CY,B,b@new.example\n" +
		"Known,ngo,CY,M,member@known.example\n" +
		"KNOWN,ngo,CY,C,colleague@known.example\n" +
		"Other,ngo,CY,O,applied@other.example\n" +
		"New,ngo,CY,G,gone@new.example\n"
	for _, tt := range []struct {
		leaveKnown bool
		want       []Outcome
	}{
		{true, []Outcome{Invited, Invited, IsMember, IsKnown, HasApplied, Suppressed}},
		// The second file comes after the first: those whom it invited are invited already.
		{false, []Outcome{HasApplied, HasApplied, IsMember, Invited, HasApplied, Suppressed}},
	} {
		b.now = b.now.Add(time.Hour)
		j := b.confirmed(t, content, tt.leaveKnown)
		if err := b.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got := b.outcomes(t, j.ID); !slices.Equal(got, tt.want) {
			t.Errorf("outcomes = %q, want %q", got, tt.want)
		}
		j = b.job(t, j.ID)
		want := map[Outcome]int{}
		for _, o := range tt.want {
			want[o]++
		}
		if j.State != Done || j.Done != 6 || !maps.Equal(j.Counts, want) {
			t.Errorf("job = %+v, want it done with counts %v", j, want)
		}
		if got := len(b.mail.campaigns["import-"+j.ID]); got != want[Invited] {
			t.Errorf("%d invitations, want %d", got, want[Invited])
		}
	}
	for _, id := range b.mail.campaigns {
		for _, application := range id {
			a, err := b.Members.Application(ctx, application)
			if err != nil {
				t.Fatal(err)
			}
			if a.InvitedBy != "Maria" || a.Preferences != (members.Preferences{Newsletter: members.Never}) || len(a.Texts) != 0 {
				t.Errorf("application = %+v: an invitation must not subscribe anybody", a)
			}
		}
	}
}

// TestRunSurvivesDyingAnywhere cuts the connection after ever more requests, until one run needs no
// more. The next runs must end the job, with everybody invited once.
func TestRunSurvivesDyingAnywhere(t *testing.T) {
	const people = batchSize + 3
	b := newBench(t)
	deaths := 0
	for cut := 0; ; cut += 7 { // a batch is no multiple of seven requests, so every kind is cut
		j := b.confirmed(t, strings.ReplaceAll(towns(people), "town.example", fmt.Sprintf("town%d.example", cut)), false)
		b.line.cutAfter(cut)
		err := b.Run(t.Context())
		b.line.cutAfter(-1)
		if err == nil {
			if deaths < 10 {
				t.Errorf("only %d deaths were tried", deaths)
			}
			break
		}
		deaths++
		for range 3 {
			if err := b.Run(t.Context()); err != nil {
				t.Fatalf("cut after %d requests: the next run: %v", cut, err)
			}
		}
		results, err := b.Jobs.Results(t.Context(), j.ID)
		if err != nil {
			t.Fatal(err)
		}
		invited := map[string]bool{}
		for _, r := range results {
			invited[r.Application] = r.Outcome == Invited
		}
		if j = b.job(t, j.ID); j.State != Done || j.Counts[Invited] != people || len(invited) != people || len(results) != people {
			t.Fatalf("cut after %d requests: job %+v with %d results", cut, j, len(results))
		}
		if campaign := b.mail.campaigns["import-"+j.ID]; len(campaign) != people {
			t.Fatalf("cut after %d requests: %d invitations", cut, len(campaign))
		}
	}
}

func TestTwoRunsAtOnceDoEachRowOnce(t *testing.T) {
	b := newBench(t)
	j := b.confirmed(t, towns(3*batchSize), false)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := b.Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j = b.job(t, j.ID); j.State != Done || j.Counts[Invited] != 3*batchSize {
		t.Errorf("job = %+v", j)
	}
	if got := len(b.outcomes(t, j.ID)); got != 3*batchSize {
		t.Errorf("%d results, want %d", got, 3*batchSize)
	}
}

func TestRunStopsBeforeItsTimeIsUp(t *testing.T) {
	b := newBench(t)
	j := b.confirmed(t, towns(3), false)
	ctx, cancel := context.WithTimeout(t.Context(), reserve) // nothing is left but the reserve
	defer cancel()
	if err := b.Run(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a run without time failed: %v", err)
	}
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j = b.job(t, j.ID); j.State != Done {
		t.Errorf("job = %+v, want it done by the next run", j)
	}
}

func TestAJobAlwaysEnds(t *testing.T) {
	b := newBench(t)
	bad := errors.New("no campaign today")
	b.Invite = func(context.Context, string, []string) error { return bad }
	j := b.confirmed(t, towns(2), false)
	if err := b.Run(t.Context()); !errors.Is(err, bad) {
		t.Errorf("err = %v, so the alarm would not see it", err)
	}
	if j := b.job(t, j.ID); j.State != Running || j.Done != 2 || j.Shown() != 1 {
		t.Errorf("job = %+v, shown %d: it is not done before the invitations are on their way", j, j.Shown())
	}
	b.Invite = b.mail.start
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j := b.job(t, j.ID); j.State != Done || len(b.mail.campaigns["import-"+j.ID]) != 2 {
		t.Errorf("job = %+v, campaigns %v", j, b.mail.campaigns)
	}
}

func TestRowsThatFailAgainAndAgainAreGivenUp(t *testing.T) {
	b := newBench(t)
	j := b.confirmed(t, towns(2), false)
	b.Suppressions = brokenSuppressions(t)
	for range maxAttempts {
		if err := b.Run(t.Context()); err == nil {
			t.Fatal("a run that could not do its rows did not say so")
		}
	}
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if j = b.job(t, j.ID); j.State != Done || j.Counts[Failed] != 2 || len(b.mail.campaigns) != 0 {
		t.Errorf("job = %+v, campaigns %v", j, b.mail.campaigns)
	}
}

func TestAConfirmedJobIsConfirmedOnce(t *testing.T) {
	b := newBench(t)
	j, err := b.Jobs.Create(t.Context(), Job{Name: "Maria"}, []byte(towns(1)))
	if err != nil {
		t.Fatal(err)
	}
	yes := 0
	var wait sync.WaitGroup
	var mutex sync.Mutex
	for range 10 {
		wait.Go(func() {
			ok, err := b.Jobs.Confirm(t.Context(), j)
			if err != nil {
				t.Error(err)
			}
			mutex.Lock()
			defer mutex.Unlock()
			if ok {
				yes++
			}
		})
	}
	wait.Wait()
	if yes != 1 {
		t.Errorf("confirmed %d times", yes)
	}
}

func TestAnUnconfirmedFileIsForgottenAfterADay(t *testing.T) {
	b := newBench(t)
	j, err := b.Jobs.Create(t.Context(), Job{Name: "Maria"}, []byte(towns(1)))
	if err != nil {
		t.Fatal(err)
	}
	b.now = noon.Add(keptUnconfirmed)
	if _, err := b.Jobs.Job(t.Context(), j.ID); !errors.Is(err, ErrNone) {
		t.Errorf("err = %v, want ErrNone", err)
	}
	if open, err := b.Jobs.Open(t.Context()); len(open) != 0 || err != nil {
		t.Errorf("Open = %v, %v", open, err)
	}
}
