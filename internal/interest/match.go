package interest

import (
	"cmp"
	"slices"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Match is a call that fits an interest.
type Match struct {
	// Call is its place among the calls that were matched.
	Call int
	// Score says how well it fits, up to 100.
	Score   int
	Reasons []Reason
}

// Reason is one thing that a call and an interest have in common.
type Reason struct {
	Kind ReasonKind `json:"kind"`
	// Value is the topic, the programme, the kind, the country, or the word as the call writes it.
	Value string `json:"value"`
	// Field is where in the call a word or phrase stands.
	Field call.Field `json:"field"`
}

// ReasonKind is what a reason is about.
type ReasonKind string

// The kinds of reasons, the strongest first.
const (
	ByTopic     ReasonKind = "topic"
	ByPhrase    ReasonKind = "phrase"
	ByWord      ReasonKind = "word"
	ByProgramme ReasonKind = "programme"
	ByKind      ReasonKind = "kind"
	ByCountry   ReasonKind = "country"
	ByBudget    ReasonKind = "budget"
	ByPartners  ReasonKind = "partners"
)

// What each reason adds to a score. The best of the words counts by its place, the others a little.
const (
	topicScore    = 45
	titleScore    = 45
	summaryScore  = 35
	textScore     = 15
	themeScore    = 20 // a theme that a word of the interest names, in a call without its words
	phraseBonus   = 10
	anotherWord   = 10 // for each further word of the interest that the call has
	anotherWords  = 20 // the most that further words add
	programmeFits = 10
	kindFits      = 5
	countryFits   = 5
	budgetFits    = 5
	most          = 100
)

// The scores from which a call fits an interest that names topics or words, or both of them.
//
// For the one, a topic is enough, or a word in the title or summary, a phrase, or two words. A word deep
// in the text is enough only in a call that says more: that it is of the programme, or two of these:
// for the kind of organisation, in the country, with grants of the size. For a theme that a word names,
// one of these is enough.
//
// An interest that names both wants both. A topic, or a word in the title, is enough in a call that
// says more as above; words without a topic are if one is high up and others are there as well.
//
// The weights were chosen on half of the labelled profiles, see TestQuality.
const (
	enough       = 25
	enoughOfBoth = 55
)

// Match returns the calls that fit, the best first, those that fit alike in the calls' order.
func (s *Calls) Match(c *Criteria) []Match {
	if len(s.calls) == 0 {
		return nil
	}
	fit := s.admitted(c)
	wanted := s.wanted(c.Words)
	for _, w := range wanted.not {
		fit.remove(s.having(w))
	}
	least := 0
	switch topics, words := len(c.Topics) > 0, len(wanted.any) > 0; {
	case topics && words:
		least = enoughOfBoth
	case topics || words:
		least = enough
	}
	if least > 0 {
		about := newSet(len(s.calls))
		for _, w := range wanted.any {
			about.add(s.having(w))
		}
		for _, t := range slices.Concat(c.Topics, wanted.themes) {
			about.add(s.topics[t])
		}
		fit.keep(about)
	}
	var found []Match
	for i := range fit.all() {
		if m := s.judge(i, c, wanted); m.Score >= least {
			found = append(found, m)
		}
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return found
}

// admitted are the calls that the hard criteria let pass. What a call does not say passes.
func (s *Calls) admitted(c *Criteria) set {
	fit := s.everything()
	narrow(fit, c.Programmes, s.programmes, nil)
	narrow(fit, c.Kinds, s.kinds, s.anyKind)
	narrow(fit, c.Countries, s.countries, s.anyCountry)
	narrow(fit, c.Languages, s.languages, nil)
	if c.Partners {
		fit.keep(s.partners)
	}
	if c.Least > 0 || c.Most > 0 {
		for i := range fit.all() {
			if !s.calls[i].affordable(c.Least, c.Most) {
				fit.drop(i)
			}
		}
	}
	return fit
}

// narrow keeps the calls that have one of the values, and the silent ones.
func narrow[T comparable](fit set, values []T, having map[T]set, silent set) {
	if len(values) == 0 {
		return
	}
	one := newSet(len(fit) * wordBits)
	one.add(silent)
	for _, v := range values {
		one.add(having[v])
	}
	fit.keep(one)
}

// judge scores a call that passed, with the reasons.
func (s *Calls) judge(i int, c *Criteria, wanted wantedWords) Match {
	m, has := Match{Call: i}, &s.calls[i]
	for _, t := range c.Topics {
		if s.topics[t].has(i) {
			m.Reasons = append(m.Reasons, Reason{Kind: ByTopic, Value: string(t)})
		}
	}
	if len(m.Reasons) > 0 {
		m.Score = topicScore
	}
	if !m.words(has, wanted.any) {
		m.themes(s, c, wanted.themes)
	}
	facts(&m, ByProgramme, c.Programmes, s.programmes, programmeFits)
	facts(&m, ByKind, c.Kinds, s.kinds, kindFits)
	facts(&m, ByCountry, c.Countries, s.countries, countryFits)
	if (c.Least > 0 || c.Most > 0) && has.grant != (bounds{}) {
		m.Score += budgetFits
		m.Reasons = append(m.Reasons, Reason{Kind: ByBudget})
	}
	if c.Partners {
		m.Reasons = append(m.Reasons, Reason{Kind: ByPartners})
	}
	m.Score = min(m.Score, most)
	return m
}

// words adds what the words and phrases that the call has are worth, and reports whether it has any:
// the best place in full, further words a little each.
func (m *Match) words(has *indexed, wanted []wantedWord) bool {
	best, others := 0, -anotherWord
	for _, w := range wanted {
		reason, score := has.find(w)
		if score == 0 || slices.Contains(m.Reasons, reason) { // two words may mean the same
			continue
		}
		m.Reasons = append(m.Reasons, reason)
		best, others = max(best, score), min(others+anotherWord, anotherWords)
	}
	m.Score += best + max(others, 0)
	return best > 0
}

// themes adds the themes that the words of an interest name, beside its topics.
func (m *Match) themes(s *Calls, c *Criteria, named []members.Topic) {
	found := false
	for _, t := range named {
		if s.topics[t].has(m.Call) && !slices.Contains(c.Topics, t) {
			found = true
			m.Reasons = append(m.Reasons, Reason{Kind: ByTopic, Value: string(t)})
		}
	}
	if found {
		m.Score += themeScore
	}
}

// facts adds the values that a call names among those that the interest names.
func facts[T ~string](m *Match, kind ReasonKind, values []T, having map[T]set, worth int) {
	found := false
	for _, v := range values {
		if having[v].has(m.Call) {
			found = true
			m.Reasons = append(m.Reasons, Reason{Kind: kind, Value: string(v)})
		}
	}
	if found {
		m.Score += worth
	}
}
