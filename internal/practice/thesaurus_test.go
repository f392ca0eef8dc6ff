package practice

import (
	"slices"
	"testing"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/thesaurus"
)

// Every entry can be found: it has words in every language of the thesaurus, they are not too long and
// not all stop words, and its value is one of the vocabularies'.
func TestTheThesaurusIsWhole(t *testing.T) {
	languages := map[string]bool{}
	for _, e := range thesaurus.Entries() {
		languages[e.Language] = true
	}
	if len(languages) < 9 {
		t.Errorf("the thesaurus speaks %d languages", len(languages))
	}
	has := map[[2]string]int{}
	for _, e := range thesaurus.Entries() {
		has[[2]string{e.Facet, e.Value}]++
		for _, words := range e.Words {
			if n := len(search.Terms(e.Language, words)); n == 0 || n > thesaurus.MaxPhrase {
				t.Errorf("%s: %q has %d words that count", e.Language, words, n)
			}
		}
		switch {
		case e.Facet == FacetTheme && slices.Contains(members.Topics, members.Topic(e.Value)):
		case e.Facet == FacetTarget && slices.Contains(Targets, Target(e.Value)):
		case e.Facet == FacetConcept:
		default:
			t.Errorf("%s %s is nothing that a practice has", e.Facet, e.Value)
		}
	}
	for entry, n := range has {
		if n != len(languages) {
			t.Errorf("%v is in %d of %d languages", entry, n, len(languages))
		}
	}
	for _, theme := range members.Topics {
		if has[[2]string{FacetTheme, string(theme)}] == 0 {
			t.Errorf("nothing leads to the theme %s", theme)
		}
	}
}

func TestConceptsAreFoundInTheWords(t *testing.T) {
	texts := []search.Text{
		{Language: "en", Text: "The midwives work with an interpreter."},
		{Language: "el", Text: "Οι διερμηνείς συνοδεύουν εγκύους στο νοσοκομείο."},
		{Language: "de", Text: "Eine Anlaufstelle für alle."},
	}
	if got, want := concepts(texts), []string{"interpreting", "maternity", "oneStop"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
