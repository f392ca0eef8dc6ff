package dissemination

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// clock is the time of a test. It moves only when somebody waits.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pause(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	return ctx.Err()
}

// audience is a kind whose recipients are numbers. Some of them have left meanwhile.
type audience struct {
	size, page int
	policy     Policy

	mu      sync.Mutex
	left    map[string]bool
	pages   int
	compose func(recipients []string) // called before each batch
}

func (a *audience) open(context.Context, Campaign) (Content, error) {
	return Content{Recipients: a.recipients, Compose: a.makeDrafts}, nil
}

func (a *audience) recipients(_ context.Context, cursor string, limit int) ([]string, string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages++
	begin, _ := strconv.Atoi(cursor)
	end := min(begin+min(a.page, limit), a.size)
	var page []string
	for i := begin; i < end; i++ {
		page = append(page, recipient(i))
	}
	if end == a.size {
		return page, "", nil
	}
	return page, strconv.Itoa(end), nil
}

func (a *audience) makeDrafts(_ context.Context, recipients []string) ([]Draft, error) {
	if a.compose != nil {
		a.compose(recipients)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	drafts := make([]Draft, len(recipients))
	for i, r := range recipients {
		drafts[i] = Draft{Message: letterTo(r)}
		if a.left[r] {
			drafts[i] = Draft{Reason: "left"}
		}
	}
	return drafts, nil
}

func (a *audience) leave(recipient string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left == nil {
		a.left = map[string]bool{}
	}
	a.left[recipient] = true
}

func recipient(i int) string { return fmt.Sprintf("ORG.PERSON%04d", i) }

func letterTo(recipient string) mail.Message {
	return mail.Message{
		From: mail.Address{Email: "newsletter@example.org"}, To: mail.Address{Email: strings.ToLower(recipient) + "@example.org"},
		Subject: "An issue", Text: "Good news.", HTML: "<p>Good news.</p>", Language: language.Default,
	}
}

// post is a mail service. Its log is the oracle: what is in it was sent.
type post struct {
	quota mail.Quota

	mu    sync.Mutex
	log   []mail.Message
	calls int
	// answer decides what the caller is told about the nth call, from 1, and whether it was sent.
	answer func(n int, m mail.Message) (sent bool, err error)
}

func (p *post) Quota(context.Context) (mail.Quota, error) { return p.quota, nil }

func (p *post) Send(_ context.Context, m mail.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	sent, err := true, error(nil)
	if p.answer != nil {
		sent, err = p.answer(p.calls, m)
	}
	if sent {
		p.log = append(p.log, m)
	}
	return strconv.Itoa(p.calls), err
}

// copies returns how often each address was written to.
func (p *post) copies() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	copies := map[string]int{}
	for _, m := range p.log {
		copies[m.To.Email]++
	}
	return copies
}

var errLost = errors.New("the answer was lost")

// wire counts the calls to DynamoDB and may cut them.
type wire struct {
	mu     sync.Mutex
	calls  map[string]int // by operation
	writes int
	// dieAt is the number of the write, from 1, at which the process dies: nothing gets through
	// any more. If late is set, that write itself is still made, but not answered.
	dieAt int
	late  bool
	dead  bool
	// muteAt is the number of the one write, from 1, that is made and not answered.
	muteAt int
}

var errDead = errors.New("the process is dead")

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	operation := r.Header.Get("X-Amz-Target")[len("DynamoDB_20120810."):]
	w.mu.Lock()
	w.calls[operation]++
	dead := w.dead
	mutable := operation == "UpdateItem" || operation == "TransactWriteItems" || operation == "PutItem"
	if mutable {
		w.writes++
		if w.writes == w.dieAt {
			w.dead = true
			dead = !w.late
		}
	}
	unanswered := w.dead || mutable && w.writes == w.muteAt
	w.mu.Unlock()
	if dead {
		return nil, errDead
	}
	response, err := http.DefaultClient.Do(r)
	if unanswered && err == nil {
		_ = response.Body.Close()
		return nil, errDead
	}
	return response, err
}

