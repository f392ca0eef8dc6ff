package secondfactor

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/authenticator"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// office is the service with real tables and sessions, the local SES, and a clock that tests move.
type office struct {
	*Service
	t      *testing.T
	mux    *web.Mux
	client *dynamodb.Client
	tables map[string]string
	post   *outbox.Outbox
	clock  atomic.Int64
	// maria is a coordinator who has signed in, with nothing but the mailed link so far.
	maria *person
}

// person is somebody in a browser.
type person struct {
	members.Person
	o      *office
	cookie string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	client, tables := emulator.Tables(t, "FactorsTable", "MembersTable", "SessionsTable", "AuditTable")
	o := &office{t: t, client: client, tables: tables, post: outbox.New(t)}
	o.clock.Store(time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC).Unix())
	people := members.NewStore(client, tables["MembersTable"], o.now)
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	library, err := NewWebAuthn("https://munet.example")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	o.Service = &Service{
		Store:    NewStore(client, tables["FactorsTable"], o.now),
		Sessions: session.NewStore(client, tables["SessionsTable"], people, o.now),
		Members:  people, Audit: audit.NewLog(client, tables["AuditTable"]), Signer: signer,
		Post: mail.Post{
			Sender: mail.NewSender(o.post.Client, ""), Site: mail.Site{Name: "MuNet", URL: "https://munet.example"},
			From: mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		},
		WebAuthn: library, Now: o.now, Log: log,
	}
	o.mux = web.NewMux(web.Options{Sessions: o.Sessions, Fail: page.Fail, Log: log, Now: o.now})
	o.Routes(o.mux)
	o.maria = o.coordinator("maria@secretariat.example")
	return o
}

func (o *office) now() time.Time          { return time.Unix(o.clock.Load(), 0).UTC() }
func (o *office) advance(d time.Duration) { o.clock.Add(int64(d.Seconds())) }

// coordinator returns a coordinator who has signed in.
func (o *office) coordinator(address string) *person {
	o.t.Helper()
	p, err := o.Members.EnsureCoordinator(o.t.Context(), address, "en")
	if err != nil {
		o.t.Fatal(err)
	}
	one := &person{Person: p, o: o}
	one.signIn()
	return one
}

// signIn begins a session as package signin does.
func (p *person) signIn() {
	p.o.t.Helper()
	id, begin, err := p.o.Sessions.Begin(p.Person, "", "")
	if err == nil {
		_, err = p.o.client.TransactWriteItems(p.o.t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{begin}})
	}
	if err != nil {
		p.o.t.Fatal(err)
	}
	p.cookie = id
}

// do sends a request. The browser keeps the session's new id, if there is one.
func (p *person) do(method, path string, pairs ...string) *httptest.ResponseRecorder {
	p.o.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(p.o.t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: session.Cookie, Value: p.cookie})
	w := httptest.NewRecorder()
	p.o.mux.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == session.Cookie {
			p.cookie = c.Value
		}
	}
	return w
}

// wants fails the test unless an answer has the status, and a text or the place that it leads to.
func (p *person) wants(w *httptest.ResponseRecorder, status int, text string) {
	p.o.t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String()+w.Header().Get("Location"), text) {
		p.o.t.Fatalf("%d %s, want %d and %q\n%s", w.Code, w.Header().Get("Location"), status, text, w.Body)
	}
}

var (
	setupKey   = regexp.MustCompile(`class="secret">([A-Z2-7 ]+)<`)
	setupToken = regexp.MustCompile(`name="token" value="([^"]+)"`)
	shownCode  = regexp.MustCompile(`<code>(\w{4}-\w{4})</code>`)
)

// setUpApp sets up an authenticator app and returns its key.
func (p *person) setUpApp() string {
	p.o.t.Helper()
	page := p.do("GET", "/second-factor/app").Body.String()
	key, setup := setupKey.FindStringSubmatch(page), setupToken.FindStringSubmatch(page)
	if key == nil || setup == nil {
		p.o.t.Fatalf("no key\n%s", page)
	}
	p.wants(p.do("POST", "/second-factor/app", "token", setup[1], "code", p.code(key[1], 0)), http.StatusSeeOther, "/second-factor")
	return key[1]
}

// recoveryCodes makes recovery codes and keeps them.
func (p *person) recoveryCodes() []string {
	p.o.t.Helper()
	var codes []string
	for _, code := range shownCode.FindAllStringSubmatch(p.do("POST", "/second-factor/recovery-codes").Body.String(), -1) {
		codes = append(codes, code[1])
	}
	p.wants(p.do("POST", "/second-factor/recovery-codes/kept", "kept", "yes"), http.StatusSeeOther, "done=kept")
	return codes
}

// code is what the app shows some steps from now.
func (p *person) code(key string, steps int) string {
	p.o.t.Helper()
	code, err := authenticator.Code(key, p.o.now().Add(time.Duration(steps)*stepSeconds*time.Second))
	if err != nil {
		p.o.t.Fatal(err)
	}
	return code
}

// passed reports whether the person's session has passed the second factor lately.
func (p *person) passed() bool {
	p.o.t.Helper()
	r := httptest.NewRequestWithContext(p.o.t.Context(), http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: session.Cookie, Value: p.cookie})
	who, err := p.o.Sessions.Identify(r)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return who != nil && who.SteppedUp(p.o.now()) == nil
}

// mailed returns the subjects of the mails since the last call.
func (o *office) mailed() []string {
	var all []string
	for _, m := range o.post.Take() {
		all = append(all, strings.Join(m.To, " ")+": "+m.Subject)
	}
	return all
}
