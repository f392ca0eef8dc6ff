package practicenews

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/token"
)

// office is a network with real tables, one clock, and SES stood in for.
type office struct {
	testing.TB
	client    *dynamodb.Client
	tables    map[string]string
	people    *members.Store
	practices *practice.Store
	links     maillink.Links

	mu    sync.Mutex
	clock time.Time
	mails map[string][]string // as they were sent, by address
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock
}

func (o *office) set(t time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = t
}

func (o *office) wait(_ context.Context, d time.Duration) error {
	o.set(o.now().Add(d))
	return nil
}

// newOffice opens on the Wednesday before the first Monday to be told.
func newOffice(t *testing.T) *office {
	t.Helper()
	t.Parallel()
	client, tables := emulator.Tables(t, "PracticesTable", "DeliveriesTable", "MembersTable")
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{
		TB: t, client: client, tables: tables, clock: at("2027-03-10 12:00"), mails: map[string][]string{},
		links: maillink.Links{Site: "https://munet.example", Signer: signer},
	}
	o.people = members.NewStore(client, tables["MembersTable"], o.now)
	o.practices = practice.NewStore(client, tables["PracticesTable"], o.now)
	o.run()
	return o
}

// at reads a time in Brussels.
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, language.Brussels())
	if err != nil {
		panic(err)
	}
	return t
}

func (o *office) editor(client *dynamodb.Client) *Editor {
	practices := o.tables["PracticesTable"]
	return &Editor{
		Store: NewStore(client, practices), Practices: practice.NewStore(client, practices, o.now),
		Index:  practice.SearchStore(dynamo.NewClient(client), practices, o.now),
		Ledger: dissemination.NewStore(client, o.tables["DeliveriesTable"], o.now),
		Now:    o.now, Log: slog.New(slog.DiscardHandler),
	}
}

func (o *office) engine(client *dynamodb.Client) *dissemination.Engine {
	people := members.NewStore(client, o.tables["MembersTable"], o.now)
	readers := Readers{Members: people, Suppressions: members.NewSuppressions(people, o.links.Signer)}
	site := mail.Site{Name: "MuNet", URL: o.links.Site, PostalAddress: "CARDET, Lefkosia"}
	practices := practice.NewStore(client, o.tables["PracticesTable"], o.now)
	return &dissemination.Engine{
		// Time passes when somebody waits.
		Store: dissemination.Simulated(dynamo.NewClient(client), o.tables["DeliveriesTable"], o.now, o.wait, rand.IntN),
		Kinds: map[string]dissemination.Kind{
			DigestKind: (&Digests{
				Readers: readers, Store: NewStore(client, o.tables["PracticesTable"]), Practices: practices,
				Site: site, From: mail.Address{Email: "newsletter@munet.example"}, Links: o.links,
			}).Kind(),
			ReminderKind: (&Reminders{
				Readers: readers, Practices: practices, Site: site, From: mail.Address{Email: "notices@munet.example"},
			}).Kind(),
		},
		Send:  o.send,
		Quota: func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 1000, Left: -1}, nil },
		Log:   slog.New(slog.DiscardHandler),
	}
}

func (o *office) send(_ context.Context, m mail.Message) (string, error) {
	raw, err := m.MIME()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails[m.To.Email] = append(o.mails[m.To.Email], string(raw))
	return "id", err
}

// run lets both functions work until there is nothing left to do now.
func (o *office) run() {
	o.Helper()
	if err := o.editor(o.client).Run(o.Context()); err != nil {
		o.Fatal(err)
	}
	for range 2 { // the index may lag a moment behind what was just written
		if _, err := o.engine(o.client).Run(o.Context()); err != nil {
			o.Fatal(err)
		}
	}
}

// on runs at a time in Brussels.
func (o *office) on(when string) {
	o.Helper()
	o.set(at(when))
	o.run()
}

// member joins with an organisation of their own, and follows themes if there are any.
func (o *office) member(address string, tag language.Tag, themes ...members.Topic) members.Person {
	o.Helper()
	a, ok, err := o.people.Invite(o.Context(), members.Application{
		Profile:     members.Profile{Kind: "localAuthority", Name: "Town of " + address, Country: "CY"},
		Contact:     members.Contact{Name: "Officer " + address, Address: address, Language: tag},
		Preferences: members.Preferences{Newsletter: members.Never},
		InvitedBy:   "Maria",
	})
	if err != nil || !ok {
		o.Fatalf("inviting %s: %v, %v", address, ok, err)
	}
	_, p, err := o.people.Confirm(o.Context(), a, "invitation")
	if err != nil {
		o.Fatal(err)
	}
	if len(themes) > 0 {
		o.follow(p, themes...)
		if err := o.people.Subscribe(o.Context(), p.Ref, members.ForPractices, members.Consenting{Language: tag}); err != nil {
			o.Fatal(err)
		}
	}
	return p
}

