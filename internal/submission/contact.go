package submission

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// errNoContact says that nobody gets what readers write about a practice, or nobody any more.
var errNoContact = fault.New(http.StatusNotFound, "practice-no-contact")

// contact returns the contact person of a practice of an organisation as they are now. Somebody who
// left, is suspended or represents another organisation is none: errNoContact.
func (s *Service) contact(ctx context.Context, ref members.Ref, organisation string) (members.Person, error) {
	if ref == (members.Ref{}) || ref.Organisation != organisation {
		return members.Person{}, errNoContact
	}
	p, err := s.Members.Person(ctx, ref)
	if errors.Is(err, members.ErrNone) || err == nil && p.State != members.Member {
		return members.Person{}, errNoContact
	}
	return p, err
}

// contactData is what the page about the contact person shows.
type contactData struct {
	page.Form
	Practice practice.Practice
	Name     string // of the contact person, or ""
	Mine     bool   // the contact person is the one who looks
}

func (s *Service) showContact(w http.ResponseWriter, r *http.Request) error {
	return s.renderContact(w, r, http.StatusOK, nil)
}

func (s *Service) renderContact(w http.ResponseWriter, r *http.Request, status int, refused []fault.Field) error {
	p, who, err := s.practice(r)
	if err != nil {
		return err
	}
	contact, err := s.contact(r.Context(), p.Contact, p.Organisation)
	if err != nil && !errors.Is(err, errNoContact) {
		return err
	}
	return pages.Render(w, r, status, "contact.html", contactData{
		Form:     page.Form{Area: "submission.contact", Values: url.Values{}, Errors: refused, Labels: map[string]string{"consent": "submission.contact.label"}},
		Practice: p, Name: contact.Name, Mine: p.Contact == who.Ref && err == nil,
	})
}

// chooseContact makes whoever asks for it the contact person, with their consent, or ends that at
// once. Any colleague may take the task over; only the person themselves can give it back to nobody.
func (s *Service) chooseContact(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, who, err := s.practice(r)
	if err != nil {
		return err
	}
	switch r.PostForm.Get("act") {
	case "agree":
		if r.PostForm.Get("consent") != "yes" {
			return s.renderContact(w, r, http.StatusUnprocessableEntity, []fault.Field{{Name: "consent", Code: "required"}})
		}
		err = s.agree(r, p, who)
	case "end":
		if p.Contact == who.Ref {
			err = s.endContact(r, p, who)
		}
	default:
		err = fault.Invalid(fault.Field{Name: "act", Code: "choice"})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(p.ID)+"/contact?done="+r.PostForm.Get("act"))
}

// agree records the consent first, so that nobody is a contact without one.
func (s *Service) agree(r *http.Request, p practice.Practice, who practice.Author) error {
	words := web.Printer(r.Context())
	err := s.Members.Record(r.Context(), who.Ref, members.Consent{
		Purpose: members.ForContact, Given: true, Text: members.TextHash(words.Text("submission.contact.consent")),
		Language: words.Tag(), How: p.ID,
	})
	if err != nil {
		return err
	}
	return s.Practices.SetContact(r.Context(), p.ID, who.Ref, who)
}

// endContact ends the task first: a withdrawal acts at once, whatever becomes of its record.
func (s *Service) endContact(r *http.Request, p practice.Practice, who practice.Author) error {
	if err := s.Practices.SetContact(r.Context(), p.ID, members.Ref{}, who); err != nil {
		return err
	}
	return s.Members.Record(r.Context(), who.Ref, members.Consent{
		Purpose: members.ForContact, Language: web.Language(r.Context()), How: p.ID,
	})
}
