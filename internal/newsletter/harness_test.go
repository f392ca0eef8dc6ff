package newsletter

import (
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/municipalitiesnet/munet/infra/contract/described"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// office is the service with real tables. SES and the sessions are stood in for.
type office struct {
	*Service
	testing.TB
	mux          *web.Mux
	described    http.Handler // mux, whose answers are held against the description
	client       *dynamodb.Client
	tables       map[string]string
	suppressions *members.Suppressions
	post         *postOffice
	maria        members.Person // a coordinator

	mu    sync.Mutex
	clock time.Time
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock
}

// postOffice answers as SES and keeps what it is sent, by address.
type postOffice struct {
	mu    sync.Mutex
	mails map[string][]string
	down  bool
}

func (p *postOffice) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	body, status := `<R><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></R>`, http.StatusOK
	switch {
	case p.down:
		body, status = `<ErrorResponse><Error><Code>Throttling</Code><Message>no</Message></Error></ErrorResponse>`, http.StatusBadRequest
	case r.PostForm.Get("Action") == "GetSendQuota":
		body = `<R><GetSendQuotaResult><Max24HourSend>-1</Max24HourSend><MaxSendRate>1000</MaxSendRate><SentLast24Hours>0</SentLast24Hours></GetSendQuotaResult></R>`
	default:
		raw, err := base64.StdEncoding.DecodeString(r.PostForm.Get("RawMessage.Data"))
		if err != nil {
			return nil, err
		}
		to := r.PostForm.Get("Destinations.member.1")
		p.mails[to] = append(p.mails[to], string(raw))
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// Identify believes what the request says of itself.
func (o *office) Identify(r *http.Request) (*web.Identity, error) {
	who := r.Header.Get("Who")
	if who == "" {
		return nil, nil
	}
	return &web.Identity{
		Member: o.maria.Ref.String(), Name: "Maria", Address: o.maria.Address, Language: "en",
		Approved: true, Coordinator: who == "coordinator", Factor: time.Now(),
	}, nil
}

func newOffice(t testing.TB) *office {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	client, tables := emulator.Tables(t, "MembersTable", "NewslettersTable", "DeliveriesTable", "AuditTable", "LimitsTable")
	o := &office{
		TB: t, client: client, tables: tables, post: &postOffice{mails: map[string][]string{}},
		clock: time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC),
	}
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	people := members.NewStore(client, tables["MembersTable"], o.now)
	o.suppressions = members.NewSuppressions(people, signer)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	o.Service = &Service{
		Newsletters: NewStore(client, tables["NewslettersTable"], o.now),
		Sources:     []Source{NewMembers(people), LastIssue(NewStore(client, tables["NewslettersTable"], o.now)), LatestImages(NewStore(client, tables["NewslettersTable"], o.now))},
		Ledger:      dissemination.NewStore(client, tables["DeliveriesTable"], o.now),
		Members:     people,
		Limits:      limit.NewStore(client, tables["LimitsTable"], signer, o.now, func(string, float64) {}),
		Layout: Layout{
			Site:  mail.Site{Name: "MuNet", URL: "https://munet.example", PostalAddress: "CARDET, Lefkosia"},
			From:  mail.Address{Name: "MuNet", Email: "newsletter@munet.example"},
			Links: maillink.Links{Site: "https://munet.example", Signer: signer},
		},
		Sender: mail.NewSender(ses.New(ses.Options{
			Region: "eu-central-1", HTTPClient: &http.Client{Transport: o.post},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
			}),
		}), ""),
		Audit: audit.NewLog(client, tables["AuditTable"]), Now: o.now, Log: log,
	}
	o.mux = web.NewMux(web.Options{Sessions: o, Fail: page.Fail, Log: log})
	o.Routes(o.mux)
	(&Archive{Newsletters: o.Newsletters, Site: o.Layout.Site.URL, Now: o.now}).Routes(o.mux)
	o.described = described.Handler(t, o.mux)
	o.maria = o.member("maria@munet.example", "en", members.Preferences{Newsletter: members.Never})
	return o
}

