package secondfactor

import (
	"errors"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

// removePage is what the template "remove.html" asks about: a passkey by its name, or the app.
type removePage struct {
	Name string
	App  bool
}

func (s *Service) askRemove(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Store.get(r.Context(), web.Who(r.Context()).Member)
	if err != nil {
		return err
	}
	id := r.PathValue("factor")
	name, ok := f.name(id)
	if !ok {
		return fault.NotFound()
	}
	if err := f.remove(id); errors.Is(err, errLast) {
		return conflict("last-factor")
	}
	return pages.Render(w, r, http.StatusOK, "remove.html", removePage{name, id == appID})
}

// remove removes a factor and ends the person's other sessions: it may have been in hands that are not
// theirs.
func (s *Service) remove(w http.ResponseWriter, r *http.Request) error {
	ctx, who, id := r.Context(), web.Who(r.Context()), r.PathValue("factor")
	var name string
	_, err := s.Store.change(ctx, who.Member, func(f *factors) error {
		name, _ = f.name(id)
		return f.remove(id)
	}, s.Audit.Write(s.entry(r, audit.RemoveFactor, root)))
	switch {
	case errors.Is(err, errLast):
		return conflict("last-factor")
	case errors.Is(err, errGone):
		return fault.NotFound()
	case err != nil:
		return err
	}
	if id == appID {
		s.tell(r, who, letterAppRemoved, nil)
	} else {
		s.tell(r, who, letterPasskeyRemoved, map[string]any{"Name": name})
	}
	if err := s.Sessions.RevokeOthers(ctx, who.Member, who.Session); err != nil {
		return err
	}
	return web.SeeOther(w, r, root+"?done=removed")
}
