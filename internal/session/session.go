// Package session knows which browsers are signed in as whom.
//
// A session is an item of the sessions table under the hash of a random id
// that only the browser has, in the cookie [Cookie]. Every function with
// signed-in routes reads it through [Store.Identify], together with the
// person's present state: whoever is suspended or loses a role loses it with
// the next request. Package signin begins sessions.
//
// The item's attribute "factor" is the time at which the session passed the
// coordinators' second factor; package secondfactor has it written by
// [Store.Confirm]. A session without it is good for what members may do.
package session

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Cookie is the cookie that holds a session's id.
const Cookie = "__Host-session"

// A Session is one browser in which a person is signed in.
type Session struct {
	Hash      string // of the id, which nobody but the browser knows
	CreatedAt time.Time
	SeenAt    time.Time // within five minutes
	Browser   Browser
	Factor    time.Time // when it passed the second factor last, or the zero time
}

// lifetime says when a session ends: after a time without requests, and at
// the latest after another.
type lifetime struct{ idle, absolute time.Duration }

var (
	memberLifetime      = lifetime{7 * 24 * time.Hour, 30 * 24 * time.Hour}
	coordinatorLifetime = lifetime{12 * time.Hour, 7 * 24 * time.Hour}
)

// lifetimeOf returns the limits for the role that the person has now, so that
// a new coordinator's old sessions are held to the shorter ones.
func lifetimeOf(coordinator bool) lifetime {
	if coordinator {
		return coordinatorLifetime
	}
	return memberLifetime
}

// end returns when a session ends unless it is used before.
func (l lifetime) end(created, seen time.Time) time.Time {
	idle, absolute := seen.Add(l.idle), created.Add(l.absolute)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// Admits reports whether a person in this state may be signed in. Someone who
// awaits approval may, to see how the registration stands.
func Admits(s members.State) bool {
	return s == members.Member || s == members.AwaitingApproval
}

// SetCookie gives the session to the browser.
func SetCookie(w http.ResponseWriter, id string, coordinator bool) {
	http.SetCookie(w, cookie(id, int(lifetimeOf(coordinator).absolute.Seconds())))
}

// ClearCookie takes the session from the browser.
func ClearCookie(w http.ResponseWriter) {
	http.SetCookie(w, cookie("", -1))
}

func cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: Cookie, Value: value, Path: "/", MaxAge: maxAge,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// hashOf returns the hash of the session id that the browser sent, if it sent
// one that can be one of ours.
func hashOf(r *http.Request) (string, bool) {
	c, err := r.Cookie(Cookie)
	if err != nil || len(c.Value) != token.Size {
		return "", false
	}
	return token.Hash(c.Value), true
}