// approved makes an organisation a member, with one person.
func (o *office) approved(address string, profile members.Profile) members.Person {
	o.Helper()
	a, ok, err := o.Members.Invite(o.Context(), members.Application{
		Profile: profile, Contact: members.Contact{Name: "Member " + address, Address: address, Language: "en"}, InvitedBy: "Maria",
	})
	if err != nil || !ok {
		o.Fatalf("inviting %s: %v, %v", address, ok, err)
	}
	_, person, err := o.Members.Confirm(o.Context(), a, "invitation")
	if err != nil {
		o.Fatal(err)
	}
	return person
}

// member makes a member of an organisation of their own.
func (o *office) member(address string, tag language.Tag, p members.Preferences) members.Person {
	o.Helper()
	a, ok, err := o.Members.Invite(o.Context(), members.Application{
		Profile: members.Profile{Kind: "ngo", Name: "Organisation of " + address, Country: "CY"},
		Contact: members.Contact{Name: "Member " + address, Address: address, Language: tag}, Preferences: p, InvitedBy: "Maria",
	})
	if err != nil || !ok {
		o.Fatalf("inviting %s: %v, %v", address, ok, err)
	}
	_, person, err := o.Members.Confirm(o.Context(), a, "invitation")
	if err != nil {
		o.Fatal(err)
	}
	return person
}

func (o *office) do(who, method, path string, form url.Values) *httptest.ResponseRecorder {
	o.Helper()
	r := httptest.NewRequestWithContext(o.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Who", who)
	w := httptest.NewRecorder()
	o.described.ServeHTTP(w, r)
	return w
}

// open returns a page that must be there.
func (o *office) open(path string) string {
	o.Helper()
	w := o.do("coordinator", "GET", path, nil)
	if w.Code != http.StatusOK {
		o.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// post sends a form that must be accepted, and returns where it leads.
func (o *office) submit(path string, form url.Values) string {
	o.Helper()
	w := o.do("coordinator", "POST", path, form)
	if w.Code != http.StatusSeeOther {
		o.Fatalf("POST %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// refused sends a form that must be answered with this status, and returns the page.
func (o *office) refused(status int, path string, form url.Values) string {
	o.Helper()
	w := o.do("coordinator", "POST", path, form)
	if w.Code != status {
		o.Fatalf("POST %s: %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// version returns the version in the form of a page.
func (o *office) version(path string) string {
	o.Helper()
	found := versionField.FindStringSubmatch(o.open(path))
	if found == nil {
		o.Fatalf("%s has no version", path)
	}
	return found[1]
}

// write begins a newsletter with these texts by language and returns its page's path.
func (o *office) write(kind Kind, main language.Tag, texts map[language.Tag]Text) string {
	o.Helper()
	at := o.submit("/desk/newsletters/new", url.Values{"kind": {string(kind)}, "main": {string(main)}})
	path, _, _ := strings.Cut(at, "/texts/")
	for tag, text := range texts {
		o.submit(path+"/texts/"+string(tag), url.Values{"subject": {text.Subject}, "body": {text.Body}, "version": {"0"}})
	}
	return path
}

// deliver runs the sender until nothing is due.
func (o *office) deliver() dissemination.Counts {
	o.Helper()
	counts, err := o.engine().Run(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return counts
}

// immediately is the form that sends a newsletter now.
func (o *office) immediately(path string) url.Values {
	o.Helper()
	return url.Values{"moment": {"now"}, "version": {o.version(path + "/send")}, "number": {o.reached(path)}}
}

var reachField = regexp.MustCompile(`data-reach="(\d+)"`)

// reached is how many people the page before sending names.
func (o *office) reached(path string) string {
	o.Helper()
	found := reachField.FindStringSubmatch(o.open(path + "/send"))
	if found == nil {
		o.Fatalf("%s/send names no number", path)
	}
	return found[1]
}
