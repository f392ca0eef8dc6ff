package signin

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/token"
)

// browserCookie holds a browser's random id, and after a sign-in the proof of
// it.
const browserCookie = "__Host-signin"

// browserAge is how long the cookie is kept: as long as the wish to sign in
// needs, or half a year when it proves an earlier sign-in.
const (
	browserAge      = time.Hour
	knownBrowserAge = 180 * 24 * time.Hour
)

// browser is who asks for a link. The id binds link and code to it; the proof
// tells that the address signed in here before. Mails that such a browser
// asks for are counted apart, so that a stranger who asks for mails to
// somebody's address cannot keep that person out.
type browser struct{ id, proof string }

// browserOf returns the browser behind a request, or a new one.
func browserOf(r *http.Request) (b browser, known bool) {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return browser{id: token.New()}, false
	}
	id, proof, _ := strings.Cut(c.Value, ".")
	if len(id) != token.Size {
		return browser{id: token.New()}, false
	}
	if len(proof) != len(token.Hash("")) {
		proof = ""
	}
	return browser{id, proof}, true
}

func (b browser) hash() string { return token.Hash(b.id) }

// remember gives the cookie to the browser.
func (b browser) remember(w http.ResponseWriter) {
	value, age := b.id, browserAge
	if b.proof != "" {
		value, age = b.id+"."+b.proof, knownBrowserAge
	}
	http.SetCookie(w, &http.Cookie{
		Name: browserCookie, Value: value, Path: "/", MaxAge: int(age.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// proofFor returns the proof that an address signed in on this browser.
func (b browser) proofFor(signer *token.Signer, address string) string {
	return signer.KeyedHash("known browser", b.id+" "+mail.Key(address))
}

// knows reports whether an address signed in on this browser before.
func (b browser) knows(signer *token.Signer, address string) bool {
	return subtle.ConstantTimeCompare([]byte(b.proof), []byte(b.proofFor(signer, address))) == 1
}

// countedAs returns what mails to an address are counted by when this browser
// asks for them.
func (b browser) countedAs(signer *token.Signer, address string) string {
	if b.knows(signer, address) {
		return mail.Key(address) + " " + b.id
	}
	return limit.Mailbox(address)
}
