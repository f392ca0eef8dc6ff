package registration

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// confirmData is what the page behind the link of the confirmation mail shows.
type confirmData struct {
	page.Form
	Token       string
	Application members.Application
	// Known is the organisation of that name if it is in the network already, or empty: then the
	// person is offered to join it. Only whoever reads the address learns this.
	Known   members.Organisation
	Choices choices
}

// application returns the application that a link is about. A link that has expired or was used is
// answered with a page of its own, and application then reports false.
func (s *Service) application(w http.ResponseWriter, r *http.Request) (members.Application, bool, error) {
	link := r.URL.Query().Get("token")
	id, err := s.Links.Application(link, s.Now())
	switch {
	case errors.Is(err, token.ErrExpired):
		return members.Application{}, false, pages.Render(w, r, http.StatusGone, "expired.html", confirmData{Token: link})
	case err != nil:
		return members.Application{}, false, pages.Render(w, r, http.StatusBadRequest, "broken.html", nil)
	}
	a, err := s.Members.Application(r.Context(), id)
	if errors.Is(err, members.ErrNone) {
		return a, false, pages.Render(w, r, http.StatusGone, "used.html", nil)
	}
	return a, err == nil, err
}

func (s *Service) showApplication(w http.ResponseWriter, r *http.Request) error {
	a, ok, err := s.application(w, r)
	if !ok {
		return err
	}
	return s.renderApplication(w, r, http.StatusOK, a, nil)
}

func (s *Service) renderApplication(w http.ResponseWriter, r *http.Request, status int, a members.Application, errs []fault.Field) error {
	known, err := s.Members.OrganisationNamed(r.Context(), a.Profile)
	if err != nil && !errors.Is(err, members.ErrNone) {
		return err
	}
	return pages.Render(w, r, status, "confirm.html", confirmData{
		Form: page.Form{
			Area: "preferences", Labels: map[string]string{"consent": "register.consent.short"},
			Values: preferenceValues(a.Preferences, a.Contact.Language), Errors: errs,
		},
		Token:       r.URL.Query().Get("token"),
		Application: a, Known: known, Choices: allChoices(),
	})
}

func (s *Service) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	a, ok, err := s.application(w, r)
	if !ok {
		return err
	}
	if r.PostForm.Get("revision") != strconv.Itoa(a.Revision) {
		return s.renderApplication(w, r, http.StatusConflict, a, []fault.Field{{Name: "revision", Code: "changed"}})
	}
	how := "registration"
	if a.InvitedBy != "" {
		how = "invitation"
		if fields := choose(&a, r); len(fields) > 0 {
			return s.renderApplication(w, r, http.StatusUnprocessableEntity, a, fields)
		}
	}
	org, person, err := s.Members.Confirm(r.Context(), a, how)
	switch {
	case errors.Is(err, members.ErrConfirmed): // the button was pressed twice
	case errors.Is(err, members.ErrChanged):
		return s.renderApplication(w, r, http.StatusConflict, a, []fault.Field{{Name: "revision", Code: "changed"}})
	case err != nil:
		return err
	default:
		s.Count("Registrations", 1)
		s.logFailure(r.Context(), s.Suppressions.Welcome(r.Context(), person.Address))
		s.announce(r.Context(), org, person)
	}
	return pages.Render(w, r, http.StatusOK, "confirmed.html", confirmedData{org, person})
}

// choose takes over what an invited person, who filled in no form, chooses on this page.
func choose(a *members.Application, r *http.Request) []fault.Field {
	a.Preferences, a.Contact.Language = parsePreferences(r.PostForm)
	fields := a.Preferences.Validate("")
	if _, known := language.Parse(string(a.Contact.Language)); !known {
		fields = append(fields, fault.Field{Name: "language", Code: "choice"})
	}
	if r.PostForm.Get("consent") != "yes" {
		fields = append(fields, fault.Field{Name: "consent", Code: "required"})
	}
	words := web.Printer(r.Context())
	a.TextsIn, a.Texts = words.Tag(), consentTexts(words, registration{Representative: a.Contact, Mail: a.Preferences})
	return fields
}

// confirmedData is what the page after confirming shows.
type confirmedData struct {
	Organisation members.Organisation
	Person       members.Person
}

// announceTime bounds the mails about one confirmation, so that SES may stall and the page still
// comes. They go out five at a time.
const (
	announceTime = 8 * time.Second
	atOnce       = 5
)

// announce mails everyone whom a confirmed application concerns. A mail that fails is
// owed: the desk shows it and can send it again, and the confirmation stands.
func (s *Service) announce(ctx context.Context, org members.Organisation, p members.Person) {
	ctx, cancel := context.WithTimeout(ctx, announceTime)
	defer cancel()
	var mails errgroup.Group
	mails.SetLimit(atOnce)
	send := func(mail func()) { mails.Go(func() error { mail(); return nil }) }
	send(func() { s.tell(ctx, org, p) })
	if p.State == members.AwaitingApproval {
		for to, letter := range s.deciders(ctx, org, p) {
			count := limit.Count{Limit: limit.Waiting, What: limit.Mailbox(to.Email)}
			send(func() { s.logFailure(ctx, s.mail(ctx, letter, to, count)) })
		}
	}
	_ = mails.Wait() // each failure is logged by itself
}

// deciders are whoever can approve a person, with their letters: the colleagues in a member
// organisation, and otherwise the coordinators.
func (s *Service) deciders(ctx context.Context, org members.Organisation, p members.Person) map[mail.Address]mail.Letter {
	letters := map[mail.Address]mail.Letter{}
	if org.State == members.Member {
		_, people, err := s.Members.Organisation(ctx, org.ID)
		s.logFailure(ctx, err)
		for _, colleague := range people {
			if colleague.State == members.Member {
				letters[mail.Address{Name: colleague.Name, Email: colleague.Address}] = s.colleagueLetter(org, p, colleague)
			}
		}
	}
	if len(letters) == 0 {
		tag := language.Default
		if coordinator, err := s.Members.PersonByAddress(ctx, s.Coordinator); err == nil {
			tag = coordinator.Language
		}
		letters[mail.Address{Email: s.Coordinator}] = s.waitingLetter(org, p, tag)
	}
	return letters
}

func (s *Service) logFailure(ctx context.Context, err error) {
	if err != nil {
		s.Log.Error("not done, and the request went on", "requestId", web.RequestID(ctx), "cause", err.Error())
	}
}

// renewLink sends a new link in place of an expired one, to the address that the old one went to.
func (s *Service) renewLink(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	id, err := s.Links.Application(r.PostForm.Get("token"), s.Now())
	if err != nil && !errors.Is(err, token.ErrExpired) {
		return pages.Render(w, r, http.StatusBadRequest, "broken.html", nil)
	}
	a, err := s.Members.Application(r.Context(), id)
	if errors.Is(err, members.ErrNone) {
		return pages.Render(w, r, http.StatusGone, "used.html", nil)
	}
	if err == nil {
		to := mail.Address{Name: a.Contact.Name, Email: a.Contact.Address}
		err = s.mail(r.Context(), s.confirmLetter(a), to, countOf(a.Contact.Address), limit.From(r))
	}
	if err != nil {
		return err
	}
	return s.renderSent(w, r, a.Contact.Address, true)
}