func (o *office) follow(p members.Person, themes ...members.Topic) {
	o.Helper()
	if err := o.practices.Follow(o.Context(), p.Ref, themes); err != nil {
		o.Fatal(err)
	}
}

func (o *office) coordinator(address string, tag language.Tag) members.Person {
	o.Helper()
	p := o.member(address, tag)
	if _, err := o.people.ChangeRole(o.Context(), p.Ref, true); err != nil {
		o.Fatal(err)
	}
	return p
}

var strovolos = practice.Author{
	Ref: members.Ref{Organisation: "STROVOLOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου",
}

// handIn writes a practice and hands it in.
func (o *office) handIn(who practice.Author, title string, themes ...members.Topic) practice.Version {
	o.Helper()
	p, d, err := o.practices.Create(o.Context(), who, practice.Content{
		Facts: practice.Facts{
			Kind: "practice", Themes: themes, Principles: []practice.Principle{6}, Targets: []practice.Target{"refugees"},
			Country: "CY", Municipality: "Strovolos", Population: "50to100k", Status: "running", Begin: "2024-03",
			Cost: "under10k", Funding: []practice.Funding{"own"}, Evidence: "monitoring", Licence: "CC-BY-4.0",
		},
		Original: "en",
		Texts: map[language.Tag]practice.Text{
			"en": {
				Title: title, Summary: "What " + title + " did.", Challenge: "Rents rose.", Goal: "Homes.", HowItWorks: "The town lets.",
				Results: "Forty families.", Transferability: "Any town.",
			},
			"el": {Title: title + " ελληνικά", Summary: "Τι έγινε με " + title + "."},
		},
	})
	if err != nil {
		o.Fatal(err)
	}
	return o.submit(who, p.ID, d.Revision)
}

func (o *office) submit(who practice.Author, id string, revision int) practice.Version {
	o.Helper()
	v, err := o.practices.Submit(o.Context(), id, revision, "", who)
	if err != nil {
		o.Fatal(err)
	}
	return v
}

func (o *office) decide(v practice.Version) string {
	o.Helper()
	err := o.practices.Decide(o.Context(), v.Practice, v.Number, practice.Decision{
		Outcome: practice.Publish, By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria",
	})
	if err != nil {
		o.Fatal(err)
	}
	return v.Practice
}

// publish publishes a practice now.
func (o *office) publish(title string, themes ...members.Topic) string {
	o.Helper()
	return o.decide(o.handIn(strovolos, title, themes...))
}

// update publishes a practice once more, as it is.
func (o *office) update(id string) {
	o.Helper()
	d, err := o.practices.Draft(o.Context(), id)
	if err != nil {
		o.Fatal(err)
	}
	if d, err = o.practices.Save(o.Context(), id, d.Content, d.Revision, strovolos); err != nil {
		o.Fatal(err)
	}
	o.decide(o.submit(strovolos, id, d.Revision))
}

// wire is the connection of a process that is killed at one of its writes.
type wire struct {
	mu     sync.Mutex
	writes int
	dieAt  int  // the number of the write, from 1
	late   bool // that write is still made, but not answered
	dead   bool
	// next is the emulator's own client: httptest closes idle connections of the default one.
	next dynamodb.HTTPClient
}

var errDead = errors.New("the process is dead")

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	operation := r.Header.Get("X-Amz-Target")
	reads := strings.Contains(operation, "Get") || strings.Contains(operation, "Query")
	w.mu.Lock()
	dead := w.dead
	if !reads {
		w.writes++
		if w.writes == w.dieAt {
			w.dead, dead = true, !w.late
		}
	}
	unanswered := w.dead
	w.mu.Unlock()
	if dead {
		return nil, errDead
	}
	if reads {
		return w.read(r)
	}
	response, err := w.next.Do(r)
	if unanswered && err == nil {
		_ = response.Body.Close()
		return nil, errDead
	}
	return response, err
}

// read repeats a read whose connection broke, as the SDK does with its usual retryer.
func (w *wire) read(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		again := r.Clone(r.Context())
		if r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			again.Body = body
		}
		response, err := w.next.Do(again)
		if err == nil {
			var whole []byte
			whole, err = io.ReadAll(response.Body)
			_ = response.Body.Close()
			response.Body = io.NopCloser(bytes.NewReader(whole))
		}
		if err == nil || try == 3 || r.GetBody == nil {
			return response, err
		}
	}
}

// over is a connection over a wire.
func (o *office) over(w *wire) *dynamodb.Client {
	w.next = o.client.Options().HTTPClient
	return dynamodb.New(o.client.Options(), func(options *dynamodb.Options) {
		options.HTTPClient = w
		options.Retryer = aws.NopRetryer{} // the dead do not try again
	})
}
