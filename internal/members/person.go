package members

import (
	"errors"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Ref names a person: the organisation they represent and their own identifier.
type Ref struct {
	Organisation string `json:"organisation"`
	Person       string `json:"person"`
}

// String writes a reference as "ORGANISATION.PERSON".
func (r Ref) String() string { return r.Organisation + "." + r.Person }

// ErrRef is the error for a text that is no reference.
var ErrRef = errors.New("members: not a reference to a person")

// ParseRef reads what [Ref.String] writes.
func ParseRef(s string) (Ref, error) {
	org, person, ok := strings.Cut(s, ".")
	if !ok || org == "" || person == "" || strings.Contains(person, ".") {
		return Ref{}, ErrRef
	}
	return Ref{org, person}, nil
}

// Contact is what a person tells of themselves.
type Contact struct {
	Name     string       `json:"name"`
	Role     string       `json:"role"`
	Address  string       `json:"address"`
	Language language.Tag `json:"language"`
}

// Frequency is how often a person wants a kind of mail.
type Frequency string

// The frequencies of the newsletter: every issue, the monthly issue only, or none.
const (
	Every   Frequency = "every"
	Monthly Frequency = "monthly"
	Never   Frequency = "never"
)

// Frequencies are all frequencies in the order that forms show them.
var Frequencies = []Frequency{Every, Monthly, Never}

// Preferences say which mail a person wants besides what concerns their own membership.
type Preferences struct {
	Newsletter    Frequency `json:"newsletter"`
	Announcements bool      `json:"announcements"`
	// Practices wants the digest of new practices on the themes that the person follows.
	Practices bool `json:"practices"`
	// Funding wants the mail about calls for funding that fit the person's interests.
	Funding bool `json:"funding"`
}

// Person represents an organisation.
type Person struct {
	Ref
	Contact
	// NewAddress is one that the person wants instead and has not confirmed yet, or "".
	NewAddress  string      `json:"newAddress"`
	State       State       `json:"state"`
	Coordinator bool        `json:"coordinator"`
	Preferences Preferences `json:"preferences"`
	// Suppressed says why no bulk mail may go to the address ("bounce", "complaint"), or is "".
	Suppressed string    `json:"suppressed"`
	CreatedAt  time.Time `json:"createdAt"`
	// Told is the last state that the person was told of by mail; a difference from State means
	// that a mail is owed.
	Told State `json:"told"`
	// Decision is the last one taken on this person.
	Decision Decision `json:"decision"`
	// Version counts changes, so that two people who edit at once notice each other.
	Version int `json:"version"`
}

// Owed reports whether the person has not been told of their state yet.
func (p Person) Owed() bool { return p.Told != p.State }
