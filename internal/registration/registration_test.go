package registration_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/contract/described"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/registration"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// site is the registration function with real tables and the local SES.
type site struct {
	t             *testing.T
	mux           http.Handler
	members       *members.Store
	limits        *limit.Store
	table         *countingClient
	links         maillink.Links
	ses           *outbox.Outbox
	clock         atomic.Int64
	who           *web.Identity
	registrations atomic.Int64 // the metric
	left          []string     // campaign and reference of those who were counted
	// forgotten are those of whom nothing else is kept.
	forgotten []members.Ref
}

// countingClient remembers the requests to DynamoDB by operation.
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

// take returns the mails since the last call as their readers see them, the oldest first.
func (s *site) take() []string {
	var all []string
	for _, m := range s.ses.Take() {
		all = append(all, strings.Join(append(m.To, m.Subject, m.Text, "text/html", m.HTML), "\n"))
	}
	return all
}

func newSite(t *testing.T) *site {
	t.Helper()
	plain, tables := emulator.Tables(t, "MembersTable", "SessionsTable", "AuditTable", "LimitsTable")
	s := &site{t: t, ses: outbox.New(t), table: &countingClient{HTTPClient: plain.Options().HTTPClient}}
	client := dynamodb.New(plain.Options(), func(o *dynamodb.Options) { o.HTTPClient = s.table })
	s.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, s.clock.Load()).UTC() }
	s.members = members.NewStore(client, tables["MembersTable"], now)
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	s.links = maillink.Links{Site: "https://munet.example", Signer: signer}
	s.limits = limit.NewStore(client, tables["LimitsTable"], signer, now, func(string, float64) {})
	service := &registration.Service{
		Members: s.members, Suppressions: members.NewSuppressions(s.members, signer), Limits: s.limits,
		Sessions: session.NewStore(client, tables["SessionsTable"], s.members, now), Links: s.links,
		Post: mail.Post{
			Sender: mail.NewSender(s.ses.Client, ""), Site: mail.Site{Name: "MuNet", URL: "https://munet.example", PostalAddress: "MuNet, Nicosia"},
			From: mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		},
		Coordinator: "desk@munet.example", Audit: audit.NewLog(client, tables["AuditTable"]),
		Count: func(_ string, n float64) { s.registrations.Add(int64(n)) }, Now: now, Log: slog.New(slog.DiscardHandler),
		Left: func(_ context.Context, campaign, recipient string) error {
			s.left = append(s.left, campaign+" "+recipient)
			return nil
		},
		Forget: func(_ context.Context, ref members.Ref) error {
			s.forgotten = append(s.forgotten, ref)
			return nil
		},
	}
	m := web.NewMux(web.Options{Sessions: s, Strangers: s.limits.Form, Fail: page.Fail, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))})
	service.Routes(m)
	s.mux = described.Handler(t, m)
	return s
}

// Identify makes the site's tests whoever they want to be.
func (s *site) Identify(*http.Request) (*web.Identity, error) { return s.who, nil }

func (s *site) signIn(p members.Person) {
	s.who = &web.Identity{Member: p.Ref.String(), Name: p.Name, Language: p.Language, Approved: p.State == members.Member}
}

func (s *site) do(method, target string, body url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body.Encode()))
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s *site) wait(d time.Duration) { s.clock.Add(int64(d)) }

