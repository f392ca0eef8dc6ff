package secondfactor

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// recoveryPage is what the template "recovery.html" shows: an offer of codes or, once, the codes.
type recoveryPage struct {
	page.Form
	Next  string
	Left  int
	Kept  bool
	Codes []string
}

func (s *Service) showRecovery(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Store.get(r.Context(), web.Who(r.Context()).Member)
	if err != nil {
		return err
	}
	return renderRecovery(w, r, http.StatusOK, recoveryPage{Next: web.LocalPath(r.URL.Query().Get("next")), Left: len(f.Recovery), Kept: f.Kept})
}

func renderRecovery(w http.ResponseWriter, r *http.Request, status int, data recoveryPage) error {
	data.Area = "factor"
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "recovery.html", data)
}

// makeRecovery makes new codes in place of those that are left, and shows them once.
func (s *Service) makeRecovery(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who := web.Who(r.Context())
	codes, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		code := token.NewCode()
		codes[i], hashes[i] = token.ShowCode(code), s.recoveryHash(who.Member, code)
	}
	again := false
	_, err := s.Store.change(r.Context(), who.Member, func(f *factors) error {
		if f.none() {
			return conflict("no-factor")
		}
		again = f.Kept
		f.Recovery, f.Kept = hashes, false
		return nil
	}, s.Audit.Write(s.entry(r, audit.MakeRecoveryCodes, root)))
	if err != nil {
		return err
	}
	if again {
		s.tell(r, who, letterCodesMade, nil)
	}
	return renderRecovery(w, r, http.StatusOK, recoveryPage{Next: web.LocalPath(r.PostForm.Get("next")), Codes: codes})
}

// keepRecovery notes that the person has kept the codes.
func (s *Service) keepRecovery(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	next := web.LocalPath(r.PostForm.Get("next"))
	if r.PostForm.Get("kept") != "yes" { // the page cannot be shown again: its codes are gone
		return fault.Invalid(fault.Field{Name: "kept", Code: "factor-kept"})
	}
	f, err := s.Store.change(r.Context(), web.Who(r.Context()).Member, func(f *factors) error {
		if f.none() {
			return conflict("no-factor")
		}
		f.Kept = true
		return nil
	})
	if err != nil {
		return err
	}
	if next == "" {
		next = root + "?done=kept"
	}
	return web.SeeOther(w, r, after(f, next))
}
