package review

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

const (
	// mailTime is how long a request waits for the mails about its decision.
	mailTime = 18 * time.Second
	// recordTime bounds recording what was sent, which goes on when the request has ended.
	recordTime = 3 * time.Second
)

// recipients are the people of an organisation who hear of decisions about its practices: its members.
func (s *Service) recipients(ctx context.Context, organisation string) ([]members.Person, error) {
	_, people, err := s.Members.Organisation(ctx, organisation)
	if errors.Is(err, members.ErrNone) {
		return nil, nil // it has left and is forgotten
	}
	var all []members.Person
	for _, p := range people {
		if p.State == members.Member {
			all = append(all, p)
		}
	}
	return all, err
}

// tell mails the last decision about a practice to those of its owners who do not know it. What fails
// is logged and stays owed: the decision stands.
func (s *Service) tell(ctx context.Context, id string) {
	mailing, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	if err := s.tellAll(mailing, id); err != nil {
		s.Log.ErrorContext(ctx, "decision on a practice not mailed", "requestId", web.RequestID(ctx), "cause", err)
	}
}

func (s *Service) tellAll(ctx context.Context, id string) error {
	owed, may, err := s.Practices.Tell(ctx, id)
	if err != nil || !may {
		return err
	}
	people, err := s.recipients(ctx, owed.Organisation)
	if err != nil {
		return err
	}
	var failed error
	for _, p := range people {
		if !owed.Knows(p.Ref) {
			failed = errors.Join(failed, s.tellOne(ctx, owed, p))
		}
	}
	if failed != nil {
		return failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return s.Practices.Settle(ctx, owed)
}

func (s *Service) tellOne(ctx context.Context, owed practice.Owed, p members.Person) error {
	l := letter(s.Post.Site, owed, p)
	l.PreferencesURL = s.Links.Preferences(p.Ref, p.Language)
	if err := s.Post.Send(ctx, l, mail.Address{Name: p.Name, Email: p.Address}); err != nil {
		return err
	}
	// The mail is out: a reader who closes the page now must not cause a second one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return s.Practices.Told(ctx, owed, p.Ref)
}

// letter is the mail about a decision, in the language of its reader, with the note of whoever decided.
func letter(site mail.Site, owed practice.Owed, p members.Person) mail.Letter {
	words := language.For(p.Language)
	key := "review.mail." + string(owed.Decision.Outcome)
	title := []any{"Title", owed.Title}
	l := mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text(key+".subject", title...),
		Heading:  words.Text(key + ".heading"),
		Body:     []string{words.Text(key+".body", title...)},
		After:    []string{words.Text(key + ".after")},
		Reason:   words.Text("review.mail.reason", "Organisation", owed.OrganisationName),
		Action:   &mail.Action{Label: words.Text("review.mail.open"), URL: site.URL + "/my-practices/" + owed.Practice},
	}
	if owed.Decision.Outcome == practice.Publish {
		l.Action = &mail.Action{Label: words.Text("review.mail.read"), URL: site.URL + "/practices/" + owed.Practice}
	}
	if owed.Decision.Note != "" {
		l.Body = append(l.Body, words.Text("review.mail.note", "Name", owed.Decision.Name))
		l.Quote = owed.Decision.Note
	}
	return l
}

// mailAgain sends the mails about the last decision that are owed.
func (s *Service) mailAgain(w http.ResponseWriter, r *http.Request) error {
	p, err := s.practice(r)
	if err != nil {
		return err
	}
	s.tell(r.Context(), p.ID)
	owed, err := s.Practices.IsOwed(r.Context(), p.ID)
	if err != nil {
		return err
	}
	if owed {
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=mail-soon")
	}
	return web.SeeOther(w, r, pathOf(p.ID)+"?done=mail")
}
