// Package membermail tells people by mail where their membership stands.
//
// Registration and the desk both move people from state to state; whoever does so calls
// [Teller.Tell] after the change is stored. A mail that could not be sent stays owed (see
// [members.Person.Owed]), and telling again later is always right: the letter follows from the
// stored state and the last decision.
package membermail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Teller sends the letters and remembers who was told of what.
type Teller struct {
	Post    mail.Post
	Members *members.Store
	Links   maillink.Links
}

const (
	// atOnce is how many letters are on their way to SES at one time.
	atOnce = 5
	// recordTimeout bounds recording what happened, which goes on when the request has ended.
	recordTimeout = 3 * time.Second
)

// Tell mails people of one organisation about the state they are in and records that they know it.
// After an error, which joins the errors of all letters, those who were not told are still owed
// their mail; the desk shows them.
func (t Teller) Tell(ctx context.Context, org members.Organisation, people ...members.Person) error {
	failures := make([]error, len(people))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, p := range people {
		group.Go(func() error {
			failures[i] = t.tell(ctx, org, p)
			return nil
		})
	}
	_ = group.Wait() // the failures are in their own list, so that one does not hide another
	failed := errors.Join(failures...)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if failed != nil {
		return errors.Join(failed, t.Members.Owe(ctx, org.ID))
	}
	return t.Members.Settle(ctx, org.ID)
}

func (t Teller) tell(ctx context.Context, org members.Organisation, p members.Person) error {
	letter := Letter(t.Post.Site, org, p)
	if p.State != members.Left && p.State != members.Declined {
		letter.PreferencesURL = t.Links.Preferences(p.Ref, p.Language)
	}
	if err := t.Post.Send(ctx, letter, mail.Address{Name: p.Name, Email: p.Address}); err != nil {
		return err
	}
	// The mail is out: a reader who closes the page now must not cause a second one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	if err := t.Members.Told(ctx, p.Ref, p.State); err != nil {
		return fmt.Errorf("membermail: recording: %w", err)
	}
	return nil
}

// Letter is the mail about the state that a person is in, in the person's language, with the note
// of whoever decided.
func Letter(site mail.Site, org members.Organisation, p members.Person) mail.Letter {
	words := language.For(p.Language)
	key := "membermail." + kind(p)
	facts := []any{"Organisation", org.Name}
	l := mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text(key + ".subject"),
		Heading:  words.Text(key + ".heading"),
		Body:     []string{words.Text(key+".body", facts...)},
		After:    []string{words.Text(key + ".after")},
		Reason:   words.Text("membermail.reason", facts...),
	}
	if p.Decision.Note != "" {
		l.Body = append(l.Body, words.Text("membermail.note", "Name", p.Decision.By))
		l.Quote = p.Decision.Note
	}
	if p.State == members.Member {
		l.Action = &mail.Action{Label: words.Text("membermail.sign-in"), URL: site.URL + "/sign-in"}
	}
	return l
}

// kind names the letter. A member who was suspended before is not welcomed a second time.
func kind(p members.Person) string {
	if p.State == members.Member && p.Decision.Action == members.Reinstate {
		return "reinstated"
	}
	return string(p.State)
}
