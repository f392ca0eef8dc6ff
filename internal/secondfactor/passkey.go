package secondfactor

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// selection asks authenticators for what makes a passkey a second factor by itself: that its owner shows
// who they are, by a finger, a face or a PIN.
var selection = protocol.AuthenticatorSelection{
	UserVerification: protocol.VerificationRequired, ResidentKey: protocol.ResidentKeyRequirementPreferred,
}

// owner is a person as the WebAuthn library wants to see them.
type owner struct {
	id          []byte
	name        string
	credentials []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return o.id }
func (o owner) WebAuthnName() string                       { return o.name }
func (o owner) WebAuthnDisplayName() string                { return o.name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

// owner returns whom a request is from, with their passkeys. Their id at the authenticator says
// nothing about them (WebAuthn Level 3, 14.6.1).
func (s *Service) owner(who *web.Identity, f factors) (owner, error) {
	o := owner{id: []byte(s.Signer.KeyedHash("passkey owner", who.Member)), name: who.Address}
	for _, p := range f.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Credential, &c); err != nil {
			return o, fmt.Errorf("secondfactor: passkey: %w", err)
		}
		o.credentials = append(o.credentials, c)
	}
	return o, nil
}

// begin answers with a challenge that package webauthn made for the person, and keeps its side of it.
func (s *Service) begin(
	w http.ResponseWriter, r *http.Request, c ceremony, ask func(owner) (options any, data *webauthn.SessionData, err error),
) error {
	ctx, who := r.Context(), web.Who(r.Context())
	f, err := s.Store.get(ctx, who.Member)
	if err != nil {
		return err
	}
	switch c {
	case adding:
		err = s.mayChange(r, f)
	case passing:
		if len(f.Passkeys) == 0 {
			err = conflict("no-passkey")
		}
	}
	if err != nil {
		return err
	}
	o, err := s.owner(who, f)
	if err != nil {
		return err
	}
	options, data, err := ask(o)
	if err != nil {
		return fmt.Errorf("secondfactor: challenge: %w", err)
	}
	if err := s.Store.keepChallenge(ctx, who.Session, c, data); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, options)
}

func (s *Service) challengePasskey(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, passing, func(o owner) (any, *webauthn.SessionData, error) {
		return s.WebAuthn.BeginLogin(o)
	})
}

func (s *Service) challengeNewPasskey(w http.ResponseWriter, r *http.Request) error {
	return s.begin(w, r, adding, func(o owner) (any, *webauthn.SessionData, error) {
		return s.WebAuthn.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.credentials).CredentialDescriptors()))
	})
}

// passByPasskey passes by the answer of an authenticator.
func (s *Service) passByPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who, next := web.Who(r.Context()), web.LocalPath(r.PostForm.Get("next"))
	data, err := s.Store.takeChallenge(r.Context(), who.Session, passing)
	if err == nil {
		var f factors
		if f, err = s.passed(w, r, s.usePasskey(who, data, r.PostForm.Get("credential"))); err == nil {
			return web.SeeOther(w, r, after(f, next))
		}
	}
	if !errors.Is(err, errWrong) && !errors.Is(err, errNoChallenge) {
		return err
	}
	s.Log.WarnContext(r.Context(), "passkey refused", "requestId", web.RequestID(r.Context()), "cause", err)
	f, err := s.Store.get(r.Context(), who.Member)
	if err != nil {
		return err
	}
	return renderPass(w, r, http.StatusForbidden, f, passPage{Next: next, Problem: "factor.passkey-refused"})
}

// usePasskey returns the change that notes the use of the passkey whose answer this is.
func (s *Service) usePasskey(who *web.Identity, data webauthn.SessionData, answer string) func(*factors) error {
	return func(f *factors) error {
		o, err := s.owner(who, *f)
		if err != nil {
			return err
		}
		parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
		if err != nil {
			return errors.Join(errWrong, reason(err))
		}
		used, err := s.WebAuthn.ValidateLogin(o, data, parsed)
		if err != nil {
			return errors.Join(errWrong, reason(err))
		}
		if used.Authenticator.CloneWarning { // its counter went back: there are two of it
			return fmt.Errorf("%w: the counter of signatures went back", errWrong)
		}
		i := slices.IndexFunc(o.credentials, func(c webauthn.Credential) bool { return bytes.Equal(c.ID, used.ID) })
		f.Passkeys[i].Used = s.Now().Unix()
		f.Passkeys[i].Credential, err = json.Marshal(used)
		return err
	}
}

