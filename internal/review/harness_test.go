package review

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// office is the desk of practices with real tables, and the local SES.
type office struct {
	*Service
	t      *testing.T
	mux    *web.Mux
	client *dynamodb.Client
	tables map[string]string
	post   *outbox.Outbox
	clock  atomic.Int64
	// maria and nikos are coordinators of the secretariat; eleni and andys represent Strovolos, and
	// eleni is a coordinator as well.
	maria, nikos, eleni, andys web.Identity
}

// people finds out who sends a request by a header, in place of a session.
type people map[string]web.Identity

func (p people) Identify(r *http.Request) (*web.Identity, error) {
	who, ok := p[r.Header.Get("Test-Person")]
	if !ok {
		return nil, nil
	}
	return &who, nil
}

func newOffice(t *testing.T) *office {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable", "PracticesTable", "AuditTable")
	o := &office{t: t, client: client, tables: tables, post: outbox.New(t)}
	o.clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	o.Service = &Service{
		Practices: practice.NewStore(client, tables["PracticesTable"], o.now),
		Members:   members.NewStore(client, tables["MembersTable"], o.now),
		Post: mail.Post{
			Sender: mail.NewSender(o.post.Client, ""), Site: mail.Site{Name: "MuNet", URL: "https://munet.example"},
			From: mail.Address{Name: "MuNet", Email: "notices@munet.example"},
		},
		Links: maillink.Links{Site: "https://munet.example", Signer: signer},
		Audit: audit.NewLog(client, tables["AuditTable"]), Now: o.now,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	}
	o.maria = web.Identity{Member: members.Secretariat + ".MARIA", Name: "Maria", Approved: true, Coordinator: true, Factor: time.Now()}
	o.nikos = web.Identity{Member: members.Secretariat + ".NIKOS", Name: "Nikos", Approved: true, Coordinator: true, Factor: time.Now()}
	o.strovolos()
	o.mux = web.NewMux(web.Options{
		Sessions: people{"Maria": o.maria, "Nikos": o.nikos, "Eleni": o.eleni, "Andys": o.andys}, Fail: page.Fail, Log: o.Log,
	})
	o.Routes(o.mux)
	return o
}

// strovolos registers the organisation that owns the practices, with an English and a Greek reader.
func (o *office) strovolos() {
	o.t.Helper()
	ctx := o.t.Context()
	var org string
	for _, p := range []struct {
		to      *web.Identity
		name    string
		address string
		tag     language.Tag
	}{{&o.eleni, "Eleni", "eleni@strovolos.example", "en"}, {&o.andys, "Andys", "andys@strovolos.example", "el"}} {
		a, err := o.Members.Apply(ctx, members.Application{
			Profile:     members.Profile{Kind: "localAuthority", Name: "Δήμος Στροβόλου", Country: "CY", Place: "Strovolos", Population: "50to100k"},
			Contact:     members.Contact{Name: p.name, Address: p.address, Language: p.tag},
			Preferences: members.Preferences{Newsletter: members.Never}, Asked: o.now(),
			Texts: map[members.Purpose]string{members.ForMembership: "hash"},
		})
		if err != nil {
			o.t.Fatal(err)
		}
		_, person, err := o.Members.Confirm(ctx, a, "registration")
		if err == nil && org == "" {
			org = person.Organisation
			_, _, err = o.Members.Decide(ctx, org, members.Decision{Action: members.Approve, By: "Maria"})
		} else if err == nil {
			_, err = o.Members.DecidePerson(ctx, person.Ref, members.Decision{Action: members.Approve, By: "Maria"})
		}
		if err != nil {
			o.t.Fatal(err)
		}
		*p.to = web.Identity{Member: person.Ref.String(), Name: p.name, Approved: true, Coordinator: p.name == "Eleni", Factor: time.Now(), Language: p.tag}
	}
}

func (o *office) now() time.Time { return time.Unix(0, o.clock.Load()).UTC() }

func (o *office) advance(d time.Duration) { o.clock.Add(int64(d)) }

// author is the owner in whose name practices are handed in.
func (o *office) author() practice.Author {
	o.t.Helper()
	ref, err := members.ParseRef(o.eleni.Member)
	if err != nil {
		o.t.Fatal(err)
	}
	return practice.Author{Ref: ref, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}
}

// content is a complete practice.
func content(title, goal string) practice.Content {
	return practice.Content{
		Facts: practice.Facts{
			Kind: "practice", Themes: []members.Topic{"housing"}, Targets: []practice.Target{"refugees"}, Principles: []practice.Principle{6},
			Country: "CY", Municipality: "Strovolos", Population: "50to100k", Status: "running", Begin: "2024-03",
			Cost: "under10k", Evidence: "monitoring", Licence: "CC-BY-4.0",
		},
		Original: "en",
		Texts: map[language.Tag]practice.Text{"en": {
			Title: title, Summary: "Keys to empty flats.", Challenge: "Rents rose.", Goal: goal, HowItWorks: "The town rents and lets.",
			Results: "Forty families.", Transferability: "Any town with empty flats.",
		}},
	}
}

// handIn hands a practice in, a new one or an update of the one with this id, and returns its id.
func (o *office) handIn(id, title, goal string) string {
	o.t.Helper()
	ctx := o.t.Context()
	o.advance(time.Minute)
	if id == "" {
		p, d, err := o.Practices.Create(ctx, o.author(), content(title, goal))
		if err == nil {
			_, err = o.Practices.Submit(ctx, p.ID, d.Revision, "Please look.", o.author())
		}
		if err != nil {
			o.t.Fatal(err)
		}
		return p.ID
	}
	d, err := o.Practices.Draft(ctx, id)
	if err == nil {
		d, err = o.Practices.Save(ctx, id, content(title, goal), d.Revision, o.author())
	}
	if err == nil {
		_, err = o.Practices.Submit(ctx, id, d.Revision, "", o.author())
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) do(as, method, path string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	o.advance(time.Second)
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Test-Person", as)
	w := httptest.NewRecorder()
	o.mux.ServeHTTP(w, r)
	return w
}

// get returns a page.
func (o *office) get(as, path string) string {
	o.t.Helper()
	w := o.do(as, "GET", path, nil)
	if w.Code != http.StatusOK {
		o.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// post sends a form and fails the test unless it is answered with this status.
func (o *office) send(as, path string, status int, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	w := o.do(as, "POST", path, form)
	if w.Code != status {
		o.t.Fatalf("POST %s: %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w
}

// entries returns the audit log as "name action what".
func (o *office) entries() []string {
	o.t.Helper()
	table := o.tables["AuditTable"]
	out, err := o.client.Query(o.t.Context(), &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "2026-11"}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, item := range out.Items {
		var e struct{ Name, Action, What string }
		if err := attributevalue.UnmarshalMap(item, &e); err != nil {
			o.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %s %s", e.Name, e.Action, e.What))
	}
	return all
}

// shows fails the test unless a page has all of the words.
func shows(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not show %q:\n%s", w, page)
		}
	}
}
