package feedback

import (
	"context"
	"errors"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Warning tells the first coordinator that a campaign paused itself.
type Warning struct {
	Post    mail.Post
	Members *members.Store
	// To is the coordinator's address.
	To string
	// Page returns the path of the page on the desk where the campaign can be resumed.
	Page func(dissemination.Campaign) string
}

// Send tells that a campaign is paused.
func (w Warning) Send(ctx context.Context, c dissemination.Campaign) error {
	p, err := w.Members.PersonByAddress(ctx, w.To)
	if err != nil && !errors.Is(err, members.ErrNone) {
		return err
	}
	tag := p.Language
	if tag == "" {
		tag = language.Default
	}
	return w.Post.Send(ctx, w.letter(tag, c), mail.Address{Name: p.Name, Email: w.To})
}

func (w Warning) letter(tag language.Tag, c dissemination.Campaign) mail.Letter {
	words := language.For(tag)
	why := "feedback.bounces"
	if c.PausedWhy == dissemination.ByComplaints {
		why = "feedback.complaints"
	}
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("feedback.subject"),
		Heading:  words.Text("feedback.heading"),
		Body:     []string{words.Text(why, "Time", words.DateTime(c.Paused)), words.Text("feedback.advice")},
		Action:   &mail.Action{Label: words.Text("feedback.action"), URL: w.Post.Site.URL + w.Page(c)},
		Reason:   words.Text("feedback.reason"),
	}
}
