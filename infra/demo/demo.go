// Package demo fills an empty network with demonstration data, so that every page of a first run has
// something to show: the organisations that the network's founding documents name, in several
// states, with invented people under reserved domains.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Fill adds the demonstration data unless it is there already. Nobody is mailed.
func Fill(ctx context.Context, store *members.Store, coordinator string) error {
	if _, err := store.PersonByAddress(ctx, founders[0].address()); !errors.Is(err, members.ErrNone) {
		return err
	}
	if _, err := store.EnsureCoordinator(ctx, coordinator, language.Default); err != nil {
		return fmt.Errorf("demo: coordinator: %w", err)
	}
	waiting := map[string]bool{"tilos": true, "tripoli": true, "katerini": true}
	for _, o := range append(append([]organisation{}, founders...), citiesNetwork...) {
		if o.domain == "karditsa" {
			if _, _, err := store.Apply(ctx, o.application(o.person, o.address())); err != nil {
				return fmt.Errorf("demo: %s: %w", o.name, err)
			}
			continue
		}
		if err := o.join(ctx, store, !waiting[o.domain]); err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
	}
	return end(ctx, store)
}

// end brings the invented organisations into the states at the end of the way, and lets a colleague
// ask to join a member.
func end(ctx context.Context, store *members.Store) error {
	for i, action := range []members.Action{members.Suspend, members.Decline} {
		o := invented[i]
		if err := o.join(ctx, store, action == members.Suspend); err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
		p, err := store.PersonByAddress(ctx, o.address())
		if err != nil {
			return err
		}
		d := members.Decision{Action: action, By: "MuNet", Note: "This is an example of a note."}
		if _, err := tell(ctx, store, p.Organisation, d); err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
	}
	athens := citiesNetwork[0]
	a, _, err := store.Apply(ctx, athens.application("Αλέξανδρος Μαύρος", "alexandros@athens.example"))
	if err == nil {
		_, _, err = store.Confirm(ctx, a, "registration")
	}
	return err
}

func (o organisation) address() string { return "contact@" + o.domain + ".example" }

func (o organisation) application(person, address string) members.Application {
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
		Asked:       time.Now().UTC(),
		Texts: map[members.Purpose]string{
			members.ForMembership:    members.TextHash(words.Text("register.consent")),
			members.ForNewsletter:    members.TextHash(words.Text("preferences.newsletter")),
			members.ForAnnouncements: members.TextHash(words.Text("preferences.announcements")),
		},
	}
}

// join takes an organisation through its registration, and through its approval if it is approved.
func (o organisation) join(ctx context.Context, store *members.Store, approved bool) error {
	a, _, err := store.Apply(ctx, o.application(o.person, o.address()))
	if err != nil {
		return err
	}
	org, p, err := store.Confirm(ctx, a, "registration")
	if err != nil {
		return err
	}
	if err := errors.Join(store.Told(ctx, p.Ref, p.State), store.Settle(ctx, org.ID)); err != nil || !approved {
		return err
	}
	people, err := tell(ctx, store, org.ID, members.Decision{Action: members.Approve, By: "MuNet"})
	if err == nil && o.domain == "cardet" {
		err = store.SetCoordinator(ctx, people[0].Ref, true)
	}
	return err
}

// tell decides about an organisation as if everybody had been told of it.
func tell(ctx context.Context, store *members.Store, id string, d members.Decision) ([]members.Person, error) {
	_, people, err := store.Decide(ctx, id, d)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if err := store.Told(ctx, p.Ref, p.State); err != nil {
			return nil, err
		}
	}
	return people, store.Settle(ctx, id)
}
