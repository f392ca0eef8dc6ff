package fundingalerts

import (
	"context"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

// town is the alerts and the engine that mails them, with real tables, one clock, and SES stood in for.
type town struct {
	testing.TB
	*Matcher
	engine *dissemination.Engine
	people *members.Store

	mu     sync.Mutex
	clock  time.Time
	mails  map[string][]string // as they were sent, by address
	refuse map[string]bool     // addresses that SES refuses for good
}

func (o *town) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock
}

func (o *town) wait(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(d)
}

func (o *town) send(_ context.Context, m mail.Message) (string, error) {
	raw, err := m.MIME()
	if err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse[m.To.Email] {
		return "", &mail.Refused{Code: "MessageRejected", Permanent: true}
	}
	o.mails[m.To.Email] = append(o.mails[m.To.Email], string(raw))
	return "id", nil
}

// newTown begins on a Sunday at noon in Brussels, after the first look at the calls.
func newTown(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	client, tables := emulator.Tables(t, "CallsTable", "InterestsTable", "AlertsTable", "DeliveriesTable", "MembersTable")
	o := &town{
		TB: t, clock: time.Date(2027, 3, 14, 11, 0, 0, 0, time.UTC), mails: map[string][]string{}, refuse: map[string]bool{},
	}
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	o.people = members.NewStore(client, tables["MembersTable"], o.now)
	ledger := dissemination.NewStore(client, tables["DeliveriesTable"], o.now)
	o.Matcher = &Matcher{
		Store: NewStore(client, tables["AlertsTable"], o.now), Calls: call.NewStore(client, tables["CallsTable"], o.now),
		Interests: interest.NewStore(client, tables["InterestsTable"], o.now), Ledger: ledger,
		Now: o.now, Count: func(string, float64) {}, Log: log,
	}
	o.engine = &dissemination.Engine{
		Store: ledger,
		Kinds: map[string]dissemination.Kind{CampaignKind: (&Post{
			Alerts: o.Store, Calls: o.Calls, Members: o.people, Suppressions: members.NewSuppressions(o.people, signer),
			Site:  mail.Site{Name: "MuNet", URL: "https://munet.example", PostalAddress: "CARDET, Lefkosia"},
			From:  mail.Address{Name: "MuNet", Email: "newsletter@munet.example"},
			Links: maillink.Links{Site: "https://munet.example", Signer: signer},
		}).Kind()},
		Send:  o.send,
		Quota: func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 1000, Left: -1}, nil },
		Log:   log,
	}
	o.run()
	return o
}

// member joins with an organisation of their own.
func (o *town) member(address string, tag language.Tag) members.Person {
	o.Helper()
	a, ok, err := o.people.Invite(o.Context(), members.Application{
		Profile: members.Profile{Kind: "localAuthority", Name: "Town of " + address, Country: "CY"},
		Contact: members.Contact{Name: "Officer " + address, Address: address, Language: tag},
		Preferences: members.Preferences{
			Newsletter: members.Never, Funding: true,
		},
		InvitedBy: "Maria",
	})
	if err != nil || !ok {
		o.Fatalf("inviting %s: %v, %v", address, ok, err)
	}
	_, person, err := o.people.Confirm(o.Context(), a, "invitation")
	if err != nil {
		o.Fatal(err)
	}
	return person
}

func (o *town) interest(p members.Person, f interest.Frequency, c interest.Criteria) interest.Interest {
	o.Helper()
	i, err := o.Interests.Create(o.Context(), interest.Interest{
		Organisation: p.Ref.Organisation, By: p.Ref, Name: "What " + p.Name + " looks for", Criteria: c,
		Subscribers: []interest.Subscriber{{Person: p.Ref, Frequency: f}},
	})
	if err != nil {
		o.Fatal(err)
	}
	return i
}

// housing is a call that opened already.
func housing(id string, deadline call.Date) call.Record {
	return call.Record{Source: "test", ID: id, Rank: call.RankPortal, Content: call.Content{
		Title: "Housing for refugees " + id, Programme: "AMIF", Kind: call.Grant, Language: "en", Topics: []members.Topic{"housing"},
		Opens: "2027-01-01", Deadlines: []call.Deadline{{Day: deadline, CutOff: "17:00"}},
		Links: []call.Link{{URL: "https://portal.example/" + id}},
	}}
}

func (o *town) publish(records ...call.Record) {
	o.Helper()
	if _, err := o.Calls.Upsert(o.Context(), "", records); err != nil {
		o.Fatal(err)
	}
	o.wait(call.Settling + time.Second)
}

// run lets the alerts and the engine work until there is nothing left to do now.
func (o *town) run() {
	o.Helper()
	for range 5 {
		if err := o.Run(o.Context()); err != nil {
			o.Fatal(err)
		}
		h, err := o.Store.head(o.Context())
		if err != nil {
			o.Fatal(err)
		}
		if h.Run == nil {
			return
		}
		o.deliver()
		o.wait(time.Second)
	}
	o.Fatal("a run did not end")
}

// deliver lets the engine work; its index may lag a moment behind what was just written.
func (o *town) deliver() {
	o.Helper()
	for range 2 {
		if _, err := o.engine.Run(o.Context()); err != nil {
			o.Fatal(err)
		}
	}
}

// inbox takes the mails to an address: their headers and their text, decoded.
func (o *town) inbox(address string) []string {
	o.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var read []string
	for _, raw := range o.mails[address] {
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(raw)))
		if err != nil && len(text) == 0 {
			o.Fatal(err)
		}
		plain, _, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "Content-Type: text/html")
		read = append(read, plain)
	}
	delete(o.mails, address)
	return read
}

// one takes the only mail to an address.
func (o *town) one(address string) string {
	o.Helper()
	got := o.inbox(address)
	if len(got) != 1 {
		o.Fatalf("%d mails to %s, want one", len(got), address)
	}
	return got[0]
}

// silent fails if there is mail to an address.
func (o *town) silent(address, why string) {
	o.Helper()
	if got := o.inbox(address); len(got) > 0 {
		o.Errorf("mail to %s: %s\n%s", address, why, got[0])
	}
}
