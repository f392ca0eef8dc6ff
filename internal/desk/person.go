package desk

import (
	"net/http"
	"path"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// What can be done to a person besides approving and declining. The second factor of a colleague is
// reset by package secondfactor, at a path below the person's.
const (
	makeCoordinator   = "make-coordinator"
	unmakeCoordinator = "unmake-coordinator"
	resetFactor       = "second-factor"
)

// person returns the person that a request is about, with their organisation and the action that it
// asks for.
func (s *Service) person(r *http.Request) (org members.Organisation, p members.Person, action string, err error) {
	org, people, err := s.organisation(r)
	if err != nil {
		return org, p, "", err
	}
	action = path.Base(r.URL.Path)
	for _, candidate := range people {
		if candidate.Ref.Person == r.PathValue("person") {
			p = candidate
		}
	}
	switch {
	case p.Ref.Person == "":
		return org, p, action, fault.NotFound()
	case p.Ref.String() == web.Who(r.Context()).Member:
		return org, p, action, fault.New(http.StatusConflict, "own-role")
	}
	switch action {
	case string(members.Approve), string(members.Decline), makeCoordinator, unmakeCoordinator:
		return org, p, action, nil
	}
	return org, p, action, fault.NotFound()
}

// askPerson shows the form for a decision about one person.
func (s *Service) askPerson(w http.ResponseWriter, r *http.Request) error {
	org, p, action, err := s.person(r)
	if err != nil {
		return err
	}
	for _, open := range personActions(org, p, web.Who(r.Context())) {
		if open == action {
			return renderPerson(w, r, http.StatusOK, org, p, page.Form{})
		}
	}
	return web.SeeOther(w, r, organisationPath(org.ID))
}

func renderPerson(w http.ResponseWriter, r *http.Request, status int, org members.Organisation, p members.Person, form page.Form) error {
	data := newDecision(org, path.Base(r.URL.Path), form)
	data.Person = p
	return pages.Render(w, r, status, "person.html", data)
}

func (s *Service) decidePerson(w http.ResponseWriter, r *http.Request) error {
	org, p, action, err := s.person(r)
	if err != nil {
		return err
	}
	note, err := parseNote(r)
	if e := fault.From(err); err != nil && len(e.Fields) > 0 {
		return renderPerson(w, r, e.Status, org, p, page.Form{Values: r.PostForm, Errors: e.Fields})
	}
	if err != nil {
		return err
	}
	if org.State == members.AwaitingApproval { // its people are decided about with it
		return fault.New(http.StatusConflict, "organisation-not-member")
	}
	d := members.Decision{Action: members.Action(action), By: web.Who(r.Context()).Name, Note: note}
	entry := s.entry(r, actions[action], personPath(p.Ref), note)
	p, err = s.Members.DecidePerson(r.Context(), p.Ref, d, s.Audit.Write(entry))
	if err != nil {
		return s.refused(w, r, err, p.Decision, d)
	}
	s.tell(r.Context(), org, []members.Person{p})
	return web.SeeOther(w, r, organisationPath(org.ID)+"?done=person-"+action)
}

// changeRole makes a member a coordinator or takes the role away. Doing it twice is doing it once.
func (s *Service) changeRole(w http.ResponseWriter, r *http.Request) error {
	_, p, action, err := s.person(r)
	if err != nil {
		return err
	}
	entry := s.entry(r, actions[action], personPath(p.Ref), "")
	_, err = s.Members.ChangeRole(r.Context(), p.Ref, action == makeCoordinator, s.Audit.Write(entry))
	if isNone(err) {
		return fault.New(http.StatusConflict, "not-a-member").Because(err)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, organisationPath(p.Organisation)+"?done="+action)
}

func personPath(ref members.Ref) string {
	return organisationPath(ref.Organisation) + "#person-" + ref.Person
}
