package library

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/municipalitiesnet/munet/internal/search"
)

// thesaurusFile holds the words by which people look for a theme or a target group, by facet, value
// and language. A word in any language finds the practices of its theme in every language, below
// those that have the word itself.
//
//go:embed thesaurus.json
var thesaurusFile []byte

var thesaurus = sync.OnceValue(func() *search.Thesaurus {
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
	return search.NewThesaurus(entries...)
})
