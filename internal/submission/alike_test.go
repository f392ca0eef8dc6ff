package submission

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// labelled is a pair of practices of which a person said whether they are the same one.
type labelled struct {
	A, B struct {
		Language             language.Tag
		Title, Summary, Body string
	}
	Duplicate bool
}

func labelledPairs(t testing.TB) []labelled {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "library", "testdata", "duplicates.json"))
	if err != nil {
		t.Fatal(err)
	}
	var pairs []labelled
	if err := json.Unmarshal(data, &pairs); err != nil {
		t.Fatal(err)
	}
	return pairs
}

func contentOf(tag language.Tag, text practice.Text) practice.Content {
	return practice.Content{Original: tag, Texts: map[language.Tag]practice.Text{tag: text}}
}

// similarities are the scores of each pair, with all other texts of the set in the library as well:
// after the first step, when there are a title and a summary, and with the whole text.
func similarities(t testing.TB, pairs []labelled) (early, whole []float64) {
	t.Helper()
	var docs []search.Document
	ids := map[string]string{} // by title, summary and body
	for _, p := range pairs {
		key := string(p.B.Language) + p.B.Title + p.B.Summary + p.B.Body
		if ids[key] == "" {
			ids[key] = strconv.Itoa(len(docs))
			c := contentOf(p.B.Language, practice.Text{Title: p.B.Title, Summary: p.B.Summary, HowItWorks: p.B.Body})
			docs = append(docs, practice.Publication{ID: ids[key], Content: c}.Document())
		}
	}
	index, err := search.NewIndex(docs...)
	if err != nil {
		t.Fatal(err)
	}
	score := func(id string, c practice.Content) float64 {
		for _, hit := range index.Similar(documentOf("", c), len(docs)) {
			if hit.ID == id {
				return hit.Score
			}
		}
		return 0
	}
	for _, p := range pairs {
		id := ids[string(p.B.Language)+p.B.Title+p.B.Summary+p.B.Body]
		early = append(early, score(id, contentOf(p.A.Language, practice.Text{Title: p.A.Title, Summary: p.A.Summary})))
		whole = append(whole, score(id, contentOf(p.A.Language, practice.Text{Title: p.A.Title, Summary: p.A.Summary, HowItWorks: p.A.Body})))
	}
	return early, whole
}

// quality returns precision and recall of calling a pair alike from a score on.
func quality(pairs []labelled, scores []float64, from float64) (precision, recall float64) {
	var found, right, all float64
	for i, p := range pairs {
		if p.Duplicate {
			all++
		}
		if scores[i] >= from {
			found++
			if p.Duplicate {
				right++
			}
		}
	}
	return right / max(found, 1), right / all
}

// TestAlike measures how well near-duplicates are told from neighbours, on labelled pairs, and prints
// it for several thresholds; docs/performance.md quotes it.
func TestAlike(t *testing.T) {
	t.Parallel()
	pairs := labelledPairs(t)
	early, whole := similarities(t, pairs)
	for _, from := range []float64{0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5} {
		p1, r1 := quality(pairs, early, from)
		p2, r2 := quality(pairs, whole, from)
		t.Logf("from %.2f: title and summary: precision %.2f, recall %.2f; whole text: precision %.2f, recall %.2f", from, p1, r1, p2, r2)
	}
	if p, r := quality(pairs, early, alikeFrom); p < 0.9 || r < 0.75 {
		t.Errorf("after the first step: precision %.2f, recall %.2f; want 0.90 and 0.75", p, r)
	}
	if p, r := quality(pairs, whole, alikeFrom); p < 0.9 || r < 0.97 {
		t.Errorf("before handing in: precision %.2f, recall %.2f; want 0.90 and 0.97", p, r)
	}
}
