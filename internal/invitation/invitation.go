// Package invitation is the bulk mail that asks representatives, whom a coordinator entered for
// them, to confirm that they join. Nothing else is mailed to them before they do.
package invitation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Name is the kind of campaigns that send invitations. Their recipients are identifiers of
// applications.
const Name = "invitation"

// Invitations writes them.
type Invitations struct {
	Members      *members.Store
	Suppressions *members.Suppressions
	Links        maillink.Links
	Site         mail.Site
	From         mail.Address // the address for transactional mail: there is nothing to unsubscribe from yet
	Now          func() time.Time
}

// Kind returns the kind of these campaigns, which all send the same. Nothing of theirs is sent again
// by itself: a coordinator who wants to may invite once more.
func (k *Invitations) Kind() dissemination.Kind {
	content := dissemination.Content{Compose: k.compose} // the list of recipients is explicit
	return dissemination.Kind{
		Open:    func(context.Context, dissemination.Campaign) (dissemination.Content, error) { return content, nil },
		Unknown: dissemination.Leave,
	}
}

// compose writes to those whose application still waits.
func (k *Invitations) compose(ctx context.Context, applications []string) ([]dissemination.Draft, error) {
	drafts := make([]dissemination.Draft, len(applications))
	for i, id := range applications {
		var err error
		if drafts[i], err = k.draft(ctx, id); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

func (k *Invitations) draft(ctx context.Context, id string) (dissemination.Draft, error) {
	a, err := k.Members.Application(ctx, id)
	switch {
	case errors.Is(err, members.ErrNone):
		return dissemination.Draft{Reason: "gone"}, nil // confirmed, withdrawn or expired
	case err != nil:
		return dissemination.Draft{}, err
	case a.InvitedBy == "":
		return dissemination.Draft{Reason: "applied"}, nil // on their own since, and had a mail about it
	}
	reason, err := k.Suppressions.Reason(ctx, a.Contact.Address)
	if err != nil || reason != "" {
		return dissemination.Draft{Reason: reason}, err
	}
	to := mail.Address{Name: a.Contact.Name, Email: a.Contact.Address}
	m, err := k.letter(a).Message(k.Site, k.From, to)
	if err != nil {
		return dissemination.Draft{}, fmt.Errorf("invitation: %w", err)
	}
	return dissemination.Draft{Message: m}, nil
}

func (k *Invitations) letter(a members.Application) mail.Letter {
	words := language.For(a.Contact.Language)
	facts := []any{"Organisation", a.Profile.Name, "Name", a.InvitedBy}
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("invitation.subject", facts...),
		Heading:  words.Text("invitation.heading"),
		Body:     []string{words.Text("invitation.body", facts...), words.Text("invitation.network")},
		Action:   &mail.Action{Label: words.Text("invitation.confirm"), URL: k.Links.Confirm(a.ID, a.Contact.Language, k.Now())},
		After: []string{
			words.Text("invitation.expires", "Count", int(members.LinkAge/(24*time.Hour))),
			words.Text("invitation.ignore"),
		},
		Reason: words.Text("invitation.reason", facts...),
	}
}
