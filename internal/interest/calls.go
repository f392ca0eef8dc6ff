package interest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
)

// maxAnalysed bounds how many texts of words are remembered with their stems.
const maxAnalysed = 20_000

// Calls are calls prepared for matching with many interests. Preparing costs time in proportion to
// their text; matching with one interest costs a few operations for each 64 calls. It is for one
// goroutine.
type Calls struct {
	calls      []indexed
	programmes map[string]set
	topics     map[members.Topic]set
	kinds      map[members.Kind]set
	countries  map[string]set
	languages  map[string]set
	partners   set
	// anyKind and anyCountry do not say who may apply.
	anyKind, anyCountry set
	stems               map[string]set
	analysed            map[string]wantedWords
}

// indexed is what matching asks of one call besides the sets.
type indexed struct {
	fields []indexedField
	grant  bounds
}

type indexedField struct {
	name  call.Field
	worth int
	stems []string
	// words are the text's own words, as many as the stems.
	words []string
	// first is where each stem stands first.
	first map[string]int32
}

type bounds struct{ least, most int64 }

// Prepare makes calls ready for matching.
func Prepare(calls []*call.Content) *Calls {
	n := len(calls)
	s := &Calls{
		calls: make([]indexed, n), programmes: map[string]set{}, topics: map[members.Topic]set{},
		kinds: map[members.Kind]set{}, countries: map[string]set{}, languages: map[string]set{},
		partners: newSet(n), anyKind: newSet(n), anyCountry: newSet(n),
		stems: map[string]set{}, analysed: map[string]wantedWords{},
	}
	for i, c := range calls {
		s.index(i, c)
	}
	return s
}

func (s *Calls) index(i int, c *call.Content) {
	n := len(s.calls)
	put(s.programmes, c.Programme, i, n)
	put(s.languages, c.Language, i, n)
	for _, t := range c.Topics {
		put(s.topics, t, i, n)
	}
	for _, k := range c.Eligibility.Applicants {
		put(s.kinds, k, i, n)
	}
	for _, country := range c.Eligibility.Countries {
		put(s.countries, country, i, n)
	}
	if len(c.Eligibility.Applicants) == 0 {
		s.anyKind.put(i)
	}
	if len(c.Eligibility.Countries) == 0 {
		s.anyCountry.put(i)
	}
	if c.Eligibility.Partners > 1 || c.PartnerSearch {
		s.partners.put(i)
	}
	it := indexed{grant: bounds{euro(c.LeastGrant), euro(c.MostGrant)}}
	for _, f := range []struct {
		name  call.Field
		worth int
		text  string
	}{
		{call.FieldTitle, titleScore, c.Title},
		{call.FieldSummary, summaryScore, c.Summary},
		{call.FieldText, textScore, string(c.Text)},
	} {
		field := indexedField{name: f.name, worth: f.worth, first: map[string]int32{}}
		field.stems, field.words = analyse(c.Language, f.text)
		for at, stem := range field.stems {
			if _, ok := field.first[stem]; !ok {
				field.first[stem] = int32(at)
				put(s.stems, stem, i, n)
			}
		}
		it.fields = append(it.fields, field)
	}
	s.calls[i] = it
}

// analyse returns the stems of a text and for each the word that it comes from.
func analyse(lang, text string) (stems, words []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	}) {
		for _, stem := range search.Terms(lang, word) {
			stems, words = append(stems, stem), append(words, word)
		}
	}
	return stems, words
}

// euro is the amount if it is in euro; others cannot be compared, and count as not said.
func euro(m call.Money) int64 {
	if m.Currency == "EUR" {
		return m.Amount
	}
	return 0
}

// affordable reports whether one grant may lie between the bounds, as far as the call says it.
func (c *indexed) affordable(least, most int64) bool {
	return (least == 0 || c.grant.most == 0 || c.grant.most >= least) &&
		(most == 0 || c.grant.least == 0 || c.grant.least <= most)
}

// having are the calls that have all stems of the word in one of its forms; a phrase in one field
// and in their order.
func (s *Calls) having(w wantedWord) set {
	found := newSet(len(s.calls))
	for _, form := range w.forms {
		all := s.everything()
		for _, stem := range form {
			all.keep(s.stems[stem])
		}
		found.add(all)
	}
	if w.phrase {
		for i := range found.all() {
			if _, score := s.calls[i].find(w); score == 0 {
				found.drop(i)
			}
		}
	}
	return found
}

// find returns the best place of a word or phrase in the call, and what it is worth.
func (c *indexed) find(w wantedWord) (Reason, int) {
	for i := range c.fields {
		f := &c.fields[i]
		for _, form := range w.forms {
			at := f.place(form)
			if at < 0 {
				continue
			}
			if len(form) == 1 {
				return Reason{Kind: ByWord, Value: f.words[at], Field: f.name}, f.worth
			}
			return Reason{Kind: ByPhrase, Value: strings.Join(slices.Compact(f.words[at:at+len(form)]), " "), Field: f.name}, f.worth + phraseBonus
		}
	}
	return Reason{}, 0
}

// place is where form occurs first, or -1.
func (f *indexedField) place(form []string) int {
	first, ok := f.first[form[0]]
	if !ok {
		return -1
	}
	for at := int(first); at+len(form) <= len(f.stems); at++ {
		if slices.Equal(f.stems[at:at+len(form)], form) {
			return at
		}
	}
	return -1
}
