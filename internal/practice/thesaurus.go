package practice

import (
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/thesaurus"
)

// FacetConcept is what a practice is about in more detail than its themes: interpreting, childcare,
// debts. Nobody chooses it, and no list shows it: it is found in the words, by the thesaurus, so that
// a search in one language finds practices in others.
const FacetConcept = thesaurus.Concept

// made is a value that is made when it is first asked for. Unlike the functions of [sync.OnceValue] it
// lets the linker leave out the file, and the stems, where nobody asks.
type made[T any] struct {
	once  sync.Once
	value T
}

func (m *made[T]) by(build func() T) T {
	m.once.Do(func() { m.value = build() })
	return m.value
}

var (
	thesaurusMade made[*search.Thesaurus]
	conceptsMade  made[map[string][]string]
)

// Thesaurus finds practices across languages: a word for a theme, a target group or a concept finds
// what is about it in every language, below what has the word itself.
func Thesaurus() *search.Thesaurus {
	return thesaurusMade.by(func() *search.Thesaurus { return search.NewThesaurus(thesaurus.Entries()...) })
}

// conceptsByStems are the concepts that a language's stems stand for.
func conceptsByStems() map[string][]string { return conceptsMade.by(readConcepts) }

func readConcepts() map[string][]string {
	all := map[string][]string{}
	for _, e := range thesaurus.Entries() {
		if e.Facet != FacetConcept {
			continue
		}
		for _, words := range e.Words {
			stems := stemsKey(e.Language, search.Terms(e.Language, words))
			if !slices.Contains(all[stems], e.Value) {
				all[stems] = append(all[stems], e.Value)
			}
		}
	}
	return all
}

func stemsKey(language string, stems []string) string {
	return language + " " + strings.Join(stems, " ")
}

// concepts are what the texts are about, sorted.
func concepts(texts []search.Text) []string {
	known := conceptsByStems()
	var found []string
	for _, t := range texts {
		stems := search.Terms(t.Language, t.Text)
		for i := range stems {
			for n := 1; n <= min(thesaurus.MaxPhrase, len(stems)-i); n++ {
				found = append(found, known[stemsKey(t.Language, stems[i:i+n])]...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