func form(address string, change ...string) url.Values {
	v := url.Values{
		"organisation.name": {"Δήμος Πάφου"}, "organisation.kind": {"localAuthority"}, "organisation.country": {"CY"},
		"organisation.place": {"Πάφος"}, "organisation.population": {"20to50k"}, "organisation.website": {"https://pafos.example"},
		"organisation.languages": {"el", "en"}, "organisation.topics": {"housing"},
		"representative.name": {"Ανδρέας Χ."}, "representative.role": {"Officer"}, "representative.address": {address},
		"representative.language": {"el"}, "mail.newsletter": {"every"}, "consent": {"yes"},
	}
	for i := 0; i < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

var linkPattern = regexp.MustCompile(`https://munet\.example(/[a-z]+\?token=[A-Za-z0-9_-]+)`)

// link returns the path of the first link with a token in a mail.
func link(t *testing.T, mail string) string {
	t.Helper()
	found := linkPattern.FindStringSubmatch(mail)
	if found == nil {
		t.Fatalf("no link in:\n%s", mail)
	}
	return found[1]
}

func (s *site) confirmed(address string, change ...string) members.Person {
	s.t.Helper()
	if w := s.do("POST", "/register", form(address, change...)); w.Code != 200 {
		s.t.Fatalf("register: %d", w.Code)
	}
	path := link(s.t, s.take()[0])
	if w := s.do("POST", path, url.Values{"revision": {"1"}}); w.Code != 200 {
		s.t.Fatalf("confirm: %d", w.Code)
	}
	p, err := s.members.PersonByAddress(s.t.Context(), address)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func TestRegisterConfirmAndBeTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if w := s.do("GET", "/register?lang=el", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Εγγραφή στο δίκτυο") {
		t.Fatalf("form: %d", w.Code)
	}
	w := s.do("POST", "/register", form("andreas@pafos.example"))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "andreas@pafos.example") {
		t.Fatalf("register: %d", w.Code)
	}
	mails := s.take()
	if len(mails) != 1 || !strings.Contains(mails[0], "Επιβεβαιώστε") {
		t.Fatalf("%d mails: %q", len(mails), mails)
	}
	path := link(t, mails[0])
	if w := s.do("GET", path, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Δήμος Πάφου") {
		t.Fatalf("look before confirming: %d", w.Code)
	}
	if w := s.do("POST", path, url.Values{"revision": {"1"}}); w.Code != 200 {
		t.Fatalf("confirm: %d", w.Code)
	}
	if mails := s.take(); len(mails) != 2 || strings.Contains(mails[0], "asks to join") == strings.Contains(mails[1], "asks to join") {
		t.Errorf("after confirming the person and the coordinator are told: %q", mails)
	}
	if w := s.do("POST", path, url.Values{"revision": {"1"}}); w.Code != http.StatusGone {
		t.Errorf("confirming again: %d, want 410", w.Code)
	}
}

func TestLooking1000TimesChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register", form("a@pafos.example"))
	confirm := link(t, s.take()[0])
	p := s.confirmed("b@limassol.example", "organisation.name", "Limassol")
	s.take()
	unsubscribe := strings.TrimPrefix(s.links.Unsubscribe(p.Ref, maillink.Newsletter, "en"), s.links.Site)
	preferences := strings.TrimPrefix(s.links.Preferences(p.Ref, "en"), s.links.Site)
	s.signIn(p)
	s.do("POST", "/profile/address", url.Values{"address": {"new@limassol.example"}})
	address := link(t, s.take()[0])
	s.who = nil
	p, err := s.members.Person(t.Context(), p.Ref)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		for _, path := range []string{confirm, unsubscribe, preferences, address} {
			if w := s.do([]string{"GET", "HEAD"}[i%2], path, nil); w.Code != 200 {
				t.Fatalf("%s: %d", path, w.Code)
			}
		}
	}
	if _, err := s.members.PersonByAddress(t.Context(), "a@pafos.example"); err == nil {
		t.Error("looking at the link confirmed the address")
	}
	after, err := s.members.Person(t.Context(), p.Ref)
	if err != nil || after.Preferences.Newsletter != members.Every || after.Address != p.Address || after.Version != p.Version {
		t.Errorf("looking at a link changed %+v to %+v, %v", p, after, err)
	}
	if mails := s.take(); len(mails) != 0 {
		t.Errorf("looking caused %d mails", len(mails))
	}
}

// TestKnownAndUnknownAddressesLookAlike compares what a stranger sees, and what they could measure: the
// calls that are made.
func TestKnownAndUnknownAddressesLookAlike(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.confirmed("known@pafos.example")
	id := regexp.MustCompile(`[A-Z2-7]{26}`)
	look := func(address string) string {
		s.wait(24 * time.Hour)
		s.take()
		var seen []string
		note := func(w *httptest.ResponseRecorder) string {
			page := w.Body.String()
			body := againPattern.ReplaceAllString(strings.ReplaceAll(page, address, "ADDRESS"), "TOKEN")
			seen = append(seen, fmt.Sprint(w.Code, w.Header(), id.ReplaceAllString(body, "REQUEST")))
			return page
		}
		calls := s.table.since(func() {
			page := note(s.do("POST", "/register", form(address)))
			for range 2 { // the second is too soon after the first, and no mail
				s.wait(time.Minute)
				note(s.do("POST", "/register/again", url.Values{"token": {againPattern.FindStringSubmatch(page)[1]}}))
				s.wait(-time.Second)
			}
			s.ses.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1}})
			s.wait(time.Hour)
			note(s.do("POST", "/register", form(address)))
			s.ses.SetFaults(ses.Faults{})
		})
		if mails := len(s.take()); mails != 2 {
			t.Errorf("%s: %d mails, want 2", address, mails)
		}
		return calls + "\n" + strings.Join(seen, "\n")
	}
	known, unknown := look("known@pafos.example"), look("other@pafos.example")
	if known != unknown {
		t.Errorf("the answers differ:\n%s\n%s", known, unknown)
	}
}

func TestAMemberWhoRegistersAgainIsToldSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.confirmed("known@pafos.example")
	s.wait(time.Hour)
	s.take()
	for _, address := range []string{"known@pafos.example", "other@pafos.example"} {
		s.do("POST", "/register", form(address))
	}
	mails := s.take()
	if len(mails) != 2 || !strings.Contains(mails[0], "ήδη μέλος") || !strings.Contains(mails[1], "Επιβεβαιώστε") {
		t.Errorf("each gets the mail that is right for it: %q", mails)
	}
}

// TestANewAddressIsAskedForAlike compares the answers to a member who asks to use somebody else's address
// and one that is nobody's.
func TestANewAddressIsAskedForAlike(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.confirmed("known@pafos.example")
	s.take()
	s.signIn(s.confirmed("maria@pafos.example"))
	if _, err := s.members.PersonByAddress(t.Context(), "first@pafos.example"); !errors.Is(err, members.ErrNone) {
		t.Fatal(err) // the first address that nobody has is looked up twice
	}
	version := regexp.MustCompile(`name="version" value="\d+"`) // of the person, who changes each time
	look := func(address string) string {
		s.wait(24 * time.Hour)
		var page string
		calls := s.table.since(func() {
			w := s.do("POST", "/profile/address", url.Values{"address": {address}})
			page = fmt.Sprint(w.Code, w.Header(), s.do("GET", "/profile", nil).Body)
		})
		return calls + "\n" + version.ReplaceAllString(strings.ReplaceAll(page, address, "ADDRESS"), "VERSION")
	}
	known := look("known@pafos.example")
	if unknown := look("other@pafos.example"); known != unknown {
		t.Errorf("the answers differ:\n%s\n%s", known, unknown)
	}
	for i := range limit.NewAddress.Burst - 1 {
		s.do("POST", "/profile/address", url.Values{"address": {fmt.Sprintf("%d@pafos.example", i)}})
	}
	w := s.do("POST", "/profile/address", url.Values{"address": {"fourth@pafos.example"}})
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `value="fourth@pafos.example"`) {
		t.Errorf("a fourth new address: %d", w.Code)
	}
}

func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tests := map[string]struct {
		change []string
		want   string
	}{
		"no consent":        {[]string{"consent", ""}, "f-consent"},
		"bad address":       {[]string{"representative.address", "andreas"}, "f-representative.address"},
		"long name":         {[]string{"organisation.name", strings.Repeat("x", 201)}, "f-organisation.name"},
		"unknown kind":      {[]string{"organisation.kind", "kingdom"}, "f-organisation.kind"},
		"header injection":  {[]string{"representative.address", "a@b.example\r\nBcc: c@d.example"}, "f-representative.address"},
		"control character": {[]string{"representative.name", "A\x07B"}, "f-representative.name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := s.do("POST", "/register", form("andreas@pafos.example", tt.change...))
			body := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `href="#`+tt.want) || !strings.Contains(body, `value="Πάφος"`) {
				t.Errorf("%d, error for %s: %v, place kept: %v", w.Code, tt.want, strings.Contains(body, tt.want), strings.Contains(body, "Πάφος"))
			}
		})
	}
	if mails := s.take(); len(mails) != 0 {
		t.Errorf("refused forms caused %d mails", len(mails))
	}
}