// reason is the library's error with what it tells developers, for the log.
func reason(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return fmt.Errorf("%w (%s)", err, e.DevInfo)
	}
	return err
}

// addPasskeyPage is what the template "passkey.html" shows.
type addPasskeyPage struct {
	page.Form
	Next    string
	Limit   int
	Problem string
}

// maxName is how long the name of a passkey may be, in characters.
const maxName = 60

func (s *Service) showAddPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := s.Store.get(r.Context(), web.Who(r.Context()).Member)
	if err == nil {
		err = s.mayChange(r, f)
	}
	if err != nil {
		return err
	}
	return renderAddPasskey(w, r, http.StatusOK, addPasskeyPage{Next: web.LocalPath(r.URL.Query().Get("next"))})
}

func renderAddPasskey(w http.ResponseWriter, r *http.Request, status int, data addPasskeyPage) error {
	data.Area, data.Limit = "factor", maxName
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "passkey.html", data)
}

// addPasskey adds the passkey that an authenticator made. The first factor also passes.
func (s *Service) addPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	ctx, who := r.Context(), web.Who(r.Context())
	data := addPasskeyPage{Form: page.Form{Values: url.Values{"name": {r.PostForm.Get("name")}}}, Next: web.LocalPath(r.PostForm.Get("next"))}
	name, refused := parseName(r.PostForm.Get("name"))
	if refused != nil {
		data.Errors = []fault.Field{*refused}
		return renderAddPasskey(w, r, http.StatusUnprocessableEntity, data)
	}
	pending, err := s.Store.takeChallenge(ctx, who.Session, adding)
	var made *webauthn.Credential
	if err == nil {
		made, err = s.made(who, pending, r.PostForm.Get("credential"))
	}
	if errors.Is(err, errWrong) || errors.Is(err, errNoChallenge) {
		s.Log.WarnContext(ctx, "new passkey refused", "requestId", web.RequestID(ctx), "cause", err)
		data.Problem = "factor.passkey-not-made"
		return renderAddPasskey(w, r, http.StatusUnprocessableEntity, data)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(made)
	if err != nil {
		return err
	}
	now := s.Now().Unix()
	p := passkey{ID: rand.Text()[:16], Name: name, Credential: text, Created: now, Used: now}
	f, err := s.added(w, r, func(f *factors) error { return f.add(p) })
	if errors.Is(err, errMany) {
		return conflict("many-passkeys")
	}
	if err != nil {
		return err
	}
	s.tell(r, who, letterPasskeyAdded, map[string]any{"Name": name})
	return s.leaveAdded(w, r, f, data.Next)
}

// made returns the passkey in an authenticator's answer.
func (s *Service) made(who *web.Identity, pending webauthn.SessionData, answer string) (*webauthn.Credential, error) {
	o, err := s.owner(who, factors{})
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, errors.Join(errWrong, reason(err))
	}
	made, err := s.WebAuthn.CreateCredential(o, pending, parsed)
	if err != nil {
		return nil, errors.Join(errWrong, reason(err))
	}
	made.Attestation = webauthn.CredentialAttestation{} // who made the authenticator, which we do not ask for
	return made, nil
}

// parseName reads the name of a passkey, which is in mails and pages only.
func parseName(typed string) (string, *fault.Field) {
	name := strings.Join(strings.Fields(typed), " ")
	switch {
	case name == "":
		return name, &fault.Field{Name: "name", Code: "required"}
	case utf8.RuneCountInString(name) > maxName:
		return name, &fault.Field{Name: "name", Code: "too-long", Args: map[string]any{"Limit": maxName}}
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }):
		return name, &fault.Field{Name: "name", Code: "characters"}
	}
	return name, nil
}

// added adds a factor under the audit log's eyes. If it is the person's first, their session has passed.
func (s *Service) added(w http.ResponseWriter, r *http.Request, do func(*factors) error) (factors, error) {
	who := web.Who(r.Context())
	change := func(f *factors) error {
		if err := s.mayChange(r, *f); err != nil {
			return err
		}
		return do(f)
	}
	entry := s.Audit.Write(s.entry(r, audit.AddFactor, root))
	if who.Passed() != nil {
		return s.passed(w, r, change, entry)
	}
	return s.Store.change(r.Context(), who.Member, change, entry)
}

// leaveAdded goes on after a factor was added: to the recovery codes, or the list of factors.
func (s *Service) leaveAdded(w http.ResponseWriter, r *http.Request, f factors, next string) error {
	if next == "" {
		next = root + "?done=added"
	}
	return web.SeeOther(w, r, after(f, next))
}
