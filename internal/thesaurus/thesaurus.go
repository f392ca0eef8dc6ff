// Package thesaurus holds the words by which people look for a theme, a target group or a concept, in
// nine languages, so that what is typed in one finds what is written in another.
//
// The library's search and the matching of calls use it. Nothing is read until somebody asks.
package thesaurus

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/municipalitiesnet/munet/internal/search"
)

// The facets of the entries.
const (
	Theme   = "theme"   // the value is one of members.Topics
	Target  = "target"  // whom a practice is for
	Concept = "concept" // what something is about in more detail than its themes: interpreting, childcare, debts
)

// file holds the words by facet, value and language. They are words or phrases of at most three words
// that count (see [search.Terms]).
//
//go:embed thesaurus.json
var file []byte

// MaxPhrase is how many words that count a phrase of the thesaurus has at most.
const MaxPhrase = 3

// The entries are made when they are first asked for. Unlike the functions of [sync.OnceValue] this
// lets the linker leave out the file where nobody asks.
var (
	once    sync.Once
	entries []search.Entry
)

// Entries are what the thesaurus says, in no order. They must not be changed.
func Entries() []search.Entry {
	once.Do(read)
	return entries
}

func read() {
	var values map[string]map[string]map[string][]string
	if err := json.Unmarshal(file, &values); err != nil {
		slog.Error("the thesaurus cannot be read", "error", err)
	}
	for facet, values := range values {
		for value, languages := range values {
			for tag, words := range languages {
				entries = append(entries, search.Entry{Facet: facet, Value: value, Language: tag, Words: words})
			}
		}
	}
}
