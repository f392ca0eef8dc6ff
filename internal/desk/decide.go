package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// mailTime is how long a request waits for the mails about its decision.
const mailTime = 18 * time.Second

// decisionData is what the page that asks for a decision shows.
type decisionData struct {
	page.Form
	Organisation members.Organisation
	Person       members.Person // of a decision about one person
	Action       string
	Recipients   []members.Person
	Limit        int
	Danger       bool
}

// actions are the names of actions in the audit log.
var actions = map[string]audit.Action{
	string(members.Approve): audit.Approve, string(members.Decline): audit.Decline,
	string(members.Suspend): audit.Suspend, string(members.Reinstate): audit.Reinstate,
	makeCoordinator: audit.MakeCoordinator, unmakeCoordinator: audit.UnmakeCoordinator,
}

// dangerous are the actions that take something away.
var dangerous = []string{string(members.Decline), string(members.Suspend), unmakeCoordinator}

func newDecision(org members.Organisation, action string, form page.Form) decisionData {
	form.Area = "desk"
	return decisionData{
		Form: form, Organisation: org, Action: action,
		Limit: members.MaxNote, Danger: slices.Contains(dangerous, action),
	}
}

// parseNote reads the words that go into the mail.
func parseNote(r *http.Request) (string, error) {
	if err := web.ReadForm(r); err != nil {
		return "", err
	}
	note := strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(r.PostForm.Get("note")))
	isBad := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	switch {
	case utf8.RuneCountInString(note) > members.MaxNote:
		return note, fault.Invalid(fault.Field{Name: "note", Code: "too-long", Args: map[string]any{"Limit": members.MaxNote}})
	case !utf8.ValidString(note) || strings.ContainsFunc(note, isBad):
		return note, fault.Invalid(fault.Field{Name: "note", Code: "characters"})
	}
	return note, nil
}

// action returns the action that a request asks for, if this coordinator may ask for it at all.
func action(r *http.Request, id string) (members.Action, error) {
	a := members.Action(r.PathValue("action"))
	if !slices.Contains([]members.Action{members.Approve, members.Decline, members.Suspend, members.Reinstate}, a) || id == members.Secretariat {
		return a, fault.NotFound()
	}
	if isOwn(id, web.Who(r.Context())) {
		return a, fault.New(http.StatusConflict, "own-organisation")
	}
	return a, nil
}

// askDecision shows the form for a decision about an organisation. Once it is decided there is
// nothing to ask, and the organisation's page shows how it stands.
func (s *Service) askDecision(w http.ResponseWriter, r *http.Request) error {
	org, people, err := s.organisation(r)
	if err != nil {
		return err
	}
	a, err := action(r, org.ID)
	if err != nil {
		return err
	}
	if _, open := org.State.After(a); !open {
		return web.SeeOther(w, r, organisationPath(org.ID))
	}
	return renderDecision(w, r, http.StatusOK, org, people, page.Form{})
}

func renderDecision(w http.ResponseWriter, r *http.Request, status int, org members.Organisation, people []members.Person, form page.Form) error {
	data := newDecision(org, r.PathValue("action"), form)
	for _, p := range people {
		if _, open := p.State.After(members.Action(data.Action)); open {
			data.Recipients = append(data.Recipients, p)
		}
	}
	return pages.Render(w, r, status, "decision.html", data)
}

// decide takes a decision about an organisation and tells its people, or sends the mails again
// that are owed.
func (s *Service) decide(w http.ResponseWriter, r *http.Request) error {
	org, people, err := s.organisation(r)
	if err != nil {
		return err
	}
	if r.PathValue("action") == "mail" {
		return s.mailAgain(w, r, org, people)
	}
	a, err := action(r, org.ID)
	if err != nil {
		return err
	}
	note, err := parseNote(r)
	if e := fault.From(err); err != nil && len(e.Fields) > 0 {
		return renderDecision(w, r, e.Status, org, people, page.Form{Values: r.PostForm, Errors: e.Fields})
	}
	if err != nil {
		return err
	}
	d := members.Decision{Action: a, By: web.Who(r.Context()).Name, Note: note}
	org, changed, err := s.store(r, org, d)
	if err != nil {
		return s.refused(w, r, err, org.Decision, d)
	}
	s.tell(r.Context(), org, changed)
	return web.SeeOther(w, r, organisationPath(org.ID)+"?done="+string(a))
}

// store stores a decision. Somebody who edits the profile at the same moment is no reason to
// refuse it, so it is tried again while it is open.
func (s *Service) store(r *http.Request, org members.Organisation, d members.Decision) (members.Organisation, []members.Person, error) {
	const tries = 5
	path := organisationPath(org.ID)
	for try := 1; ; try++ {
		now, changed, err := s.Members.Decide(r.Context(), org.ID, d,
			s.Audit.Write(s.entry(r, actions[string(d.Action)], path, d.Note)))
		_, open := now.State.After(d.Action)
		if !fault.Is(err, "decided-already") || !open || try == tries {
			return now, changed, err
		}
	}
}

// refused answers a decision that was not stored. If it says what was decided already by the same
// person, the form was sent twice and the result is shown.
func (s *Service) refused(w http.ResponseWriter, r *http.Request, err error, stands, asked members.Decision) error {
	if !fault.Is(err, "decided-already") {
		return err
	}
	if stands.Action == asked.Action && stands.By == asked.By {
		return web.SeeOther(w, r, organisationPath(r.PathValue("organisation")))
	}
	e := fault.From(err)
	return s.renderOrganisation(w, r, e.Status, organisationData{
		Refused: web.Printer(r.Context()).TextOf("error."+e.Code, e.Args),
	})
}

// tell ends the sessions of people who may not be signed in any more and mails them all. What
// fails is logged and stays owed: the decision stands.
func (s *Service) tell(ctx context.Context, org members.Organisation, people []members.Person) {
	for _, p := range people {
		if p.State != members.Suspended && p.State != members.Declined {
			continue
		}
		// Identify refuses these sessions already; this forgets them.
		if err := s.Sessions.RevokeAll(ctx, p.Ref.String()); err != nil {
			s.Log.Error("sessions not ended", "requestId", web.RequestID(ctx), "cause", err)
		}
	}
	mailing, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	if err := s.Teller.Tell(mailing, org, people...); err != nil {
		s.Log.Error("decision not mailed", "requestId", web.RequestID(ctx), "cause", err)
	}
}

// mailAgain sends the mails that an organisation's people are owed.
func (s *Service) mailAgain(w http.ResponseWriter, r *http.Request, org members.Organisation, people []members.Person) error {
	if !slices.ContainsFunc(people, members.Person.Owed) {
		return web.SeeOther(w, r, organisationPath(org.ID)+"?done=mail")
	}
	may, err := s.Members.MayTell(r.Context(), org.ID)
	if err != nil {
		return err
	}
	if !may {
		return web.SeeOther(w, r, organisationPath(org.ID)+"?done=mail-soon")
	}
	// Read again: whoever had the right of way before may have told everybody by now.
	org, people, err = s.Members.Organisation(r.Context(), org.ID)
	if err != nil {
		return err
	}
	s.tell(r.Context(), org, slices.DeleteFunc(people, func(p members.Person) bool { return !p.Owed() }))
	return web.SeeOther(w, r, organisationPath(org.ID)+"?done=mail")
}
