package signin

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

// sessionRow is one line of the template "sessions.html".
type sessionRow struct {
	Hash      string
	Browser   string
	CreatedAt time.Time
	SeenAt    time.Time
	Factor    time.Time // when it passed the second factor last, or the zero time
	Here      bool      // the session of the request
}

func (s *Service) showSessions(w http.ResponseWriter, r *http.Request) error {
	who := web.Who(r.Context())
	sessions, err := s.Sessions.Of(r.Context(), who.Member)
	if err != nil {
		return err
	}
	words := web.Printer(r.Context())
	rows := make([]sessionRow, len(sessions))
	for i, one := range sessions {
		rows[i] = sessionRow{
			Hash: one.Hash, Browser: inWords(words, one.Browser),
			CreatedAt: one.CreatedAt, SeenAt: one.SeenAt, Factor: one.Factor, Here: one.Hash == who.Session,
		}
	}
	return pages.Render(w, r, http.StatusOK, "sessions.html", rows)
}

// inWords says which browser it is, as far as that is known.
func inWords(words *language.Printer, b session.Browser) string {
	switch {
	case b.Name != "" && b.System != "":
		return words.Text("signin.browser", "Browser", b.Name, "System", b.System)
	case b.Name != "" || b.System != "":
		return b.Name + b.System
	default:
		return words.Text("signin.browser-unknown")
	}
}

// postRevoke ends one session of the person, or all but this one.
func (s *Service) postRevoke(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who := web.Who(r.Context())
	hash := r.PostForm.Get("session")
	var err error
	if hash == "" {
		err = s.Sessions.RevokeOthers(r.Context(), who.Member, who.Session)
	} else {
		err = s.Sessions.Revoke(r.Context(), who.Member, hash)
	}
	if err != nil {
		return err
	}
	if hash == who.Session {
		session.ClearCookie(w)
		return web.SeeOther(w, r, "/sign-in")
	}
	return web.SeeOther(w, r, "/sessions?done=ended")
}

func (s *Service) postSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Sessions.End(r); err != nil {
		return err
	}
	session.ClearCookie(w)
	return web.SeeOther(w, r, "/")
}
