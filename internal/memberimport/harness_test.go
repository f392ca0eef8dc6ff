package memberimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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

// brokenSuppressions reads a table that does not exist.
func brokenSuppressions(t *testing.T) *members.Suppressions {
	t.Helper()
	client, _ := emulator.Tables(t, "AuditTable")
	client = dynamodb.New(client.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	return members.NewSuppressions(members.NewStore(client, "no-such-table", time.Now), signer(t))
}

// newWorkerFor works on the site's imports.
func newWorkerFor(t *testing.T, s *site) *Worker {
	t.Helper()
	mail := &invitations{map[string][]string{}}
	return &Worker{Jobs: s.Jobs, Members: s.Members, Suppressions: members.NewSuppressions(s.Members, signer(t)), Invite: mail.start, Log: slog.Default()}
}
