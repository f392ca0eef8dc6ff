// Package maillink makes and reads the links in mails that act without signing in. Each is signed
// for one purpose and opens nothing else; none of them does anything when it is merely fetched.
package maillink

import (
	"errors"
	"net/url"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Purposes of links.
const (
	confirm     = "confirm"
	preferences = "preferences"
	unsubscribe = "unsubscribe"
	address     = "address"
	again       = "again"
)

// Kind is a kind of bulk mail that a link stops.
type Kind string

// The kinds of bulk mail.
const (
	Newsletter   Kind = "newsletter"
	Announcement Kind = "announcement"
	Practices    Kind = "practices"
	Funding      Kind = "funding"
)

// Links makes links to a site. Each opens its page in the language of the mail that it stands in, where
// the reader can choose another one.
type Links struct {
	// Site is the site's address without a slash at the end.
	Site   string
	Signer *token.Signer
}

func (l Links) link(path, signed string, in language.Tag) string {
	return l.Site + path + "?" + url.Values{"token": {signed}}.Encode() + "&lang=" + string(in)
}

// Confirm leads to an application that awaits its confirmation. It works for [members.LinkAge].
func (l Links) Confirm(application string, in language.Tag, now time.Time) string {
	return l.link("/confirm", l.Signer.Sign(confirm, now, application), in)
}

// Application returns the application that a token is about. With [token.ErrExpired] it returns it
// too, so that a new link can be sent to the same address.
func (l Links) Application(signed string, now time.Time) (string, error) {
	parts, err := l.Signer.Verify(confirm, signed, members.LinkAge, now)
	if len(parts) != 1 {
		return "", errors.Join(token.ErrForged, err)
	}
	return parts[0], err
}

// againAge is how long the page after registering can ask for the mail again.
const againAge = 24 * time.Hour

// Again is the token with which that page does so. It says that the address was registered.
func (l Links) Again(registered string, now time.Time) string {
	return l.Signer.Sign(again, now, registered)
}

// Registered returns the address that such a token is about.
func (l Links) Registered(signed string, now time.Time) (string, error) {
	parts, err := l.Signer.Verify(again, signed, againAge, now)
	if err != nil || len(parts) != 1 {
		return "", errors.Join(token.ErrForged, err)
	}
	return parts[0], nil
}

// Preferences leads to a person's choice of mail. It works for years, like the mail that it stands in.
func (l Links) Preferences(ref members.Ref, in language.Tag) string {
	return l.link("/preferences", l.Signer.Sign(preferences, time.Time{}, ref.String()), in)
}

// Reader returns the person whose preferences a token opens.
func (l Links) Reader(signed string) (members.Ref, error) {
	parts, err := l.Signer.Verify(preferences, signed, 0, time.Time{})
	if err != nil || len(parts) != 1 {
		return members.Ref{}, errors.Join(token.ErrForged, err)
	}
	return members.ParseRef(parts[0])
}

// Unsubscribe stops a kind of bulk mail; it is also the one-click address of RFC 8058.
func (l Links) Unsubscribe(ref members.Ref, kind Kind, in language.Tag) string {
	return l.link("/unsubscribe", l.Signer.Sign(unsubscribe, time.Time{}, ref.String(), string(kind)), in)
}

// UnsubscribeFrom is [Links.Unsubscribe] for the mail of a campaign: those who leave by it are counted.
func (l Links) UnsubscribeFrom(campaign string, ref members.Ref, kind Kind, in language.Tag) string {
	return l.link("/unsubscribe", l.Signer.Sign(unsubscribe, time.Time{}, ref.String(), string(kind), campaign), in)
}

// Subscription is what an unsubscribe link is about: whose mail of which kind it stops, and the
// campaign that it was mailed with, or "".
type Subscription struct {
	Reader   members.Ref
	Kind     Kind
	Campaign string
}

// Subscription reads the token of an unsubscribe link.
func (l Links) Subscription(signed string) (Subscription, error) {
	parts, err := l.Signer.Verify(unsubscribe, signed, 0, time.Time{})
	if err != nil || len(parts) < 2 || len(parts) > 3 {
		return Subscription{}, errors.Join(token.ErrForged, err)
	}
	ref, err := members.ParseRef(parts[0])
	s := Subscription{Reader: ref, Kind: Kind(parts[1])}
	if len(parts) == 3 {
		s.Campaign = parts[2]
	}
	return s, err
}

// Address confirms a person's new address. The link names it by a keyed hash only, so that nothing
// personal stands in it.
func (l Links) Address(ref members.Ref, wanted string, in language.Tag, now time.Time) string {
	return l.link("/address", l.Signer.Sign(address, now, ref.String(), l.Signer.KeyedHash(address, wanted)), in)
}

// NewAddress returns the person whose new address a token confirms, and reports for an address
// whether it is the one.
func (l Links) NewAddress(signed string, now time.Time) (members.Ref, func(string) bool, error) {
	parts, err := l.Signer.Verify(address, signed, members.LinkAge, now)
	if err != nil || len(parts) != 2 {
		return members.Ref{}, nil, errors.Join(token.ErrForged, err)
	}
	ref, err := members.ParseRef(parts[0])
	return ref, func(wanted string) bool { return l.Signer.KeyedHash(address, wanted) == parts[1] }, err
}