// The form for frames of other websites is the form, and stays in its frame.
func TestFormInAFrame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stays := func(w *httptest.ResponseRecorder, status int, want ...string) string {
		t.Helper()
		body := w.Body.String()
		for _, part := range append(want, `<base target="_blank">`, `target="_self"`, "frame-ancestors 'self'") {
			if !strings.Contains(body+w.Header().Get("Content-Security-Policy"), part) {
				t.Errorf("the page lacks %s:\n%s", part, body)
			}
		}
		if w.Code != status || strings.Contains(body, "<header") || strings.Contains(body, `action="/register`) || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%d, want %d:\n%s", w.Code, status, body)
		}
		return body
	}
	stays(s.do("GET", "/embed/register?lang=el", nil), 200, `<html lang="el">`, `<form method="post" target="_self">`)
	stays(s.do("POST", "/embed/register?lang=el", form("andreas@pafos.example", "consent", "")), 422, `value="Πάφος"`, `href="#f-consent" target="_self"`)
	sent := stays(s.do("POST", "/embed/register?lang=el", form("andreas@pafos.example")), 200, "andreas@pafos.example", `action="/embed/register/again?lang=el"`)
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(sent)[1]
	s.wait(time.Minute)
	stays(s.do("POST", "/embed/register/again?lang=el", url.Values{"token": {token}}), 200, `action="/embed/register/again?lang=el"`, `href="/embed/register?lang=el"`)
	if mails := s.take(); len(mails) != 2 {
		t.Errorf("%d mails, want 2", len(mails))
	}
}

func TestMarkupInNamesIsText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register", form("a@pafos.example", "organisation.name", `<script>alert(1)</script> & Söhne`))
	mail := s.take()[0]
	w := s.do("GET", link(t, mail), nil)
	if strings.Contains(w.Body.String(), "<script>alert") || !strings.Contains(w.Body.String(), "&lt;script&gt;alert(1)") {
		t.Error("the page does not show markup as text")
	}
	if _, html, ok := strings.Cut(mail, "text/html"); !ok || strings.Contains(html, "<script>alert") {
		t.Error("the mail does not show markup as text")
	}
}

func TestSESRefusesAndNothingStaysHalfDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ses.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1}})
	w := s.do("POST", "/register", form("a@pafos.example"))
	if w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "a@pafos.example") || !strings.Contains(w.Body.String(), "We could not send the email") && !strings.Contains(w.Body.String(), "Our email service") {
		t.Errorf("%d: the person is told and the form kept", w.Code)
	}
	if waiting, err := s.members.Applications(t.Context()); err != nil || len(waiting) != 0 {
		t.Errorf("%d applications stayed, %v", len(waiting), err)
	}
	s.ses.SetFaults(ses.Faults{})
	if w := s.do("POST", "/register", form("a@pafos.example")); w.Code != 200 || len(s.take()) != 1 {
		t.Errorf("trying again at once: %d", w.Code)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register", form("a@pafos.example"))
	good := link(t, s.take()[0])
	forged := good[:len(good)-2] + "zz"
	for path, want := range map[string]int{
		"/confirm": 400, "/confirm?token=": 400, forged: 400, "/unsubscribe?token=x": 400, "/preferences?token=" + strings.Repeat("A", 2000): 400, "/address?token=x": 400,
	} {
		if w := s.do("GET", path, nil); w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
	s.wait(8 * 24 * time.Hour)
	w := s.do("POST", good, url.Values{"revision": {"1"}})
	if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), `action="/confirm/again"`) {
		t.Fatalf("expired link: %d", w.Code)
	}
	if w := s.do("POST", "/confirm/again", url.Values{"token": {strings.TrimPrefix(good, "/confirm?token=")}}); w.Code != 200 {
		t.Fatalf("new link: %d", w.Code)
	}
	fresh := link(t, s.take()[0])
	if w := s.do("POST", fresh, url.Values{"revision": {"1"}}); w.Code != 200 {
		t.Errorf("confirming by the new link: %d", w.Code)
	}
}

func TestReplacedApplicationIsShownAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register", form("a@pafos.example"))
	path := link(t, s.take()[0])
	s.do("POST", "/register", form("a@pafos.example", "organisation.name", "Elsewhere"))
	w := s.do("POST", path, url.Values{"revision": {"1"}})
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Elsewhere") {
		t.Errorf("%d: what is confirmed must be what was shown", w.Code)
	}
}

func TestOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	target := strings.TrimPrefix(s.links.Unsubscribe(p.Ref, maillink.Newsletter, "en"), s.links.Site)
	bodies := map[string]string{
		"application/x-www-form-urlencoded":  "List-Unsubscribe=One-Click",
		"multipart/form-data; boundary=XYZW": "--XYZW\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--XYZW--\r\n",
	}
	for contentType, body := range bodies {
		if err := s.members.SavePreferences(t.Context(), p.Ref, members.Preferences{Newsletter: members.Every, Announcements: true}, "el", members.Consenting{}); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), "POST", target, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", "https://webmail.example")
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, r)
		got, err := s.members.Person(t.Context(), p.Ref)
		if w.Code != 200 || err != nil || got.Preferences.Newsletter != members.Never || !got.Preferences.Announcements {
			t.Errorf("%s: %d, %+v, %v", contentType, w.Code, got.Preferences, err)
		}
	}
}

