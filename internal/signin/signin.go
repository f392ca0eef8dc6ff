// Package signin lets people in by a link or a code that is mailed to them.
//
// A person gives an address at /sign-in. The answer is the same page after
// the same work whether the address is known or not; what differs is the mail.
// A link works in the browser that asked for it, once, within ten minutes, and
// opens a page with a button: scanners that fetch it change nothing. Whoever
// reads mail on another device types the code of the mail into the browser
// that asked.
//
// What is stored are items of the sessions table, one request per browser.
// Package session holds the sessions themselves, package limit the counts
// that limit mail.
package signin

import (
	"embed"
	"log/slog"
	"net/url"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes of sign-in.
type Service struct {
	Store    *Store
	Limits   *limit.Store
	Sessions *session.Store
	Members  *members.Store
	Signer   *token.Signer
	Post     mail.Post
	Audit    *audit.Log
	// Coordinator is the address that may sign in to the desk even if nobody
	// has registered it.
	Coordinator string
	Now         func() time.Time
	Log         *slog.Logger
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET /sign-in", web.Everyone, s.showAddress)
	m.Handle("POST /sign-in", web.Everyone, s.postAddress)
	m.Handle("GET /sign-in/check", web.Everyone, s.showCheck)
	m.Handle("GET /sign-in/code", web.Everyone, s.showCheck) // a refused code shown again, in another language
	m.Handle("POST /sign-in/code", web.Everyone, s.postCode)
	m.Handle("GET /sign-in/link", web.Everyone, s.showLink)
	m.Handle("POST /sign-in/link", web.Everyone, s.postLink)
	m.Handle("POST /sign-out", web.Everyone, s.postSignOut)
	m.Handle("GET /sessions", web.SignedIn, s.showSessions)
	m.Handle("POST /sessions/revoke", web.SignedIn, s.postRevoke)
}

// onward is where somebody goes who is signed in: to the page that they wanted, coordinators over
// their second factor unless this session has passed it.
func onward(next string, coordinator, passed bool) string {
	switch {
	case next == "" && coordinator:
		next = "/desk"
	case next == "":
		next = "/profile"
	}
	if coordinator && !passed {
		return "/second-factor?" + url.Values{"next": {next}}.Encode()
	}
	return next
}

// onwardFor is onward for whoever is signed in already.
func onwardFor(who *web.Identity, next string) string {
	return onward(next, who.Coordinator, who.Passed() == nil)
}
