package interest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
)

// anyOf returns up to most of the values.
func anyOf[T any](chance *rand.Rand, most int, values ...T) []T {
	var some []T
	for range chance.IntN(most + 1) {
		some = append(some, values[chance.IntN(len(values))])
	}
	return some
}

// anyCriteria are what an officer could save, with words of the labelled calls among others.
func (set *labelledSet) anyCriteria(chance *rand.Rand) Criteria {
	var words []string
	for range chance.IntN(5) {
		one := &set.calls[chance.IntN(len(set.calls))]
		fields := strings.Fields(one.Title + " " + one.Summary)
		word := fields[chance.IntN(len(fields))]
		switch chance.IntN(4) {
		case 0:
			word = "-" + word
		case 1:
			at := chance.IntN(len(fields))
			word = `"` + strings.Join(fields[at:min(at+2, len(fields))], " ") + `"`
		}
		words = append(words, word)
	}
	c := Criteria{
		Words: strings.Join(words, " "), Language: []language.Tag{"en", "el", "de"}[chance.IntN(3)],
		Topics: anyOf(chance, 2, members.Topics...), Programmes: anyOf(chance, 1, call.Programmes...),
		Kinds: anyOf(chance, 2, members.Kinds...), Countries: anyOf(chance, 2, "GR", "CY", "IT", "SE", "AT"),
		Languages: anyOf(chance, 1, "en", "el"), Partners: chance.IntN(5) == 0,
	}
	if chance.IntN(3) == 0 {
		c.Least = chance.Int64N(1_000_000)
	}
	if chance.IntN(3) == 0 {
		c.Most = c.Least + chance.Int64N(1_000_000)
	}
	return c
}

// eligible says in the plainest way what the hard criteria let pass.
func eligible(c *Criteria, one *call.Content) bool {
	return (len(c.Programmes) == 0 || slices.Contains(c.Programmes, one.Programme)) &&
		(len(c.Languages) == 0 || slices.Contains(c.Languages, one.Language)) &&
		share(c.Kinds, one.Eligibility.Applicants) && share(c.Countries, one.Eligibility.Countries) &&
		(!c.Partners || one.PartnerSearch || one.Eligibility.Partners > 1) &&
		(c.Least == 0 || one.MostGrant.Amount == 0 || one.MostGrant.Amount >= c.Least) &&
		(c.Most == 0 || one.LeastGrant.Amount <= c.Most)
}

// share reports whether two lists have a value in common, or one of them says nothing.
func share[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}

// has reports whether a call has all stems of a text in one of its fields, in their order.
func has(one *call.Content, text string) bool {
	stems := search.Terms(one.Language, text)
	for _, field := range []string{one.Title, one.Summary, string(one.Text)} {
		terms := search.Terms(one.Language, field)
		for at := range terms {
			if len(stems) > 0 && at+len(stems) <= len(terms) && slices.Equal(terms[at:at+len(stems)], stems) {
				return true
			}
		}
	}
	return false
}

// What is found is always eligible and never excluded, has a reason for all that was asked, and comes
// in the same order each time, the best first.
func TestWhatMatches(t *testing.T) {
	set := readLabelled(t)
	calls := set.prepare()
	found := 0
	for seed := range uint64(2000) {
		c := set.anyCriteria(rand.New(rand.NewPCG(seed, 7)))
		matches := calls.Match(&c)
		if again := set.prepareSome(seed, calls).Match(&c); !reflect.DeepEqual(matches, again) {
			t.Fatalf("%+v: %v, and then %v", c, matches, again)
		}
		for i, m := range matches {
			one := &set.calls[m.Call].Content
			if !eligible(&c, one) {
				t.Fatalf("%+v: %s is not eligible", c, set.calls[m.Call].ID)
			}
			for _, not := range search.ParseWords(c.Words).Not {
				if has(one, not) {
					t.Fatalf("%+v: %s has %q", c, set.calls[m.Call].ID, not)
				}
			}
			if m.Score < 0 || m.Score > most || i > 0 && (matches[i-1].Score < m.Score || matches[i-1].Score == m.Score && matches[i-1].Call > m.Call) {
				t.Fatalf("%+v: a score of %d at %d of %v", c, m.Score, i, matches)
			}
			if asked := search.ParseWords(c.Words); len(m.Reasons) == 0 && len(c.Topics)+len(asked.Any)+len(asked.Phrases) > 0 {
				t.Fatalf("%+v: %s without a reason", c, set.calls[m.Call].ID)
			}
		}
		found += len(matches)
	}
	if found < 1000 {
		t.Errorf("only %d matches: nothing was tried", found)
	}
}

// prepareSome prepares the calls anew now and then: the order of maps must not show.
func (set *labelledSet) prepareSome(seed uint64, prepared *Calls) *Calls {
	if seed%100 == 0 {
		return set.prepare()
	}
	return prepared
}

// Further words and topics bring in only what was eligible before.
func TestAddingACriterion(t *testing.T) {
	set := readLabelled(t)
	calls := set.prepare()
	for seed := range uint64(1000) {
		chance := rand.New(rand.NewPCG(seed, 11))
		c := set.anyCriteria(chance)
		wider, other := c, set.anyCriteria(chance)
		c.Topics, c.Words = append(slices.Clone(c.Topics), other.Topics...), c.Words+" "+other.Words
		for _, id := range set.matched(calls, &c) {
			i := slices.IndexFunc(set.calls, func(one labelledCall) bool { return one.ID == id })
			if !eligible(&wider, &set.calls[i].Content) {
				t.Fatalf("%+v: %s is not eligible for %+v", c, id, wider)
			}
		}
	}
}

// An exclusion, a language or a partnership that is asked for as well only takes calls away.
func TestNarrowing(t *testing.T) {
	set := readLabelled(t)
	calls := set.prepare()
	for seed := range uint64(1000) {
		c := set.anyCriteria(rand.New(rand.NewPCG(seed, 13)))
		before := set.matched(calls, &c)
		for name, narrower := range map[string]func(*Criteria){
			"exclusion": func(c *Criteria) { c.Words += " -refugees" },
			"language": func(c *Criteria) {
				if len(c.Languages) == 0 {
					c.Languages = []string{"en"}
				}
			},
			"partners": func(c *Criteria) { c.Partners = true },
		} {
			narrow := c
			narrower(&narrow)
			for _, id := range set.matched(calls, &narrow) {
				if !slices.Contains(before, id) {
					t.Fatalf("%s brought in %s for %+v", name, id, c)
				}
			}
		}
	}
}
