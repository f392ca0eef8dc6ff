package memberimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bench is a worker with real tables and a network that can be cut.
type bench struct {
	*Worker
	line *line
	mail *invitations
	now  time.Time
}

// line is the connection to DynamoDB. After left requests it is cut; negative means never.
type line struct {
	mutex sync.Mutex
	next  http.RoundTripper
	left  int
}

var errCut = errors.New("the connection is cut")

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mutex.Lock()
	cut := l.left == 0
	if l.left > 0 {
		l.left--
	}
	l.mutex.Unlock()
	if cut {
		return nil, errCut
	}
	return l.next.RoundTrip(r)
}

func (l *line) cutAfter(requests int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.left = requests
}

// invitations remembers the campaigns that were started, as the ledger does.
type invitations struct{ campaigns map[string][]string }

func (i *invitations) start(_ context.Context, campaign string, applications []string) error {
	if _, ok := i.campaigns[campaign]; !ok {
		i.campaigns[campaign] = applications
	}
	return nil
}

func signer(t *testing.T) *token.Signer {
	t.Helper()
	s, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newBench(t *testing.T) *bench {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable")
	b := &bench{line: &line{next: http.DefaultTransport, left: -1}, mail: &invitations{map[string][]string{}}, now: noon}
	client = dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.HTTPClient = &http.Client{Transport: b.line}
		o.Retryer = aws.NopRetryer{}
	})
	now := func() time.Time { return b.now }
	people := members.NewStore(client, tables["MembersTable"], now)
	b.Worker = &Worker{
		Jobs: NewStore(client, tables["MembersTable"], now), Members: people,
		Suppressions: members.NewSuppressions(people, signer(t)),
		Invite:       b.mail.start,
		Log:          slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	return b
}

// confirmed stores a file as a job that runs.
func (b *bench) confirmed(t *testing.T, content string, leaveKnown bool) Job {
	t.Helper()
	file := Parse([]byte(content))
	if len(file.Problems) > 0 {
		t.Fatalf("the test's own file has problems: %+v", file.Problems)
	}
	j, err := b.Jobs.Create(t.Context(), Job{By: "ORG.MARIA", Name: "Maria", People: len(file.Rows)}, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	j.LeaveKnown = leaveKnown
	if ok, err := b.Jobs.Confirm(t.Context(), j); !ok || err != nil {
		t.Fatalf("Confirm = %t, %v", ok, err)
	}
	return b.job(t, j.ID)
}

func (b *bench) job(t *testing.T, id string) Job {
	t.Helper()
	j, err := b.Jobs.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// towns is a file with n people of n organisations.
func towns(n int) string {
	var b strings.Builder
	b.WriteString("organisation,kind,country,name,address\n")
	for i := range n {
		fmt.Fprintf(&b, "Town %d,ngo,CY,Person %d,p%d@town.example\n", i, i, i)
	}
	return b.String()
}

func (b *bench) outcomes(t *testing.T, id string) []Outcome {
	t.Helper()
	results, err := b.Jobs.Results(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]Outcome, len(results))
	for i, r := range results {
		all[i] = r.Outcome
	}
	return all
}

func TestRunInvitesWhoIsNew(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	join := func(name, address string) {
		t.Helper()
		a, _, err := b.Members.Apply(ctx, members.Application{
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

// brokenSuppressions reads a table that does not exist.
func brokenSuppressions(t *testing.T) *members.Suppressions {
	t.Helper()
	client, _ := emulator.Tables(t, "AuditTable")
	client = dynamodb.New(client.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	return members.NewSuppressions(members.NewStore(client, "no-such-table", time.Now), signer(t))
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
