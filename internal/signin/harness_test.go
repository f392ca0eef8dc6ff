package signin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

const (
	maria       = "maria@larnaca.example"
	coordinator = "office@munet.example"
)

// bench is the whole of sign-in on emulated tables, with the local
// SES and a clock that tests move by hand.
type bench struct {
	http.Handler
	members  *members.Store
	sessions *session.Store
	service  *Service
	person   members.Person // awaits approval, address maria
	table    *countingClient
	client   *dynamodb.Client
	name     string // of the sessions table
	post     *outbox.Outbox
	received []letter // taken from post
	clock    atomic.Int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	plain, tables := emulator.Tables(t, "MembersTable", "SessionsTable", "AuditTable", "LimitsTable")
	b := &bench{table: &countingClient{HTTPClient: plain.Options().HTTPClient}, post: outbox.New(t), name: tables["SessionsTable"]}
	b.client = dynamodb.New(plain.Options(), func(o *dynamodb.Options) { o.HTTPClient = b.table })
	b.clock.Store(time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC).Unix())
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	b.members = members.NewStore(b.client, tables["MembersTable"], b.now)
	b.sessions = session.NewStore(b.client, b.name, b.members, b.now)
	log := slog.New(slog.DiscardHandler)
	limits := limit.NewStore(b.client, tables["LimitsTable"], signer, b.now, func(string, float64) {})
	b.service = &Service{
		Store: NewStore(b.client, b.name, b.now), Limits: limits, Sessions: b.sessions, Members: b.members, Signer: signer,
		Post: mail.Post{
			Sender: mail.NewSender(b.post.Client, ""),
			Site:   mail.Site{Name: "MuNet", URL: "https://munet.example"},
			From:   mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		},
		Audit:       audit.NewLog(b.client, tables["AuditTable"]),
		Coordinator: coordinator, Now: b.now, Log: log,
	}
	mux := web.NewMux(web.Options{Sessions: b.sessions, Strangers: limits.Form, Fail: page.Fail, Log: log})
	b.service.Routes(mux)
	b.Handler = mux
	b.person = b.join(t, "Larnaca", maria)
	return b
}

// join makes a person who awaits approval.
func (b *bench) join(t *testing.T, name, address string) members.Person {
	t.Helper()
	application, err := b.members.Apply(t.Context(), members.Application{
		Profile: members.Profile{Kind: "localAuthority", Name: name, Country: "CY"},
		Contact: members.Contact{Name: "Maria", Address: address, Language: "en"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, person, err := b.members.Confirm(t.Context(), application, "test")
	if err != nil {
		t.Fatal(err)
	}
	return person
}

func (b *bench) decide(t *testing.T, action members.Action) {
	t.Helper()
	if _, _, err := b.members.Decide(t.Context(), b.person.Organisation, members.Decision{Action: action, By: "Test"}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) now() time.Time          { return time.Unix(b.clock.Load(), 0).UTC() }
func (b *bench) advance(d time.Duration) { b.clock.Add(int64(d.Seconds())) }

// sessionsOf returns how many sessions a person has.
func (b *bench) sessionsOf(t *testing.T, p members.Person) int {
	t.Helper()
	all, err := b.sessions.Of(t.Context(), p.String())
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// countingClient counts the requests to DynamoDB by operation.
type countingClient struct {
	dynamodb.HTTPClient
	mu    sync.Mutex
	calls []string
}

func (c *countingClient) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.mu.Lock()
	c.calls = append(c.calls, operation)
	c.mu.Unlock()
	return c.HTTPClient.Do(r)
}

// since returns the operations that f called.
func (c *countingClient) since(f func()) string {
	c.mu.Lock()
	c.calls = nil
	c.mu.Unlock()
	f()
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.calls, " ")
}

// letter is a mail as its reader sees it.
type letter struct{ mailbox.Message }

// letters returns all mails so far.
func (b *bench) letters() []letter {
	for _, m := range b.post.Take() {
		b.received = append(b.received, letter{m})
	}
	return b.received
}

func (b *bench) last(t *testing.T) letter {
	t.Helper()
	all := b.letters()
	if len(all) == 0 {
		t.Fatal("no mail was sent")
	}
	return all[len(all)-1]
}

func (l letter) link(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`/sign-in/link\?token=([A-Z2-7]{26})\b`).FindStringSubmatch(l.Text)
	if found == nil {
		t.Fatalf("no link in:\n%s", l.Text)
	}
	return found[1]
}

func (l letter) code(t *testing.T) string {
	t.Helper()
	code := regexp.MustCompile(`(?m)^    ([0-9A-Z]{4}-[0-9A-Z]{4})$`).FindStringSubmatch(l.Text)
	if code == nil {
		t.Fatalf("no code in:\n%s", l.Text)
	}
	return code[1]
}

// tab is a browser: it keeps cookies.
type tab struct {
	bench   *bench
	address string // where it calls from
	mu      sync.Mutex
	cookies map[string]string
}

func (b *bench) tab() *tab {
	return &tab{bench: b, address: "192.0.2.1:40000", cookies: map[string]string{}}
}

// elsewhere is a browser in a network of its own.
func (b *bench) elsewhere(networks *int) *tab {
	*networks++
	t := b.tab()
	t.address = fmt.Sprintf("198.51.100.%d:40000", *networks)
	return t
}

func (t *tab) get(path string) *httptest.ResponseRecorder { return t.do(http.MethodGet, path, nil) }

func (t *tab) post(path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return t.do(http.MethodPost, path, form)
}

func (t *tab) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, "https://munet.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = t.address
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	t.mu.Lock()
	for name, value := range t.cookies {
		r.Header.Add("Cookie", name+"="+value)
	}
	t.mu.Unlock()
	w := httptest.NewRecorder()
	t.bench.ServeHTTP(w, r)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(t.cookies, c.Name)
		} else {
			t.cookies[c.Name] = c.Value
		}
	}
	return w
}

// ask asks for a mail and returns it.
func (t *tab) ask(test *testing.T, address string, pairs ...string) letter {
	test.Helper()
	t.get("/sign-in")
	w := t.post("/sign-in", append([]string{"address", address}, pairs...)...)
	want(test, w, http.StatusSeeOther, "")
	if to := w.Header().Get("Location"); to != "/sign-in/check" {
		test.Fatalf("sent on to %s", to)
	}
	return t.bench.last(test)
}

// signedIn reports whether the browser has a session that is alive.
func (t *tab) signedIn() bool { return t.get("/sessions").Code == http.StatusOK }

// want checks an answer's status and that the page has some words.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, words string) {
	t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), words) {
		t.Fatalf("status %d, want %d with %q:\n%s", w.Code, status, words, main(w))
	}
}

// main returns the part of a page that differs between pages.
func main(w *httptest.ResponseRecorder) string {
	_, rest, _ := strings.Cut(w.Body.String(), "<main")
	content, _, _ := strings.Cut(rest, "</main>")
	return content
}

// dump returns all items of the sessions table as text.
func (b *bench) dump(t *testing.T) string {
	t.Helper()
	out, err := b.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.name})
	if err != nil {
		t.Fatal(err)
	}
	var items []map[string]any
	if err := attributevalue.UnmarshalListOfMaps(out.Items, &items); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(items)
}
