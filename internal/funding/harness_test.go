package funding

import (
	"context"
	"encoding/base64"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/municipalitiesnet/munet/infra/contract/described"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// town is the service with real tables. SES and the sessions are stood in for.
type town struct {
	*Service
	*testing.T
	mux    http.Handler
	post   *postOffice
	people map[string]members.Person // by first name

	mu    sync.Mutex
	clock time.Time
}

func (o *town) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(time.Second)
	return o.clock
}

func (o *town) advance(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(d)
}

// postOffice answers as SES and keeps what it is sent, by address.
type postOffice struct {
	mu    sync.Mutex
	mails map[string][]string
}

func (p *postOffice) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(r.PostForm.Get("RawMessage.Data"))
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	to := r.PostForm.Get("Destinations.member.1")
	p.mails[to] = append(p.mails[to], string(raw))
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/xml"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`<R><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></R>`)),
	}, nil
}

// Identify believes what the request says of itself. Maria coordinates.
func (o *town) Identify(r *http.Request) (*web.Identity, error) {
	p, known := o.people[r.Header.Get("Who")]
	if !known {
		return nil, nil
	}
	org, _, err := o.Members.Organisation(r.Context(), p.Organisation)
	if err != nil {
		return nil, err
	}
	return &web.Identity{
		Member: p.Ref.String(), Name: p.Name, Organisation: org.Name, Address: p.Address, Language: p.Language, Approved: true,
		Coordinator: p.Name == "Maria", Factor: time.Now(),
	}, nil
}

// newTown has two organisations: Eleni and Andys work for Strovolos, Petra and Maria for Graz.
func newTown(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	client, tables := emulator.Tables(t, "MembersTable", "CallsTable", "InterestsTable", "AuditTable", "LimitsTable")
	o := &town{
		T: t, post: &postOffice{mails: map[string][]string{}}, people: map[string]members.Person{},
		clock: time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC),
	}
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	site := mail.Site{Name: "MuNet", URL: "https://munet.example"}
	sender := mail.NewSender(ses.New(ses.Options{
		Region: "eu-central-1", HTTPClient: &http.Client{Transport: o.post},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	}), "")
	store := call.SearchStore(dynamo.NewClient(client), tables["CallsTable"], o.now)
	o.Service = &Service{
		Calls: call.NewStore(client, tables["CallsTable"], o.now), Interests: interest.NewStore(client, tables["InterestsTable"], o.now),
		Partners: NewPartners(client, tables["InterestsTable"], o.now), Members: members.NewStore(client, tables["MembersTable"], o.now),
		Limits: limit.NewStore(client, tables["LimitsTable"], signer, o.now, func(string, float64) {}),
		Index:  func(ctx context.Context) (*search.Index, error) { return search.NewReader(store).Index(ctx) },
		Audit:  audit.NewLog(client, tables["AuditTable"]),
		Post:   mail.Post{Sender: sender, Site: site, From: mail.Address{Name: "MuNet", Email: "notices@munet.example"}},
		Links:  maillink.Links{Site: site.URL, Signer: signer}, Now: o.now, Log: log,
	}
	m := web.NewMux(web.Options{Sessions: o, Fail: page.Fail, Log: log})
	o.Routes(m)
	o.mux = described.Handler(t, m)
	strovolos := members.Profile{Kind: "localAuthority", Name: "Municipality of Strovolos", Country: "CY", Place: "Strovolos", Population: "50to100k", Topics: []members.Topic{"housing"}}
	graz := members.Profile{Kind: "ngo", Name: "Haus der Vielfalt", Country: "AT"}
	o.join("eleni", strovolos, "en")
	o.join("andys", strovolos, "el")
	o.join("petra", graz, "en")
	o.join("maria", graz, "en")
	return o
}

// join makes somebody a member.
func (o *town) join(name string, profile members.Profile, tag language.Tag) {
	o.Helper()
	a, ok, err := o.Members.Invite(o.Context(), members.Application{
		Profile: profile, InvitedBy: "Maria",
		Contact: members.Contact{Name: strings.ToUpper(name[:1]) + name[1:], Address: name + "@town.example", Language: tag},
	})
	if err != nil || !ok {
		o.Fatalf("inviting %s: %v, %v", name, ok, err)
	}
	_, person, err := o.Members.Confirm(o.Context(), a, "invitation")
	if err == nil && person.State != members.Member {
		person, err = o.Members.DecidePerson(o.Context(), person.Ref, members.Decision{Action: members.Approve, By: "Maria"})
	}
	if err != nil {
		o.Fatal(err)
	}
	o.people[name] = person
}

