package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
)

// site is as much of the platform as sees what a restore must not lose.
type site struct {
	client      *dynamodb.Client
	at          time.Time
	members     *members.Store
	sessions    *session.Store
	newsletters *newsletter.Store
	ledger      *dissemination.Store

	mu     sync.Mutex     // the sender has several messages in hand
	mailed map[string]int // messages by address
}

func newSite(t *testing.T, client *dynamodb.Client, tables map[string]string) *site {
	t.Helper()
	s := &site{client: client, at: time.Now(), mailed: map[string]int{}}
	now := func() time.Time { return s.at }
	s.members = members.NewStore(client, tables["MembersTable"], now)
	s.sessions = session.NewStore(client, tables["SessionsTable"], s.members, now)
	s.newsletters = newsletter.NewStore(client, tables["NewslettersTable"], now)
	s.ledger = dissemination.NewStore(client, tables["DeliveriesTable"], now)
	return s
}

// prepare signs the coordinator in and schedules a newsletter for tomorrow.
func (s *site) prepare(t *testing.T) (id, issue string) {
	t.Helper()
	p, err := s.members.PersonByAddress(t.Context(), coordinator)
	if err != nil {
		t.Fatal(err)
	}
	id, write, err := s.sessions.Begin(p, "MuNet", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.newsletters.Create(t.Context(), newsletter.Monthly, language.Default, "test")
	if err != nil {
		t.Fatal(err)
	}
	text := newsletter.Text{Subject: "Tomorrow", Body: "A text."}
	if err := s.newsletters.SaveText(t.Context(), n.ID, language.Default, text, "test"); err != nil {
		t.Fatal(err)
	}
	if n, _, err = s.newsletters.Newsletter(t.Context(), n.ID); err != nil {
		t.Fatal(err)
	}
	n.Due, n.Attempt, n.UpdatedBy = s.at.Add(24*time.Hour), 1, "test"
	campaign := dissemination.Campaign{ID: n.ID, Kind: newsletter.CampaignKind, Subject: n.ID, Due: n.Due}
	writes, err := s.ledger.Writes(campaign, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.newsletters.Schedule(t.Context(), n, writes...); err != nil {
		t.Fatal(err)
	}
	return id, n.ID
}

// check expects the coordinator to be signed in, and the newsletter to go out tomorrow and not before.
func (s *site) check(t *testing.T, id, issue string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Cookie", session.Cookie+"="+id)
	if who, err := s.sessions.Identify(r); err != nil || who == nil || !who.Coordinator {
		t.Errorf("signed in is %+v; %v", who, err)
	}
	s.tick(t)
	if len(s.mailed) > 0 {
		t.Errorf("%d mails went out a day early", len(s.mailed))
	}
	s.at = s.at.Add(25 * time.Hour)
	s.tick(t)
	if len(s.mailed) < 20 {
		t.Errorf("the newsletter reached %d members", len(s.mailed))
	}
	s.tick(t)
	for address, n := range s.mailed {
		if n != 1 {
			t.Errorf("%s got it %d times", address, n)
		}
	}
	if c, err := s.ledger.Campaign(t.Context(), issue); err != nil || c.State != dissemination.Done {
		t.Errorf("the campaign is %s; %v", c.State, err)
	}
}

// tick is one run of the sender.
func (s *site) tick(t *testing.T) {
	t.Helper()
	signer, err := token.NewSigner(strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	bulk := newsletter.Bulk{
		Newsletters: s.newsletters, Members: s.members, Suppressions: members.NewSuppressions(s.members, signer),
		Layout: newsletter.Layout{
			Site: mail.Site{Name: "MuNet", URL: "https://munet.example"}, From: mail.Address{Email: "newsletter@munet.example"},
			Links: maillink.Links{Site: "https://munet.example", Signer: signer},
		},
	}
	engine := dissemination.Engine{
		Store: s.ledger, Kinds: map[string]dissemination.Kind{newsletter.CampaignKind: bulk.Kind()},
		Send: func(_ context.Context, m mail.Message) (string, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.mailed[m.To.Email]++
			return "test", nil
		},
		Quota: func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 1000, Left: -1}, nil },
		Log:   slog.New(slog.DiscardHandler),
	}
	if _, err := engine.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}
