package secondfactor

import (
	"errors"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// colleague returns the other coordinator whom a request is about.
func (s *Service) colleague(r *http.Request) (members.Person, error) {
	ref := members.Ref{Organisation: r.PathValue("organisation"), Person: r.PathValue("person")}
	p, err := s.Members.Person(r.Context(), ref)
	switch {
	case errors.Is(err, members.ErrNone):
		return p, fault.NotFound()
	case err != nil:
		return p, err
	case ref.String() == web.Who(r.Context()).Member:
		return p, conflict("own-factor")
	case !p.Coordinator:
		return p, fault.NotFound()
	}
	return p, nil
}

func (s *Service) askReset(w http.ResponseWriter, r *http.Request) error {
	p, err := s.colleague(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "reset.html", p)
}

// reset deletes all factors of a colleague who has lost them, and ends their sessions: they sign in by
// mail and set up new ones. Doing it again is no error, so that whatever failed can be completed.
func (s *Service) reset(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.colleague(r)
	if err != nil {
		return err
	}
	organisation := "/desk/members/" + p.Organisation
	entry := s.entry(r, audit.ResetFactor, organisation+"/people/"+p.Ref.Person)
	err = s.Store.forget(ctx, p.Ref.String(), s.Audit.Write(entry))
	if errors.Is(err, errChanged) {
		return fault.New(http.StatusConflict, "conflict").Because(err)
	}
	if err == nil {
		err = s.Sessions.RevokeAll(ctx, p.Ref.String())
	}
	if err != nil {
		return err
	}
	to := &web.Identity{Member: p.Ref.String(), Name: p.Name, Address: p.Address, Language: p.Language}
	s.tell(r, to, letterReset, map[string]any{"Name": web.Who(ctx).Name})
	return web.SeeOther(w, r, organisation+"?done=second-factor")
}
