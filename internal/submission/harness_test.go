package submission

import (
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// town is the service with real tables. SES, the sessions and the index are stood in for.
type town struct {
	*Service
	*testing.T
	mux    *web.Mux
	post   *postOffice
	people map[string]members.Person // by first name

	mu    sync.Mutex
	clock time.Time
	index *search.Index
	// submissions is the sum of the metric.
	submissions int
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
	down  bool
}

func (p *postOffice) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	body, status := `<R><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></R>`, http.StatusOK
	if p.down {
		body, status = `<ErrorResponse><Error><Code>Throttling</Code><Message>no</Message></Error></ErrorResponse>`, http.StatusBadRequest
	} else {
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
	}, nil
}

// count is the metric of practices that were handed in.
func (o *town) count(name string, n float64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if name == "Submissions" {
		o.submissions += int(n)
	}
}

// newTown has two organisations: Eleni and Andys work for Strovolos, Petra for Graz.
func newTown(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	client, tables := emulator.Tables(t, "MembersTable", "PracticesTable", "LimitsTable")
	o := &town{
		T: t, post: &postOffice{mails: map[string][]string{}}, people: map[string]members.Person{},
		clock: time.Date(2027, 3, 14, 9, 0, 0, 0, time.UTC),
	}
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	site := mail.Site{Name: "MuNet", URL: "https://munet.example"}
	o.index, err = search.NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	o.Service = &Service{
		Practices: practice.NewStore(client, tables["PracticesTable"], o.now),
		Members:   members.NewStore(client, tables["MembersTable"], o.now),
		Limits:    limit.NewStore(client, tables["LimitsTable"], signer, o.now, func(string, float64) {}),
		Index:     func(context.Context) (*search.Index, error) { return o.index, nil },
		Post: mail.Post{
			Sender: mail.NewSender(ses.New(ses.Options{
				Region: "eu-central-1", HTTPClient: &http.Client{Transport: o.post},
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
				}),
			}), ""),
			Site: site, From: mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		},
		Links: maillink.Links{Site: site.URL, Signer: signer}, Count: o.count, Now: o.now, Log: log,
	}
	o.mux = web.NewMux(web.Options{Sessions: o, Strangers: o.Limits.Form, Fail: page.Fail, Log: log})
	o.Routes(o.mux)
	strovolos := members.Profile{Kind: "localAuthority", Name: "Municipality of Strovolos", Country: "CY", Place: "Strovolos", Population: "50to100k"}
	o.join("eleni", strovolos, "en")
	o.join("andys", strovolos, "el")
	o.join("petra", members.Profile{Kind: "ngo", Name: "Haus der Vielfalt", Country: "AT"}, "en")
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

// rejected sends a form that must be answered with this status, and returns the page.
func (o *town) rejected(status int, who, path string, form url.Values) string {
	o.Helper()
	w := o.do(who, "POST", path, form)
	if w.Code != status {
		o.Fatalf("POST %s: %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

// fill opens a form, changes some of its fields and returns what a browser would send.
func (o *town) fill(who, path string, change url.Values) url.Values {
	o.Helper()
	v := fields(o.open(who, path))
	maps.Copy(v, change)
	return v
}

// begin makes a practice with a title and returns its path.
func (o *town) begin(who, title string) string {
	o.Helper()
	to := o.submit(who, root+"/new", o.fill(who, root+"/new", url.Values{"title": {title}, "summary": {"Keys to empty flats."}}))
	return strings.Join(strings.Split(to, "/")[:3], "/")
}

// answers are what each step still needs after begin.
var answers = map[string]url.Values{
	"practice": {"challenge": {"Rents rose."}, "goal": {"Homes."}, "howItWorks": {"- The town rents\n- The town lets"}},
	"place":    {"themes": {"housing"}, "targets": {"refugees", "families"}},
	"results":  {"status": {"running"}, "begin": {"2024-03"}, "cost": {"under10k"}, "evidence": {"monitoring"}, "results": {"Forty families."}},
	"learning": {"transferability": {"Any town with empty flats."}},
}

// complete fills all steps in, each like a browser.
func (o *town) complete(who, path string) {
	o.Helper()
	for _, st := range steps {
		if change := answers[st.Name]; change != nil {
			o.submit(who, path+"/"+st.Name, o.fill(who, path+"/"+st.Name, change))
		}
	}
}

// handedIn is a practice that waits for review.
func (o *town) handedIn(who, title string) (path, id string) {
	o.Helper()
	path = o.begin(who, title)
	o.complete(who, path)
	o.submit(who, path+"/check", o.fill(who, path+"/check", url.Values{"note": {"Please look."}}))
	return path, strings.TrimPrefix(path, root+"/")
}

// decide decides about the version that was handed in last.
func (o *town) decide(id string, d practice.Decision) {
	o.Helper()
	p, err := o.Practices.Get(o.Context(), id)
	if err != nil {
		o.Fatal(err)
	}
	d.By, d.Name = members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, "Maria"
	if err := o.Practices.Decide(o.Context(), id, p.Submitted, d); err != nil {
		o.Fatal(err)
	}
}

// draftOf returns what the owners work on.
func (o *town) draftOf(path string) practice.Draft {
	o.Helper()
	d, err := o.Practices.Draft(o.Context(), strings.TrimPrefix(path, root+"/"))
	if err != nil {
		o.Fatal(err)
	}
	return d
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

func sorted(v []string) []string { return slices.Sorted(slices.Values(v)) }