func TestWhoLeavesByACampaignIsCounted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	target := strings.TrimPrefix(s.links.UnsubscribeFrom("ISSUE-2", p.Ref, maillink.Newsletter, "en"), s.links.Site)
	if s.do("GET", target, nil); len(s.left) != 0 {
		t.Errorf("a look at the page counted %v", s.left)
	}
	s.do("POST", target, url.Values{})
	if want := []string{"ISSUE-2 " + p.Ref.String()}; !slices.Equal(s.left, want) {
		t.Errorf("counted %v, want %v", s.left, want)
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	target := strings.TrimPrefix(s.links.Preferences(p.Ref, "en"), s.links.Site)
	if w := s.do("POST", target, url.Values{"newsletter": {"hourly"}, "language": {"el"}}); w.Code != 422 {
		t.Errorf("unknown frequency: %d", w.Code)
	}
	if w := s.do("POST", target, url.Values{"newsletter": {"monthly"}, "language": {"en"}, "announcements": {"yes"}}); w.Code != 303 {
		t.Errorf("saving: %d", w.Code)
	}
	got, err := s.members.Person(t.Context(), p.Ref)
	if err != nil || got.Preferences != (members.Preferences{Newsletter: members.Monthly, Announcements: true}) || got.Language != "en" {
		t.Errorf("saved %+v in %s, %v", got.Preferences, got.Language, err)
	}
	if w := s.do("GET", "/preferences", nil); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=") {
		t.Errorf("without link or session: %d", w.Code)
	}
}

func TestSignedInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	for _, path := range []string{"/profile", "/leave", "/colleagues"} {
		if w := s.do("GET", path, nil); w.Code != 303 {
			t.Errorf("GET %s without a session: %d", path, w.Code)
		}
	}
	s.signIn(p)
	if w := s.do("GET", "/colleagues", nil); w.Code != 403 {
		t.Errorf("colleagues before approval: %d, want 403", w.Code)
	}
	w := s.do("GET", "/profile", nil)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `value="Δήμος Πάφου"`) {
		t.Errorf("profile: %d", w.Code)
	}
	if w := s.do("POST", "/profile", url.Values{"name": {"Άννα"}, "language": {"en"}, "version": {fmt.Sprint(p.Version)}}); w.Code != 303 {
		t.Errorf("save: %d", w.Code)
	}
	if w := s.do("POST", "/profile", url.Values{"name": {"Later"}, "language": {"en"}, "version": {fmt.Sprint(p.Version)}}); w.Code != 422 || !strings.Contains(w.Body.String(), `value="Later"`) {
		t.Errorf("saving over a change: %d keeps what was typed", w.Code)
	}
	if w := s.do("POST", "/profile/address", url.Values{"address": {"new@pafos.example"}}); w.Code != 303 {
		t.Errorf("new address: %d", w.Code)
	}
	mails := s.take()
	path := link(t, mails[len(mails)-1])
	if w := s.do("GET", path, nil); w.Code != 200 {
		t.Errorf("look at the new address: %d", w.Code)
	}
	if w := s.do("POST", path, nil); w.Code != 303 {
		t.Errorf("use the new address: %d", w.Code)
	}
	if _, err := s.members.PersonByAddress(t.Context(), "new@pafos.example"); err != nil {
		t.Errorf("the new address: %v", err)
	}
}

