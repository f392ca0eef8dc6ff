// Package demo fills an empty network with demonstration data, so that every page of a first run has
// something to show: the organisations that the network's founding documents name, in several
// states, with invented people under reserved domains.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicenews"
	"github.com/municipalitiesnet/munet/internal/search"
)

// network is what the demonstration is written to, each thing at its time in the past.
type network struct {
	clock       *clock
	members     *members.Store
	newsletters *newsletter.Store
	ledger      *dissemination.Store
	calls       *call.Store
	practices   *practice.Store
	index       *search.Store
}

const day = 24 * time.Hour

// Fill adds the demonstration data unless it is there already. tables are the names of the tables by
// their names in template.yaml. Nobody is mailed.
func Fill(ctx context.Context, client *dynamodb.Client, tables map[string]string, coordinator string) error {
	today := time.Now().UTC().Truncate(day).Add(9 * time.Hour)
	c := &clock{today.Add(-60 * day)}
	db := dynamo.NewClient(client)
	n := &network{
		clock:       c,
		members:     members.NewStore(client, tables["MembersTable"], c.now),
		newsletters: newsletter.NewStore(client, tables["NewslettersTable"], c.now),
		practices:   practice.NewStore(client, tables["PracticesTable"], c.now),
		index:       practice.SearchStore(db, tables["PracticesTable"], c.now),
		calls:       call.NewStore(client, tables["CallsTable"], c.now),
		ledger: dissemination.Simulated(
			db, tables["DeliveriesTable"], c.now, c.sleep, rand.IntN,
		),
	}
	if _, err := n.members.PersonByAddress(ctx, founders[0].address()); !errors.Is(err, members.ErrNone) {
		return err
	}
	desk, err := n.members.EnsureCoordinator(ctx, coordinator, language.Default)
	if err != nil {
		return fmt.Errorf("demo: coordinator: %w", err)
	}
	if err := n.found(ctx); err != nil {
		return err
	}
	c.at = today.Add(-50 * day)
	if err := n.announce(ctx, client, tables); err != nil {
		return err
	}
	if err := n.fillLibrary(ctx, desk); err != nil {
		return err
	}
	if err := n.fund(ctx, today); err != nil {
		return err
	}
	c.at = today.Add(-14 * day)
	issue, err := n.draft(ctx, sent)
	if err == nil {
		err = n.send(ctx, issue)
	}
	if err != nil {
		return err
	}
	c.at = today.Add(-10 * day)
	if err := n.end(ctx); err != nil {
		return err
	}
	c.at = today.Add(-3 * day)
	if err := n.arrive(ctx); err != nil {
		return err
	}
	c.at = today.Add(-day)
	_, err = n.draft(ctx, unsent)
	return err
}

// announce lets people follow themes, and the news of practices begin. The first mail tells of all that
// is published from here on.
func (n *network) announce(ctx context.Context, client *dynamodb.Client, tables map[string]string) error {
	if err := n.follow(ctx); err != nil {
		return err
	}
	editor := &practicenews.Editor{
		Store: practicenews.NewStore(client, tables["PracticesTable"]), Practices: n.practices, Index: n.index, Ledger: n.ledger,
		Now: n.clock.now, Log: slog.New(slog.DiscardHandler),
	}
	return editor.Run(ctx)
}

// late are the organisations that have registered in the last days.
var late = map[string]bool{"tilos": true, "tripoli": true, "katerini": true, "karditsa": true}

// found lets the organisations join that are members.
func (n *network) found(ctx context.Context) error {
	for _, o := range slices.Concat(organisations, invented[:1]) {
		if late[o.domain] {
			continue
		}
		if err := n.join(ctx, o, true); err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
		n.clock.at = n.clock.at.Add(time.Hour)
	}
	return nil
}

// end brings the invented organisations into the states at the end of the way.
func (n *network) end(ctx context.Context) error {
	if err := n.join(ctx, invented[1], false); err != nil {
		return fmt.Errorf("demo: %s: %w", invented[1].name, err)
	}
	for i, action := range []members.Action{members.Suspend, members.Decline} {
		p, err := n.members.PersonByAddress(ctx, invented[i].address())
		if err != nil {
			return err
		}
		d := members.Decision{Action: action, By: "MuNet", Note: "This is an example of a note."}
		if _, err := n.tell(ctx, p.Organisation, d); err != nil {
			return fmt.Errorf("demo: %s: %w", invented[i].name, err)
		}
	}
	return nil
}

// arrive registers those who wait, and a colleague who asks to join a member.
func (n *network) arrive(ctx context.Context) error {
	for _, o := range citiesNetwork {
		if !late[o.domain] {
			continue
		}
		n.clock.at = n.clock.at.Add(9 * time.Hour)
		if o.domain == "karditsa" { // has not confirmed yet
			if _, err := n.members.Apply(ctx, n.application(o, o.person, o.address())); err != nil {
				return fmt.Errorf("demo: %s: %w", o.name, err)
			}
			continue
		}
		if err := n.join(ctx, o, false); err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
	}
	a, err := n.members.Apply(ctx, n.application(citiesNetwork[0], "Αλέξανδρος Μαύρος", "alexandros@athens.example"))
	if err != nil {
		return err
	}
	_, p, err := n.members.Confirm(ctx, a, "registration")
	if err != nil {
		return err
	}
	return errors.Join(n.members.Told(ctx, p.Ref, p.State), n.members.Settle(ctx, p.Organisation))
}

func (o organisation) address() string { return "contact@" + o.domain + ".example" }

func (n *network) application(o organisation, person, address string) members.Application {
	languages := []string{o.language}
	if o.language != "en" {
		languages = append(languages, "en")
	}
	words := language.For(language.Tag(o.language))
	return members.Application{
		Profile: members.Profile{
			Kind: o.kind, Name: o.name, Country: o.country, Place: o.place, Population: o.population,
			Website: "https://" + o.domain + ".example", Languages: languages, Topics: o.topics,
		},
		Contact:     members.Contact{Name: person, Role: o.role, Address: address, Language: language.Tag(o.language)},
		Preferences: members.Preferences{Newsletter: members.Every, Announcements: true},
		Asked:       n.clock.now(),
		Texts: map[members.Purpose]string{
			members.ForMembership:    members.TextHash(words.Text("register.consent")),
			members.ForNewsletter:    members.TextHash(words.Text("preferences.newsletter")),
			members.ForAnnouncements: members.TextHash(words.Text("preferences.announcements")),
		},
	}
}

// join takes an organisation through its registration, and through its approval if it is approved.
func (n *network) join(ctx context.Context, o organisation, approved bool) error {
	a, err := n.members.Apply(ctx, n.application(o, o.person, o.address()))
	if err != nil {
		return err
	}
	org, p, err := n.members.Confirm(ctx, a, "registration")
	if err != nil {
		return err
	}
	if err := errors.Join(n.members.Told(ctx, p.Ref, p.State), n.members.Settle(ctx, org.ID)); err != nil || !approved {
		return err
	}
	people, err := n.tell(ctx, org.ID, members.Decision{Action: members.Approve, By: "MuNet"})
	if err == nil && o.domain == "cardet" {
		_, err = n.members.ChangeRole(ctx, people[0].Ref, true)
	}
	return err
}

// tell decides about an organisation as if everybody had been told of it.
func (n *network) tell(ctx context.Context, id string, d members.Decision) ([]members.Person, error) {
	_, people, err := n.members.Decide(ctx, id, d)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if err := n.members.Told(ctx, p.Ref, p.State); err != nil {
			return nil, err
		}
	}
	return people, n.members.Settle(ctx, id)
}