// world is a ledger with a clock, a kind and a mail service.
type world struct {
	*clock
	*testing.T
	client *dynamodb.Client
	table  string
	kind   *audience
	post   *post
	store  *Store // over a wire that is never cut
}

func newWorld(t *testing.T, size, page int) *world {
	t.Helper()
	client, tables := emulator.Tables(t, "DeliveriesTable")
	w := &world{
		T: t, clock: &clock{t: time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)},
		client: client, table: tables["DeliveriesTable"],
		kind: &audience{size: size, page: page},
		post: &post{quota: mail.Quota{PerSecond: 1000, Left: -1}},
	}
	w.store = w.ledger(client)
	return w
}

// ledger is a ledger in which time passes when somebody waits.
func (w *world) ledger(client *dynamodb.Client) *Store {
	s := NewStore(client, w.table, w.now)
	s.sleep = w.pause
	return s
}

// process returns an engine with a connection of its own, as every Lambda process has.
func (w *world) process() (*Engine, *wire) {
	cable := &wire{calls: map[string]int{}}
	client := dynamodb.New(w.client.Options(), func(o *dynamodb.Options) {
		o.HTTPClient = cable
		o.Retryer = aws.NopRetryer{} // the dead do not try again
	})
	return &Engine{
		Store: w.ledger(client), Kinds: map[string]Kind{"issue": {Open: w.kind.open, Unknown: w.kind.policy}}, Send: w.post.Send, Quota: w.post.Quota,
		Log: slog.New(slog.DiscardHandler),
	}, cable
}

// schedule puts a campaign into the ledger that is due now.
func (w *world) schedule(id string) {
	w.Helper()
	writes, err := w.store.Writes(Campaign{ID: id, Kind: "issue", Subject: "one", Due: w.now()}, nil)
	if err != nil {
		w.Fatal(err)
	}
	_, err = w.client.TransactWriteItems(w.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err != nil {
		w.Fatal(err)
	}
}

// run runs a process to the end of what is due.
func (w *world) run() Counts {
	w.Helper()
	engine, _ := w.process()
	counts, err := engine.Run(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return counts
}

// later lets all leases end.
func (w *world) later() {
	if err := w.pause(w.Context(), lease+time.Second); err != nil {
		w.Fatal(err)
	}
}

// settle lets events have their time.
func (w *world) settle() {
	if err := w.pause(w.Context(), Settling+time.Second); err != nil {
		w.Fatal(err)
	}
}

func (w *world) report(id string) Report {
	w.Helper()
	report, err := w.store.Report(w.Context(), id, 1000)
	if err != nil {
		w.Fatal(err)
	}
	return report
}

// check holds a finished campaign against what the mail service has seen.
func (w *world) check(id string) Report {
	w.Helper()
	report := w.report(id)
	copies := w.post.copies()
	for address, n := range copies {
		if n > 1 {
			w.Errorf("%s got %d copies", address, n)
		}
	}
	if report.State != Done {
		w.Errorf("the campaign is %s, want done", report.State)
	}
	if report.Recipients != w.kind.size {
		w.Errorf("%d recipients were written down, want %d", report.Recipients, w.kind.size)
	}
	if report.Ready != 0 || report.Claimed != 0 || report.Closed() != report.Recipients {
		w.Errorf("the counts do not add up to %d recipients: %+v", report.Recipients, report.Counts)
	}
	if report.Sent > len(copies) || report.Sent+report.Unknown < len(copies) {
		w.Errorf("%d are marked as sent and %d as unknown, but %d were sent", report.Sent, report.Unknown, len(copies))
	}
	for _, e := range report.Exceptions {
		if e.Outcome == Failed && copies[letterTo(e.Recipient).To.Email] > 0 {
			w.Errorf("%s is marked as failed and was sent", e.Recipient)
		}
	}
	return report
}