// housing is a call of the portal, changed by the caller.
func housing(change ...func(*call.Record)) call.Record {
	r := call.Record{
		Source: "portal", ID: "AMIF-2027-HOUSING", Rank: call.RankPortal, Keys: []string{call.TopicKey("AMIF-2027-HOUSING")},
		Content: call.Content{
			Title: "Housing for refugees in small towns", Programme: "AMIF", Kind: call.Grant, Reference: "AMIF-2027-HOUSING",
			Summary: "Grants for towns that house refugees.", Text: "## Scope\n\nKeys to empty flats, with landlords.",
			Opens: "2027-01-05", Deadlines: []call.Deadline{{Day: "2027-04-08", CutOff: "17:00"}}, Model: call.SingleStage,
			Budget: call.Money{Amount: 1_000_000, Currency: "EUR"}, MostGrant: call.Money{Amount: 250_000, Currency: "EUR"}, Rate: 90,
			Eligibility: call.Eligibility{Applicants: []members.Kind{"localAuthority"}, Countries: []string{"CY", "GR"}, Partners: 3, PartnerCountries: 2},
			Topics:      []members.Topic{"housing"}, Language: "en", Links: []call.Link{{URL: "https://funding.example/housing"}},
		},
	}
	for _, f := range change {
		f(&r)
	}
	return r
}

// named is another call than that about housing.
func named(id, title string) func(*call.Record) {
	return func(r *call.Record) {
		r.ID, r.Reference, r.Title, r.Keys = id, id, title, []string{call.TopicKey(id)}
	}
}

// imports stores what a source says, and returns the call's id.
func (o *town) imports(r call.Record) string {
	o.Helper()
	results, err := o.Calls.Upsert(o.Context(), "", []call.Record{r})
	if err != nil {
		o.Fatal(err)
	}
	return results[0].Call
}

func (o *town) do(who, method, path string, form url.Values) *httptest.ResponseRecorder {
	o.Helper()
	r := httptest.NewRequestWithContext(o.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Who", who)
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

// open returns a page that must be there.
func (o *town) open(who, path string) string {
	o.Helper()
	w := o.do(who, "GET", path, nil)
	if w.Code != http.StatusOK {
		o.Fatalf("GET %s: %d to %s\n%s", path, w.Code, w.Header().Get("Location"), w.Body)
	}
	return w.Body.String()
}

// submit sends a form that must be accepted, and returns where it leads.
func (o *town) submit(who, path string, form url.Values) string {
	o.Helper()
	w := o.do(who, "POST", path, form)
	if w.Code != http.StatusSeeOther {
		o.Fatalf("POST %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// answered sends a form that must be answered with this status, and returns the page.
func (o *town) answered(status int, who, path string, form url.Values) string {
	o.Helper()
	w := o.do(who, "POST", path, form)
	if w.Code != status {
		o.Fatalf("POST %s: %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

var (
	inputTag    = regexp.MustCompile(`<input([^>]*)>`)
	textareaTag = regexp.MustCompile(`(?s)<textarea[^>]*? name="([^"]*)"[^>]*>\n?(.*?)</textarea>`)
	selectTag   = regexp.MustCompile(`(?s)<select[^>]*? name="([^"]*)"[^>]*>(.*?)</select>`)
	chosenTag   = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	attributes  = regexp.MustCompile(` ([a-z]+)(?:="([^"]*)")?`)
)

// fields reads what the forms of a page would send, but for its buttons.
func fields(page string) url.Values {
	v := url.Values{}
	for _, m := range inputTag.FindAllStringSubmatch(page, -1) {
		a := map[string]string{}
		for _, found := range attributes.FindAllStringSubmatch(m[1], -1) {
			a[found[1]] = html.UnescapeString(found[2])
		}
		_, checked := a["checked"]
		if a["name"] != "" && (checked || a["type"] != "checkbox" && a["type"] != "radio") {
			v.Add(a["name"], a["value"])
		}
	}
	for _, m := range textareaTag.FindAllStringSubmatch(page, -1) {
		v.Add(m[1], strings.ReplaceAll(html.UnescapeString(m[2]), "\n", "\r\n"))
	}
	for _, m := range selectTag.FindAllStringSubmatch(page, -1) {
		value := ""
		if chosen := chosenTag.FindStringSubmatch(m[2]); chosen != nil {
			value = html.UnescapeString(chosen[1])
		}
		v.Add(m[1], value)
	}
	return v
}

// fill reads the forms of a page and changes some of their fields: what a browser would send.
func fill(page string, change url.Values) url.Values {
	v := fields(page)
	maps.Copy(v, change)
	return v
}

// contains reports what a page lacks.
func (o *town) contains(page string, wanted ...string) {
	o.Helper()
	for _, want := range wanted {
		if !strings.Contains(page, want) {
			o.Errorf("the page lacks %q", want)
		}
	}
	if o.Failed() {
		o.T.Log(page)
	}
}

// lacks reports what a page should not have.
func (o *town) lacks(page string, unwanted ...string) {
	o.Helper()
	for _, one := range unwanted {
		if strings.Contains(page, one) {
			o.Errorf("the page has %q", one)
		}
	}
}
