package registration

import (
	"errors"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

// leaveData is what the page before leaving shows.
type leaveData struct {
	Organisation members.Organisation
	Last         bool // nobody else represents the organisation
}

func (s *Service) showLeave(w http.ResponseWriter, r *http.Request) error {
	org, _, people, err := s.person(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "leave.html", leaveData{org, activePeople(people) == 1})
}

func activePeople(people []members.Person) int {
	n := 0
	for _, p := range people {
		if p.State != members.Left && p.State != members.Declined {
			n++
		}
	}
	return n
}

// leave ends a person's membership and sessions at once. The last one to leave takes the
// organisation along.
func (s *Service) leave(w http.ResponseWriter, r *http.Request) error {
	org, p, _, err := s.person(r)
	if err != nil {
		return err
	}
	p, err = s.Members.DecidePerson(r.Context(), p.Ref, members.Decision{Action: members.Leave, By: p.Name},
		s.entry(r, audit.Leave, "/desk/members/"+org.ID))
	if err != nil {
		return err
	}
	// Identify refuses these sessions already; this forgets them.
	s.logFailure(r.Context(), s.Sessions.RevokeAll(r.Context(), p.Ref.String()))
	s.logFailure(r.Context(), s.Forget(r.Context(), p.Ref))
	session.ClearCookie(w)
	s.tell(r.Context(), org, p)
	return pages.Render(w, r, http.StatusOK, "left.html", leaveData{Organisation: org})
}

// colleaguesData is what the page of one's own organisation shows.
type colleaguesData struct {
	Organisation    members.Organisation
	Waiting, Active []members.Person
}

func (s *Service) showColleagues(w http.ResponseWriter, r *http.Request) error {
	org, _, people, err := s.person(r)
	if err != nil {
		return err
	}
	d := colleaguesData{Organisation: org}
	for _, p := range people {
		switch p.State {
		case members.AwaitingApproval:
			d.Waiting = append(d.Waiting, p)
		case members.Member:
			d.Active = append(d.Active, p)
		}
	}
	return pages.Render(w, r, http.StatusOK, "colleagues.html", d)
}

// decideColleague lets a representative approve or decline somebody who asks to join them.
func (s *Service) decideColleague(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	action := members.Action(r.PostForm.Get("action"))
	recorded, ok := map[members.Action]audit.Action{members.Approve: audit.Approve, members.Decline: audit.Decline}[action]
	if !ok {
		return fault.Invalid(fault.Field{Name: "action", Code: "choice"})
	}
	org, me, _, err := s.person(r)
	if err != nil {
		return err
	}
	ref := members.Ref{Organisation: org.ID, Person: r.PathValue("person")}
	p, err := s.Members.DecidePerson(r.Context(), ref, members.Decision{Action: action, By: me.Name},
		s.entry(r, recorded, "/desk/members/"+org.ID+"#person-"+ref.Person))
	if errors.Is(err, members.ErrNone) {
		return fault.NotFound().Because(err)
	}
	if err != nil {
		return err
	}
	s.tell(r.Context(), org, p)
	return web.SeeOther(w, r, "/colleagues?done="+string(action))
}
