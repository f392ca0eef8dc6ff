package interest

import (
	"cmp"
	"slices"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/search"
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

// What each reason adds to a score. A call that shares neither a topic nor a word with an interest
// that names some does not fit, whatever else it has; a single word deep in the text is not enough
// either. Measured on the labelled set, see TestQuality.
const (
	topicScore    = 45
	titleScore    = 45
	summaryScore  = 35
	textScore     = 15
	phraseBonus   = 10
	anotherWord   = 10 // for each further word of the interest that the call has
	anotherWords  = 20 // the most that further words add
	programmeFits = 10
	kindFits      = 10
	countryFits   = 5
	budgetFits    = 5
	enough        = 25
	most          = 100
)

// Match returns the calls that fit, the best first, those that fit alike in the calls' order.
func (s *Calls) Match(c *Criteria) []Match {
	fit := s.admitted(c)
	wanted := s.wanted(c.Words)
	for _, w := range wanted.not {
		fit.remove(s.having(w))
	}
	topical := newSet(len(s.calls))
	for _, t := range c.Topics {
		topical.add(s.topics[t])
	}
	named := len(c.Topics) > 0 || len(wanted.any) > 0
	if named {
		worded := newSet(len(s.calls))
		for _, w := range wanted.any {
			worded.add(s.having(w))
		}
		worded.add(topical)
		fit.keep(worded)
	}
	var found []Match
	for i := range fit.all() {
		m := s.judge(i, c, wanted.any)
		if !named || m.Score >= enough {
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
func (s *Calls) judge(i int, c *Criteria, wanted []wantedWord) Match {
	m, has := Match{Call: i}, &s.calls[i]
	for _, t := range c.Topics {
		if s.topics[t].has(i) {
			m.Reasons = append(m.Reasons, Reason{Kind: ByTopic, Value: string(t)})
		}
	}
	if len(m.Reasons) > 0 {
		m.Score = topicScore
	}
	m.words(has, wanted)
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

// words adds what the words and phrases that the call has are worth: the best place in full, further
// words a little each.
func (m *Match) words(has *indexed, wanted []wantedWord) {
	best, others := 0, -anotherWord
	for _, w := range wanted {
		reason, score := has.find(w)
		if score == 0 {
			continue
		}
		m.Reasons = append(m.Reasons, reason)
		best, others = max(best, score), min(others+anotherWord, anotherWords)
	}
	m.Score += best + max(others, 0)
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

// wantedWords are the words of an interest, analysed.
type wantedWords struct{ any, not []wantedWord }

// wantedWord is a word or a phrase: the stems in each language that calls have, and perhaps the same
// in several.
type wantedWord struct {
	forms  [][]string
	phrase bool
}

// wanted analyses words in every language that the calls have, once for each text.
func (s *Calls) wanted(words string) wantedWords {
	if words == "" {
		return wantedWords{}
	}
	if w, ok := s.analysed[words]; ok {
		return w
	}
	parsed := search.ParseWords(words)
	var w wantedWords
	for _, word := range parsed.Any {
		w.any = s.appendWord(w.any, word, false)
	}
	for _, phrase := range parsed.Phrases {
		w.any = s.appendWord(w.any, phrase, true)
	}
	for _, not := range parsed.Not {
		w.not = s.appendWord(w.not, not, true)
	}
	if len(s.analysed) < maxAnalysed {
		s.analysed[words] = w
	}
	return w
}

func (s *Calls) appendWord(to []wantedWord, word string, phrase bool) []wantedWord {
	w := wantedWord{phrase: phrase}
	for lang := range s.languages {
		stems := search.Terms(lang, word)
		if len(stems) > 0 && !slices.ContainsFunc(w.forms, func(f []string) bool { return slices.Equal(f, stems) }) {
			w.forms = append(w.forms, stems)
		}
	}
	if len(w.forms) == 0 {
		return to
	}
	slices.SortFunc(w.forms, slices.Compare)
	return append(to, w)
}
