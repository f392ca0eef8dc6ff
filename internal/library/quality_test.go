package library

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// labelled is a query whose answers somebody has graded: 3 for what was looked for, 1 for what is
// near it.
type labelled struct {
	Query    string         `json:"query"`
	Language string         `json:"language"`
	Grades   map[string]int `json:"grades"`
}

func readFile[T any](t *testing.T, name string) (v T) {
	t.Helper()
	text, err := os.ReadFile("testdata/quality/" + name)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// labelledIndex holds the labelled practices as they would be published.
func labelledIndex(t *testing.T) *search.Index {
	t.Helper()
	type labelledPractice struct {
		ID       string            `json:"id"`
		Language language.Tag      `json:"language"`
		Title    string            `json:"title"`
		Summary  string            `json:"summary"`
		Body     string            `json:"body"`
		Themes   []members.Topic   `json:"themes"`
		Targets  []practice.Target `json:"targets"`
	}
	var docs []search.Document
	for _, p := range readFile[[]labelledPractice](t, "practices.json") {
		docs = append(docs, practice.Publication{ID: p.ID, Version: 1, Content: practice.Content{
			Facts: practice.Facts{Themes: p.Themes, Targets: p.Targets}, Original: p.Language,
			Texts: map[language.Tag]practice.Text{p.Language: {Title: p.Title, Summary: p.Summary, HowItWorks: p.Body}},
		}}.Document())
	}
	index, err := search.NewIndex(docs...)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// ndcg is the normalised discounted cumulative gain of the first ten hits (Järvelin and Kekäläinen,
// 2002), with the grades as gains of 2^grade-1: 1 for the best order that there can be.
func ndcg(hits []search.Hit, grades map[string]int) float64 {
	gain := func(grade, place int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(place)+2) }
	var best []int
	for _, grade := range grades {
		best = append(best, grade)
	}
	slices.Sort(best)
	slices.Reverse(best)
	got, ideal := 0.0, 0.0
	for i, h := range hits[:min(len(hits), 10)] {
		got += gain(grades[h.ID], i)
	}
	for i, grade := range best[:min(len(best), 10)] {
		ideal += gain(grade, i)
	}
	return got / ideal
}

// floors are what the search must reach in each language and, under "", in all. They are a little
// below what was measured, so that a change that makes it worse is noticed.
var floors = map[string]float64{"": 0.77, "de": 0.80, "el": 0.79, "en": 0.74, "fr": 0.76}

func TestSearchFindsWhatPeopleLookFor(t *testing.T) {
	index := labelledIndex(t)
	sums, counts := map[string]float64{}, map[string]int{}
	for _, q := range readFile[[]labelled](t, "queries.json") {
		found, err := index.Search(search.Query{Language: q.Language, Words: q.Query, Size: 10, Thesaurus: practice.Thesaurus()})
		if err != nil {
			t.Fatal(err)
		}
		score := ndcg(found.Hits, q.Grades)
		for _, group := range []string{"", q.Language} {
			sums[group] += score
			counts[group]++
		}
	}
	if counts[""] < 60 {
		t.Errorf("only %d queries", counts[""])
	}
	for group, sum := range sums {
		mean := sum / float64(counts[group])
		t.Logf("nDCG@10 %q: %.3f of %d queries", group, mean, counts[group])
		if mean < floors[group] {
			t.Errorf("nDCG@10 %q is %.3f, below %.3f", group, mean, floors[group])
		}
	}
}
