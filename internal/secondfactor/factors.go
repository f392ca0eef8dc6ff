package secondfactor

import (
	"crypto/subtle"
	"errors"
	"slices"
	"time"
)

// factors are all that a person can pass the second factor with, the item of the table. Times are in
// seconds since 1970.
type factors struct {
	PK       string    `json:"pk"`
	Version  int64     `json:"version"` // 0 for a person who has no item
	Passkeys []passkey `json:"passkeys,omitempty"`
	App      *app      `json:"app,omitempty"`
	// Recovery are the keyed hashes of the recovery codes that have not been used.
	Recovery []string `json:"recovery,omitempty"`
	// Kept says that the person has kept the recovery codes.
	Kept    bool  `json:"kept"`
	Expires int64 `json:"expires"`
}

// passkey is a WebAuthn credential.
type passkey struct {
	ID         string `json:"id"`         // random: names it in forms
	Name       string `json:"name"`       // by its owner
	Credential []byte `json:"credential"` // the library's record, with its counter of signatures, as JSON
	Created    int64  `json:"created"`
	Used       int64  `json:"used"`
}

// app is an authenticator app.
type app struct {
	Secret []byte `json:"secret"` // sealed
	// Step is the latest time step whose code was taken. Neither its code nor an earlier one works again.
	Step    int64 `json:"step"`
	Created int64 `json:"created"`
	Used    int64 `json:"used"`
}

// appID names the authenticator app in forms, as a passkey's ID names the passkey.
const appID = "app"

// How many of each a person may have.
const (
	maxPasskeys   = 10
	recoveryCodes = 10
)

// kept is how long factors are kept that nobody uses: a coordinator's who has left.
const kept = 400 * 24 * time.Hour

var (
	errWrong = errors.New("secondfactor: not a code of this person, or one that was used")
	errLast  = errors.New("secondfactor: the last factor stays")
	errGone  = errors.New("secondfactor: there is no such factor")
	errMany  = errors.New("secondfactor: enough passkeys")
)

// none reports whether a person has no factor. Recovery codes alone are none.
func (f *factors) none() bool { return len(f.Passkeys) == 0 && f.App == nil }

// useStep takes a time step of the authenticator app, whose code was typed, out of use.
func (f *factors) useStep(step int64, now time.Time) error {
	if f.App == nil || step <= f.App.Step {
		return errWrong
	}
	f.App.Step, f.App.Used = step, now.Unix()
	return nil
}

// useRecovery takes a recovery code out of use.
func (f *factors) useRecovery(hash string) error {
	i := slices.IndexFunc(f.Recovery, func(h string) bool { return subtle.ConstantTimeCompare([]byte(h), []byte(hash)) == 1 })
	if i < 0 {
		return errWrong
	}
	f.Recovery = slices.Delete(f.Recovery, i, i+1)
	return nil
}

// add adds a passkey.
func (f *factors) add(p passkey) error {
	if len(f.Passkeys) >= maxPasskeys {
		return errMany
	}
	f.Passkeys = append(f.Passkeys, p)
	return nil
}

// remove removes the factor that an ID names, unless it is the last one.
func (f *factors) remove(id string) error {
	i := slices.IndexFunc(f.Passkeys, func(p passkey) bool { return p.ID == id })
	switch {
	case id == appID && f.App != nil:
		f.App = nil
	case i >= 0:
		f.Passkeys = slices.Delete(f.Passkeys, i, i+1)
	default:
		return errGone
	}
	if f.none() {
		return errLast
	}
	return nil
}

// name returns the name of the passkey that an ID names, or "" for another one or the app.
func (f *factors) name(id string) (name string, ok bool) {
	for _, p := range f.Passkeys {
		if p.ID == id {
			return p.Name, true
		}
	}
	return "", id == appID && f.App != nil
}

// Times for templates.

// CreatedAt is when the passkey was added.
func (p passkey) CreatedAt() time.Time { return time.Unix(p.Created, 0) }

// UsedAt is when it was used last.
func (p passkey) UsedAt() time.Time { return time.Unix(p.Used, 0) }

// CreatedAt is when the app was set up.
func (a app) CreatedAt() time.Time { return time.Unix(a.Created, 0) }

// UsedAt is when its code was used last.
func (a app) UsedAt() time.Time { return time.Unix(a.Used, 0) }
