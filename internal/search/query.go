package search

import (
	"errors"
	"slices"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// Query asks for documents.
type Query struct {
	// Language is the reader's. Words may be of any language that documents are in.
	Language string
	// Words is what was typed, as [ParseWords] reads it. A document is found when it has at least a
	// third of the words (the more, the higher), all of the phrases and nothing that is not wanted.
	// Without words all are found.
	Words string
	// Filters are the chosen values of facets: any of a facet's, and of all facets.
	Filters map[string][]string
	// Ranges bound numbers. A document without the number is not found.
	Ranges map[string]Range
	// Counts are the facets to count.
	Counts []string
	Sort   Sort
	// Size is how many hits a page has; 0 is 25.
	Size int
	// Cursor is the Next of the page before, for the same query.
	Cursor string
	// Thesaurus adds what has a theme that the words stand for; it may be nil.
	Thesaurus *Thesaurus
}

// Range is a range of numbers with both its ends.
type Range struct{ Min, Max int64 }

// Sort is an order of documents. Equal ones are ordered by their ids.
type Sort struct {
	// By is [Relevance], [ByTitle] or the name of a number; documents without the number come last.
	By string
	// Descending turns a title's or a number's order around.
	Descending bool
}

// What documents are sorted by, beside their numbers.
const (
	Relevance = ""      // the best first; without words as ByTitle
	ByTitle   = "title" // folded, so that accents and capitals do not matter
)

// Result is a page of hits.
type Result struct {
	// Total is how many documents there are on all pages.
	Total int
	Hits  []Hit
	// Counts tells for each facet that was asked for how many hits each value has, the most frequent
	// first. A facet's own filter does not count for it: the numbers are what choosing a value as well
	// would add.
	Counts map[string][]Count
	// Next is the cursor of the next page, "" after the last.
	Next string
}

// Count is how many documents have a value.
type Count struct {
	Value string
	N     int
}

// ErrCursor is the error for a cursor that this query did not make.
var ErrCursor = errors.New("search: not a cursor of this query")

const defaultSize = 25

// group is one word of a query with all that it may stand for.
type group struct {
	word    string
	terms   []string // dictionary keys, in every language
	values  []facet  // themes
	common  bool     // a stop word somewhere, so that missing it means nothing
	phrased bool     // from a phrase: no guessing
}

// groups returns the words of a query that documents are scored by.
func (x *Index) groups(q *Query, w Words) []group {
	language := base(q.Language)
	var groups []group
	collect := func(text string, phrased bool, keepCommon bool) {
		eachWord(text, func(word string) bool {
			folded := stem.Fold(word)
			if folded == "" || !keepCommon && stem.Stop(language, folded) {
				return true
			}
			g := group{word: word, phrased: phrased}
			for _, l := range x.queryLanguages(language) {
				if stem.Stop(l, folded) {
					g.common = true
					continue
				}
				g.terms = append(g.terms, key(l, stem.Word(l, word)))
			}
			groups = append(groups, g)
			return len(groups) < maxGroups
		})
	}
	for _, keepCommon := range []bool{false, true} {
		for _, part := range w.Any {
			collect(part, false, keepCommon)
		}
		for _, phrase := range w.Phrases {
			collect(phrase, true, keepCommon)
		}
		if len(groups) > 0 {
			break
		}
	}
	groups = slices.CompactFunc(groups[:min(len(groups), maxGroups)], func(a, b group) bool { return a.word == b.word })
	q.Thesaurus.expand(groups)
	return groups
}

// queryLanguages returns the languages that a word is stemmed in: the reader's first.
func (x *Index) queryLanguages(reader string) []string {
	languages := []string{reader}
	for _, l := range x.languages {
		if l != reader {
			languages = append(languages, l)
		}
	}
	return languages
}
