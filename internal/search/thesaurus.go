package search

import (
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// Entry says that words of a language stand for a value of a facet: "στέγαση" for the theme
// "housing".
type Entry struct {
	Facet, Value, Language string
	// Words are words or phrases of at most three words.
	Words []string
}

// Thesaurus finds across languages: whoever types a word for a theme also finds what has the theme
// but not the word, below what has the word. A nil Thesaurus knows nothing.
type Thesaurus struct {
	entries []Entry
	compile func() *compiled
}

type compiled struct {
	languages []string
	values    map[string][]facet // by language and stems
}

// maxNgram is how many words a phrase of a thesaurus may have.
const maxNgram = 3

// NewThesaurus returns a thesaurus. It stems the words when the first query comes.
func NewThesaurus(entries ...Entry) *Thesaurus {
	t := &Thesaurus{entries: entries}
	t.compile = sync.OnceValue(t.compiled)
	return t
}

func (t *Thesaurus) compiled() *compiled {
	c := &compiled{values: map[string][]facet{}}
	for _, e := range t.entries {
		language := base(e.Language)
		if !slices.Contains(c.languages, language) {
			c.languages = append(c.languages, language)
		}
		for _, words := range e.Words {
			k := key(language, strings.Join(Terms(language, words), " "))
			if f := (facet{e.Facet, e.Value}); !slices.Contains(c.values[k], f) {
				c.values[k] = append(c.values[k], f)
			}
		}
	}
	return c
}

// expand adds to each group the values that it stands for, by itself or together with the words
// around it.
func (t *Thesaurus) expand(groups []group) {
	if t == nil {
		return
	}
	c := t.compile()
	for _, language := range c.languages {
		stems := make([]string, len(groups))
		for i := range groups {
			stems[i] = stem.Word(language, groups[i].word)
		}
		for i := range groups {
			for n := 1; n <= min(maxNgram, len(groups)-i); n++ {
				for _, f := range c.values[key(language, strings.Join(stems[i:i+n], " "))] {
					for g := i; g < i+n; g++ {
						if !slices.Contains(groups[g].values, f) {
							groups[g].values = append(groups[g].values, f)
						}
					}
				}
			}
		}
	}
}
