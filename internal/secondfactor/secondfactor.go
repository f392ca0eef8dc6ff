// Package secondfactor is the coordinators' second factor: passkeys (WebAuthn), the codes of an
// authenticator app (TOTP, RFC 6238), and recovery codes for whoever has lost both.
//
// The mailed link of package signin is the first factor. It opens what members may do; the desk opens
// once the session has passed a second one, and a few routes only for a quarter of an hour after that
// ([web.SteppedUp]). A coordinator who has no factor yet sets one up here, trusted on the strength of the
// mailbox, and is told by mail of every change, so that it cannot happen unnoticed. Whoever has one can
// change factors only after passing one of them.
//
// All factors of a person are one item of a table that only this function and an erasure may touch. A change, or
// the use of a code, is a write of the item under the condition of its version: so a code works once,
// however many try at the same moment.
package secondfactor

import (
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
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

// Service answers the routes of the second factor.
type Service struct {
	Store    *Store
	Sessions *session.Store
	Members  *members.Store
	Audit    *audit.Log
	Signer   *token.Signer
	Post     mail.Post
	WebAuthn *webauthn.WebAuthn
	Now      func() time.Time
	Log      *slog.Logger
}

const root = "/second-factor"

// Routes adds the service's routes. What changes factors is open before the second factor only to
// somebody who has none: see [Service.mayChange].
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET "+root, web.BeforeFactor, s.show)
	m.Handle("GET "+root+"/code", web.BeforeFactor, s.show) // a refused code shown again, in another language
	m.Handle("POST "+root+"/code", web.BeforeFactor, s.passByCode)
	m.Handle("POST "+root+"/passkey/challenge", web.BeforeFactor, s.challengePasskey)
	m.Handle("POST "+root+"/passkey", web.BeforeFactor, s.passByPasskey)
	m.Handle("GET "+root+"/passkeys", web.BeforeFactor, s.showAddPasskey)
	m.Handle("POST "+root+"/passkeys/challenge", web.BeforeFactor, s.challengeNewPasskey)
	m.Handle("POST "+root+"/passkeys", web.BeforeFactor, s.addPasskey)
	m.Handle("GET "+root+"/app", web.BeforeFactor, s.showAddApp)
	m.Handle("POST "+root+"/app", web.BeforeFactor, s.addApp)
	m.Handle("GET "+root+"/recovery-codes", web.Coordinators, s.showRecovery)
	m.Handle("POST "+root+"/recovery-codes", web.SteppedUp, s.makeRecovery)
	m.Handle("POST "+root+"/recovery-codes/kept", web.Coordinators, s.keepRecovery)
	m.Handle("GET "+root+"/remove/{factor}", web.SteppedUp, s.askRemove)
	m.Handle("POST "+root+"/remove/{factor}", web.SteppedUp, s.remove)

	const colleague = "/desk/members/{organisation}/people/{person}/second-factor"
	m.Handle("GET "+colleague, web.SteppedUp, s.askReset)
	m.Handle("POST "+colleague, web.SteppedUp, s.reset)
}

// NewWebAuthn returns the library for a site, whose host is the id of the relying party: a passkey
// works on this host only.
func NewWebAuthn(site string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(site)
	if err != nil {
		return nil, err
	}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "MuNet", RPOrigins: []string{site}, AuthenticatorSelection: selection})
}

// managePage is what the template "manage.html" shows: a person's factors.
type managePage struct {
	factors
	Done string // what was done, a key below "factor.done."
}

// dones are what an address may say was done.
var dones = map[string]bool{"confirmed": true, "added": true, "removed": true, "kept": true}

// show leads to what comes next: setting up a first factor, passing one, going on, or the list of one's
// factors.
func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who, next := web.Who(ctx), web.LocalPath(r.URL.Query().Get("next"))
	f, err := s.Store.get(ctx, who.Member)
	switch {
	case err != nil:
		return err
	case f.none():
		return pages.Render(w, r, http.StatusOK, "choose.html", next)
	case who.Passed() != nil, next != "" && who.SteppedUp(s.Now()) != nil:
		return renderPass(w, r, http.StatusOK, f, passPage{Form: page.Form{Area: "factor"}, Next: next})
	case next != "":
		return web.SeeOther(w, r, next)
	}
	done := r.URL.Query().Get("done")
	if !dones[done] {
		done = ""
	}
	return pages.Render(w, r, http.StatusOK, "manage.html", managePage{f, done})
}

// mayChange says why a person may not change their factors: the first one is set up by whoever has
// signed in, every other change needs a factor that was passed lately.
func (s *Service) mayChange(r *http.Request, f factors) error {
	if f.none() {
		return nil
	}
	return web.Who(r.Context()).SteppedUp(s.Now())
}

// after is where somebody goes who has passed or set up a factor: to their recovery codes until they
// say that they have kept them, else to the page that they wanted.
func after(f factors, next string) string {
	if next == "" {
		next = "/desk"
	}
	if !f.Kept {
		return root + "/recovery-codes?" + url.Values{"next": {next}}.Encode()
	}
	return next
}

// entry is the audit entry of what a request does.
func (s *Service) entry(r *http.Request, action audit.Action, what string) audit.Entry {
	who := web.Who(r.Context())
	return audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: what, At: s.Now()}
}

// conflict is the fault for what cannot be done as things stand.
func conflict(code string) error { return fault.New(http.StatusConflict, code) }
