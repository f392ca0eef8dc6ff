package practice

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/search"
)

// FacetConcept is what a practice is about in more detail than its themes: interpreting, childcare,
// debts. Nobody chooses it, and no list shows it: it is found in the words, by the thesaurus, so that
// a search in one language finds practices in others.
const FacetConcept = "concept"

// thesaurusFile holds the words by which people look for a theme, a target group or a concept, by
// facet, value and language. They are words or phrases of at most three words that count (see
// [search.Terms]).
//
//go:embed thesaurus.json
var thesaurusFile []byte

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
	entriesMade   made[[]search.Entry]
	thesaurusMade made[*search.Thesaurus]
	conceptsMade  made[map[string][]string]
)

// Thesaurus finds practices across languages: a word for a theme, a target group or a concept finds
// what is about it in every language, below what has the word itself.
func Thesaurus() *search.Thesaurus {
	return thesaurusMade.by(func() *search.Thesaurus { return search.NewThesaurus(thesaurusEntries()...) })
}

// thesaurusEntries are what the file says.
func thesaurusEntries() []search.Entry { return entriesMade.by(readEntries) }

func readEntries() []search.Entry {
	var file map[string]map[string]map[string][]string
	if err := json.Unmarshal(thesaurusFile, &file); err != nil {
		slog.Error("the thesaurus cannot be read", "error", err)
	}
	var entries []search.Entry
	for facet, values := range file {
		for value, languages := range values {
			for tag, words := range languages {
				entries = append(entries, search.Entry{Facet: facet, Value: value, Language: tag, Words: words})
			}
		}
	}
	return entries
}

// maxPhrase is how many words that count a phrase of the thesaurus has at most.
const maxPhrase = 3

// conceptsByStems are the concepts that a language's stems stand for.
func conceptsByStems() map[string][]string { return conceptsMade.by(readConcepts) }

func readConcepts() map[string][]string {
	all := map[string][]string{}
	for _, e := range thesaurusEntries() {
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
			for n := 1; n <= min(maxPhrase, len(stems)-i); n++ {
				found = append(found, known[stemsKey(t.Language, stems[i:i+n])]...)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
