package mydata

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Nobody stands where the name of somebody was who is forgotten. A record that has to stay keeps it in
// every language.
const Nobody = "(erased)"

// tombstone begins a reference that leads to nobody. Each is another one, so that no two of them can be
// told to have been the same person, and keys made of them never meet.
const tombstone = "ERASED."

func newTombstone() string { return tombstone + rand.Text()[:16] }

// Subject is whom a request is about, by all that they are known by. What a pass over the tables finds
// out besides, such as a name that they had before, is added.
type Subject struct {
	Refs      []string `json:"refs"` // "ORGANISATION.PERSON"
	Names     []string `json:"names"`
	Addresses []string `json:"addresses"`
	// Comments are what the person wrote in reviews. Decisions quote them without saying whose they are.
	Comments []string `json:"comments"`
	// Hash is the keyed hash under which an address may be suppressed.
	Hash string `json:"hash"`

	patterns []pattern // made when they are first asked for
}

// pattern finds one thing that the person is known by, within a text.
type pattern struct {
	*regexp.Regexp
	address bool
}

// all returns what finds references, applications and addresses in texts. A longer address that ends or
// begins alike is another person's.
func (s *Subject) all() []pattern {
	if s.patterns != nil {
		return s.patterns
	}
	for _, key := range s.tokens() {
		s.patterns = append(s.patterns, pattern{regexp.MustCompile(regexp.QuoteMeta(key)), false})
	}
	for _, address := range s.Addresses {
		s.patterns = append(s.patterns, pattern{
			regexp.MustCompile(`(?i)(^|[^\pL\pN._%+-])` + regexp.QuoteMeta(address) + `($|[^\pL\pN.-]|\.(?:$|[^\pL\pN]))`), true,
		})
	}
	return s.patterns
}

// tokens are the identifiers that stand for the person: references, their second halves, which anchors of
// addresses have, and the applications of the addresses.
func (s *Subject) tokens() []string {
	tokens := slices.Clone(s.Refs)
	for _, ref := range s.Refs {
		_, person, _ := strings.Cut(ref, ".")
		tokens = append(tokens, person)
	}
	for _, address := range s.Addresses {
		tokens = append(tokens, members.ApplicationID(address))
	}
	return tokens
}

// in reports whether a text names the person by a reference or, unless only references count, an address.
func (s *Subject) in(text string, addresses bool) bool {
	return slices.ContainsFunc(s.all(), func(p pattern) bool { return (addresses || !p.address) && p.MatchString(text) })
}

// has reports whether an address is the person's.
func (s *Subject) has(address string) bool {
	return slices.ContainsFunc(s.Addresses, func(a string) bool { return mail.Key(a) == mail.Key(address) })
}

// without returns a text in which the person is not named any more.
func (s *Subject) without(text string, addresses bool) string {
	for _, p := range s.all() {
		switch {
		case p.address && addresses:
			text = p.ReplaceAllString(text, "${1}"+Nobody+"${2}")
		case !p.address && p.MatchString(text):
			text = p.ReplaceAllString(text, newTombstone())
		}
	}
	return text
}

// withoutName returns typed words in which the person's full name does not occur any more. A name of
// one word is not looked for: it may be a word of any sentence.
func (s *Subject) withoutName(text string) string {
	for _, name := range s.Names {
		if strings.Contains(name, " ") {
			text = strings.ReplaceAll(text, name, Nobody)
		}
	}
	return text
}

// learn adds what was found out and reports whether it is news.
func (s *Subject) learn(refs, names, addresses, comments []string) bool {
	before := len(s.Refs) + len(s.Names) + len(s.Addresses) + len(s.Comments)
	add := func(to *[]string, found []string) {
		for _, one := range found {
			if one != "" && !slices.Contains(*to, one) {
				*to = append(*to, one)
			}
		}
	}
	add(&s.Refs, found(refs, tombstone))
	add(&s.Names, slices.DeleteFunc(names, func(n string) bool { return n == Nobody || n == theNetwork }))
	add(&s.Addresses, addresses)
	add(&s.Comments, comments)
	if before == len(s.Refs)+len(s.Names)+len(s.Addresses)+len(s.Comments) {
		return false
	}
	s.patterns = nil
	return true
}

// theNetwork is the name under which the network itself acts, and that of a first coordinator who has
// given none.
const theNetwork = "MuNet"

// found leaves out texts that begin with a prefix.
func found(texts []string, without string) []string {
	return slices.DeleteFunc(texts, func(t string) bool { return strings.HasPrefix(t, without) })
}
