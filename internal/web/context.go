package web

import (
	"context"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Identity is the person behind a request's session.
type Identity struct {
	// Session is the SHA-256 of the session's id, never the id itself.
	Session string
	// Member is the person's reference, "ORGANISATION.PERSON".
	Member string
	// Organisation and Name are for the page's header.
	Organisation, Name string
	// Address is the person's e-mail address.
	Address string
	// Language is the one in the person's profile.
	Language language.Tag
	// Approved says that the person is a member, not one who still awaits approval.
	Approved bool
	// Coordinator says that the person has the role. What it opens also needs the second factor.
	Coordinator bool
	// Factor is when the session passed the second factor last, or the zero time.
	Factor time.Time
}

// StepUpAge is how long a session that has passed the second factor may do what needs it freshly
// passed: see [SteppedUp].
const StepUpAge = 15 * time.Minute

// Passed says that this session has not passed the second factor, or is nil.
func (who *Identity) Passed() error {
	if who.Factor.IsZero() {
		return fault.New(http.StatusForbidden, FactorRequired)
	}
	return nil
}

// SteppedUp says that this session has not passed the second factor, or not lately, or is nil.
func (who *Identity) SteppedUp(now time.Time) error {
	if err := who.Passed(); err != nil {
		return err
	}
	if now.Sub(who.Factor) >= StepUpAge {
		return fault.New(http.StatusForbidden, StepUpRequired)
	}
	return nil
}

type contextKey int

const (
	requestIDKey contextKey = iota
	identityKey
	languageKey
	chosenKey
	originsKey
)

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey, id)
}

// RequestID returns the gateway's id of this request, which every log line and error page shows.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// WithWho returns a context of a request made by who; tests of pages use it as well.
func WithWho(ctx context.Context, who *Identity) context.Context {
	return context.WithValue(ctx, identityKey, who)
}

// Who returns the signed-in person, or nil.
func Who(ctx context.Context) *Identity {
	who, _ := ctx.Value(identityKey).(*Identity)
	return who
}

// Language returns the language to answer in.
func Language(ctx context.Context) language.Tag {
	if tag, ok := ctx.Value(languageKey).(language.Tag); ok {
		return tag
	}
	return language.Default
}

// ChosenLanguage returns the language that the address names ("?lang=el"), or "" if it names none.
// Links on the page carry it on, so that a choice needs no cookie.
func ChosenLanguage(ctx context.Context) language.Tag {
	tag, _ := ctx.Value(chosenKey).(language.Tag)
	return tag
}

// withLanguage decides the language: the address, then the person's profile, then the browser.
func withLanguage(r *http.Request) *http.Request {
	ctx := r.Context()
	chosen, ok := language.Parse(r.URL.Query().Get("lang"))
	if ok {
		ctx = context.WithValue(ctx, chosenKey, chosen)
	}
	profile := ""
	if who := Who(ctx); who != nil {
		profile = string(who.Language)
	}
	tag := language.Negotiate(string(chosen), profile, r.Header.Get("Accept-Language"))
	return r.WithContext(context.WithValue(ctx, languageKey, tag))
}
