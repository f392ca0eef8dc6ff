// Package members holds the network's membership: organisations, the people who represent them,
// applications that await their confirmation, consent, and what mail each person wants.
//
// Several domains read it: sign-in finds people, dissemination finds recipients, the desk decides.
// Only this package knows how the members table is laid out; docs/access-patterns.md shows it.
package members

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Kind is what an organisation is.
type Kind string

// Kinds are all kinds in the order that forms show them.
var Kinds = []Kind{"localAuthority", "region", "association", "ngo", "academic", "international", "other"}

// Population is a band of inhabitants of a local authority or region.
type Population string

// Populations are all bands, smallest first.
var Populations = []Population{"under5k", "5to20k", "20to50k", "50to100k", "100to500k", "over500k"}

// Topic is a field of work, after the themes of the SPRING project.
type Topic string

// Topics are all topics in the order that forms show them.
var Topics = []Topic{"rights", "employment", "education", "housing", "welfare", "health", "crime", "family", "identity", "attitudes", "participation"}

// Countries are the ISO 3166 codes of the countries whose organisations may join: the members of
// the Council of Europe, Belarus and Kosovo.
var Countries = strings.Fields(`AL AD AM AT AZ BE BA BG BY HR CY CZ DK EE FI FR GE DE GR HU IS IE IT XK LV LI LT LU MT MD MC ME NL MK NO PL PT RO SM RS SK SI ES SE CH TR UA GB`)

// Languages are the official languages of the European Union, in which members may work together.
var Languages = strings.Fields(`bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv`)

// Profile is what an organisation tells of itself.
type Profile struct {
	Kind       Kind       `json:"kind"`
	Name       string     `json:"name"`
	Country    string     `json:"country"`
	Place      string     `json:"place"`
	Population Population `json:"population"`
	Website    string     `json:"website"`
	Languages  []string   `json:"languages"`
	Topics     []Topic    `json:"topics"`
}

// Organisation is a local authority or partner in the network, or one that asked to join.
type Organisation struct {
	ID string `json:"id"`
	Profile
	State State `json:"state"`
	// CreatedAt is when its first representative confirmed.
	CreatedAt time.Time `json:"createdAt"`
	// Since is when it became a member.
	Since time.Time `json:"since"`
	// Decision is the last one that coordinators took.
	Decision Decision `json:"decision"`
	// Version counts changes, so that two people who edit at once notice each other.
	Version int `json:"version"`
}

// Decision says who decided, when, and what the mail about it said besides.
type Decision struct {
	Action Action    `json:"action"`
	By     string    `json:"by"` // the name of whoever decided
	At     time.Time `json:"at"`
	Note   string    `json:"note"`
}

// NewID returns an identifier of 80 random bits in 16 letters and digits.
func NewID() string { return rand.Text()[:16] }

// Fold makes names comparable: lower case, without accents, punctuation and doubled spaces, so
// that "Δήμος Αθηναίων" and "ΔΗΜΟΣ ΑΘΗΝΑΙΩΝ" are one name.
func Fold(s string) string {
	t := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	plain, _, err := transform.String(t, s)
	if err != nil {
		plain = s
	}
	words := strings.FieldsFunc(strings.ToLower(plain), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
	return strings.ReplaceAll(strings.Join(words, " "), "ς", "σ")
}
