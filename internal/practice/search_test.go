package practice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
)

func publication() Publication {
	c := content("Keys to homes")
	c.Texts["el"] = Text{Title: "Κλειδιά για σπίτια", Summary: "Κλειδιά για άδεια διαμερίσματα."}
	return Publication{
		ID: "KEYS", OrganisationName: "Δήμος Στροβόλου", Version: 1, Content: c,
		PublishedAt: time.Date(2026, 11, 21, 12, 0, 0, 5, time.UTC), UpdatedAt: time.Date(2026, 11, 21, 12, 0, 0, 5, time.UTC),
	}
}

func TestDocumentIsFoundInEachLanguage(t *testing.T) {
	index, err := search.NewIndex(publication().Document())
	if err != nil {
		t.Fatal(err)
	}
	for query, q := range map[string]search.Query{
		"English, inflected": {Language: "en", Words: "home"}, "Greek, inflected": {Language: "el", Words: "διαμέρισμα"},
		"the section": {Language: "en", Words: "rent"}, "the owner": {Language: "el", Words: "Στροβόλου"},
		"a year between": {Filters: map[string][]string{FacetPeriod: {"2025"}}},
	} {
		if got, err := index.Search(q); err != nil || got.Total != 1 {
			t.Errorf("%s: %d found, %v", query, got.Total, err)
		}
	}
	if got, err := index.Search(search.Query{Filters: map[string][]string{FacetPeriod: {"2023"}}}); err != nil || got.Total != 0 {
		t.Errorf("a year before: %d found, %v", got.Total, err)
	}
}

func TestHit(t *testing.T) {
	h, err := ReadHit(publication().Document().Show)
	if err != nil {
		t.Fatal(err)
	}
	if words, tag := h.In("de", "el"); tag != "el" || words.Title != "Κλειδιά για σπίτια" {
		t.Errorf("%s: %+v", tag, words)
	}
	if words, tag := h.In("de"); tag != "en" || words.Summary != "Keys to empty flats." {
		t.Errorf("%s: %+v", tag, words)
	}
}

// However long its texts are, a practice is shown by the title in its own language.
func TestHitFitsIntoTheIndex(t *testing.T) {
	p := publication()
	p.OrganisationName = strings.Repeat("<", 200)
	for _, l := range members.Languages {
		p.Texts[language.Tag(l)] = Text{Title: long(MaxTitle), Summary: strings.Repeat("<", MaxSummary)}
	}
	d := p.Document()
	h, err := ReadHit(d.Show)
	if words, tag := h.In("xx"); err != nil || tag != "en" || words.Title != long(MaxTitle) || len(d.Show) > search.MaxShow {
		t.Errorf("%d bytes, %s: %q, %v", len(d.Show), tag, words.Title, err)
	}
	if len(d.Facets[FacetLanguage]) != len(members.Languages) {
		t.Errorf("languages: %v", d.Facets[FacetLanguage])
	}
}

func TestYears(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		begin, end string
		want       []string
	}{
		{"2024-03", "", []string{"2024", "2025", "2026"}}, {"2024-03", "2025-01", []string{"2024", "2025"}},
		{"2026-01", "2030-12", []string{"2026"}}, {"2027-01", "", nil}, {"", "2025-01", nil},
	} {
		if got := (Facts{Begin: c.begin, End: c.end}).years(now); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.begin, c.end, got, c.want)
		}
	}
}