func TestColleaguesAndLeaving(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.confirmed("one@pafos.example")
	if _, _, err := s.members.Decide(t.Context(), first.Organisation, members.Decision{Action: members.Approve, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
	s.take()
	s.do("POST", "/register", form("offered@pafos.example"))
	if w := s.do("GET", link(t, s.take()[0])+"&lang=en", nil); !strings.Contains(w.Body.String(), "Confirm and ask to join") {
		t.Errorf("the offer to join a known organisation is missing: %d", w.Code)
	}
	second := s.confirmed("two@pafos.example", "representative.name", "Second")
	toFirst := func(mail string) bool { return strings.HasPrefix(mail, "one@pafos.example") }
	if mails := s.take(); len(mails) != 2 || !slices.ContainsFunc(mails, toFirst) { // they go out side by side
		t.Errorf("the first representative is asked: %q", mails)
	}
	first, _ = s.members.Person(t.Context(), first.Ref)
	s.signIn(first)
	if w := s.do("GET", "/colleagues", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Second") {
		t.Errorf("colleagues: %d", w.Code)
	}
	if w := s.do("POST", "/colleagues/"+second.Ref.Person, url.Values{"action": {"suspend"}}); w.Code != 422 {
		t.Errorf("an action that is not theirs: %d", w.Code)
	}
	if w := s.do("POST", "/colleagues/"+second.Ref.Person, url.Values{"action": {"approve"}}); w.Code != 303 {
		t.Errorf("approve: %d", w.Code)
	}
	if w := s.do("POST", "/colleagues/"+second.Ref.Person, url.Values{"action": {"decline"}}); w.Code != 409 {
		t.Errorf("deciding twice: %d, want 409", w.Code)
	}
	if w := s.do("POST", "/leave", nil); w.Code != 200 {
		t.Errorf("leave: %d", w.Code)
	}
	if p, err := s.members.Person(t.Context(), first.Ref); err != nil || p.State != members.Left {
		t.Errorf("%s, %v", p.State, err)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := `{"organisation":{"kind":"ngo","name":"Antigone","country":"EL"},"representative":{"name":"Maria","address":"maria@antigone.example","language":"el"},"consent":true}`
	tests := map[string]struct {
		body, contentType string
		status            int
		field             string
	}{
		"good":          {good, "application/json", 202, ""},
		"form":          {"a=b", "application/x-www-form-urlencoded", 415, ""},
		"unknown field": {strings.Replace(good, `"consent"`, `"admin":true,"consent"`, 1), "application/json", 400, "admin"},
		"duplicate":     {strings.Replace(good, `"consent"`, `"consent":true,"consent"`, 1), "application/json", 400, "consent"},
		"wrong type":    {strings.Replace(good, `"Maria"`, `7`, 1), "application/json", 400, "representative.name"},
		"trailing":      {good + "{}", "application/json", 400, ""},
		"invalid":       {strings.Replace(good, `"EL"`, `"BR"`, 1), "application/json", 422, "organisation.country"},
		"too large":     {`{"consent":"` + strings.Repeat("x", web.MaxBody) + `"}`, "application/json", 413, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/registrations", bytes.NewReader([]byte(tt.body)))
			r.Header.Set("Content-Type", tt.contentType)
			w := httptest.NewRecorder()
			s.mux.ServeHTTP(w, r)
			if w.Code != tt.status || (tt.field != "" && !strings.Contains(w.Body.String(), `"field":"`+tt.field+`"`)) {
				t.Errorf("%d, want %d naming %q:\n%s", w.Code, tt.status, tt.field, w.Body)
			}
		})
	}
	if w := s.do("GET", "/api/organisations?country=XX", nil); w.Code != 422 {
		t.Errorf("unknown country: %d", w.Code)
	}
	if w := s.do("GET", "/api/organisations?next=abc", nil); w.Code != 400 {
		t.Errorf("foreign cursor: %d", w.Code)
	}
}

func TestMembersAreListed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("one@pafos.example")
	if _, _, err := s.members.Decide(t.Context(), p.Organisation, members.Decision{Action: members.Approve, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
	if w := s.do("GET", "/members?words=παφου&country=CY", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Δήμος Πάφου") || strings.Contains(w.Body.String(), "one@pafos") {
		t.Errorf("members: %d", w.Code)
	}
	if w := s.do("GET", "/members?words=nowhere", nil); w.Code != 200 || strings.Contains(w.Body.String(), "Δήμος") {
		t.Errorf("members: %d", w.Code)
	}
	w := s.do("GET", "/api/organisations", nil)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"name":"Δήμος Πάφου"`) || strings.Contains(w.Body.String(), "address") {
		t.Errorf("API: %d %s", w.Code, w.Body)
	}
}

func TestParallelRegistrationsLeaveOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() {
			if w := s.do("POST", "/register", form("a@pafos.example")); w.Code != 200 {
				t.Errorf("%d", w.Code)
			}
		})
	}
	group.Wait()
	waiting, err := s.members.Applications(t.Context())
	if mails := s.take(); err != nil || len(waiting) != 1 || len(mails) != 1 {
		t.Errorf("%d applications and %d mails, %v", len(waiting), len(mails), err)
	}
}
