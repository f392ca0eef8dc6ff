package invitation

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

var now = time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)

// box keeps what is sent.
type box struct {
	mu       sync.Mutex
	messages map[string]mail.Message
}

func (b *box) Quota(context.Context) (mail.Quota, error) {
	return mail.Quota{PerSecond: 1000, Left: -1}, nil
}

func (b *box) Send(_ context.Context, m mail.Message) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages[m.To.Email] = m
	return "", nil
}

func application(organisation, address string, tag language.Tag) members.Application {
	return members.Application{
		Profile:   members.Profile{Kind: "localAuthority", Name: organisation, Country: "CY", Place: organisation},
		Contact:   members.Contact{Name: "Maria", Address: address, Language: tag},
		InvitedBy: "Eleni", Asked: now,
	}
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	client, tables := emulator.Tables(t, "MembersTable", "DeliveriesTable")
	clock := func() time.Time { return now }
	people := members.NewStore(client, tables["MembersTable"], clock)
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	suppressions := members.NewSuppressions(people, signer)
	links := maillink.Links{Site: "https://munet.example", Signer: signer}
	kind := &Invitations{
		Members: people, Suppressions: suppressions, Now: clock,
		Links: links, Site: mail.Site{Name: "MuNet", URL: "https://munet.example"}, From: mail.Address{Email: "notices@munet.example"},
	}

	ids := []string{"gone"}
	for _, a := range []members.Application{
		application("Pafos", "maria@pafos.example", "en"),
		application("Λευκωσία", "nikos@lefkosia.example", "el"),
		application("Geroskipou", "complained@geroskipou.example", "en"),
		application("Strovolos", "already@strovolos.example", "en"),
	} {
		stored, ok, err := people.Invite(t.Context(), a)
		if err != nil || !ok {
			t.Fatalf("inviting %s: %v, %v", a.Profile.Name, ok, err)
		}
		ids = append(ids, stored.ID)
	}
	if err := suppressions.Add(t.Context(), "complained@geroskipou.example", "complaint"); err != nil {
		t.Fatal(err)
	}
	last, err := people.Application(t.Context(), ids[4])
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := people.Confirm(t.Context(), last, "invitation"); err != nil {
		t.Fatal(err)
	}

	ledger := dissemination.NewStore(client, tables["DeliveriesTable"], clock)
	if err := ledger.Start(t.Context(), dissemination.Campaign{ID: "import-1", Kind: Name, Due: now}, ids); err != nil {
		t.Fatal(err)
	}
	sent := &box{messages: map[string]mail.Message{}}
	engine := &dissemination.Engine{
		Store: ledger, Kinds: map[string]dissemination.Kind{Name: kind.Kind()}, Send: sent.Send, Quota: sent.Quota,
		Log: slog.New(slog.DiscardHandler),
	}
	counts, err := engine.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (dissemination.Counts{Sent: 2, Suppressed: 3}); counts != want {
		t.Errorf("got %+v, want %+v", counts, want)
	}

	m := sent.messages["maria@pafos.example"]
	if m.Bulk != nil || m.Language != "en" || m.Subject != "Pafos is invited to MuNet" {
		t.Errorf("the invitation is %q in %s, bulk %v", m.Subject, m.Language, m.Bulk)
	}
	link := regexp.MustCompile(`https://munet\.example/confirm\?\S+`).FindString(m.Text)
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := links.Application(u.Query().Get("token"), now); err != nil || id != ids[1] {
		t.Errorf("the link %q leads to %v (%v), want %s", link, id, err, ids[1])
	}
	if greek := sent.messages["nikos@lefkosia.example"]; greek.Language != "el" || !strings.Contains(greek.Text, "Λευκωσία") {
		t.Errorf("the Greek invitation is in %s: %s", greek.Language, greek.Text)
	}
}
