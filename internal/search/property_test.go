package search

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawDocument draws a small document out of few words, so that documents share them.
func drawDocument(t *rapid.T, id string, version int64) Document {
	language := rapid.SampledFrom([]string{"en", "el", "de"}).Draw(t, "language")
	words := map[string][]string{
		"en": {"housing", "houses", "refugee", "refugees", "the", "network", "languages"},
		"el": {"στέγαση", "στεγάσεις", "πρόσφυγας", "προσφύγων", "και", "δίκτυο", "γλώσσα"},
		"de": {"Wohnung", "Wohnungen", "Flüchtling", "Flüchtlinge", "und", "Netzwerk", "Sprache"},
	}[language]
	text := func(most int) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, most).Draw(t, "words"), " ")
	}
	d := Document{
		ID: id, Version: version, Language: language, Show: []byte(fmt.Sprint(id, version)),
		Texts: []Text{
			{Field: Title, Text: text(3)}, {Field: Keywords, Text: text(2)}, {Field: Body, Text: text(12)},
			{Field: Title, Language: "en", Text: rapid.SampledFrom([]string{"", "network"}).Draw(t, "translated")},
		},
		Facets: map[string][]string{
			"theme":   rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3).Draw(t, "themes"),
			"country": {rapid.SampledFrom([]string{"GR", "DE"}).Draw(t, "country")},
		},
		Numbers: map[string]int64{"published": int64(rapid.IntRange(0, 5).Draw(t, "published"))},
	}
	if rapid.Bool().Draw(t, "deadline") {
		d.Numbers["deadline"] = int64(rapid.IntRange(-3, 3).Draw(t, "when"))
	}
	return d
}

func drawDocuments(t *rapid.T, most int) []Document {
	var docs []Document
	for i := range rapid.IntRange(0, most).Draw(t, "documents") {
		docs = append(docs, drawDocument(t, fmt.Sprintf("d%02d", i), 1))
	}
	return docs
}

func drawQuery(t *rapid.T) Query {
	q := Query{
		Language: rapid.SampledFrom([]string{"en", "el", "de", ""}).Draw(t, "reader"),
		Words: rapid.SampledFrom([]string{
			"", "house", "refugees housing", "προσφύγων", "Wohnungen network", `"refugees housing"`,
			"-housing", `network -"γλώσσα δίκτυο"`, "the and", "hous", "netvork",
		}).Draw(t, "query"),
		Sort: Sort{
			By:         rapid.SampledFrom([]string{Relevance, ByTitle, "published", "deadline", "unknown"}).Draw(t, "sort"),
			Descending: rapid.Bool().Draw(t, "descending"),
		},
		Size:   rapid.IntRange(1, 5).Draw(t, "size"),
		Counts: []string{"theme", "country", "none"},
	}
	q.Filters = map[string][]string{}
	for name, values := range map[string][]string{"theme": {"a", "b", "x"}, "country": {"GR", "FR"}} {
		if chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 2, rapid.ID).Draw(t, name); len(chosen) > 0 {
			q.Filters[name] = chosen
		}
	}
	if rapid.Bool().Draw(t, "bounded") {
		q.Ranges = map[string]Range{"deadline": {-1, 2}}
	}
	return q
}

// all pages through a result.
func all(t *rapid.T, x *Index, q Query) []Hit {
	var hits []Hit
	for page := 0; ; page++ {
		r, err := x.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hits) > q.Size || (r.Next != "" && len(r.Hits) < q.Size) || page > 100 {
			t.Fatalf("page %d has %d hits of %d, next %q", page, len(r.Hits), q.Size, r.Next)
		}
		hits = append(hits, r.Hits...)
		if r.Next == "" {
			return hits
		}
		q.Cursor = r.Next
	}
}

func TestPagesAreTheWholeResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, err := NewIndex(drawDocuments(t, 20)...)
		if err != nil {
			t.Fatal(err)
		}
		q := drawQuery(t)
		pages := all(t, x, q)
		q.Size = 1000
		whole, err := x.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		if whole.Total != len(pages) || !slices.EqualFunc(whole.Hits, pages, func(a, b Hit) bool { return a.ID == b.ID }) {
			t.Fatalf("%d in all; pages %v, whole %v", whole.Total, pages, whole.Hits)
		}
	})
}

// What is there on the first page keeps its place although documents come in: nothing is shown twice,
// and nothing that was there is missed.
func TestPagesWhileDocumentsAreAdded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := drawDocuments(t, 20)
		q := drawQuery(t)
		var shown []string
		before, err := NewIndex(docs...)
		if err != nil {
			t.Fatal(err)
		}
		expected := map[string]bool{}
		for _, h := range all(t, before, q) {
			expected[h.ID] = true
		}
		for added := 0; ; added++ {
			x, err := NewIndex(docs...)
			if err != nil {
				t.Fatal(err)
			}
			r, err := x.Search(q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range r.Hits {
				if slices.Contains(shown, h.ID) {
					t.Fatalf("%s is shown twice", h.ID)
				}
				shown = append(shown, h.ID)
				delete(expected, h.ID)
			}
			if r.Next == "" {
				break
			}
			q.Cursor = r.Next
			if added < 20 {
				docs = append(docs, drawDocument(t, fmt.Sprintf("a%02d", added), 1))
			}
		}
		if len(expected) > 0 {
			t.Fatalf("%v was missed", slices.Collect(maps.Keys(expected)))
		}
	})
}

func TestCountsAreThoseOfBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := drawDocuments(t, 20)
		x, err := NewIndex(docs...)
		if err != nil {
			t.Fatal(err)
		}
		q := drawQuery(t)
		got, err := x.Search(q)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string]Document{}
		for _, d := range docs {
			byID[d.ID] = d
		}
		for _, name := range q.Counts {
			// A facet's counts are those of the query without its own filter.
			without := q
			without.Size = 1000
			without.Filters = maps.Clone(q.Filters)
			delete(without.Filters, name)
			r, err := x.Search(without)
			if err != nil {
				t.Fatal(err)
			}
			counted := map[string]int{}
			for _, h := range r.Hits {
				values := slices.Clone(byID[h.ID].Facets[name])
				slices.Sort(values)
				for _, v := range slices.Compact(values) {
					counted[v]++
				}
			}
			want := make([]Count, 0)
			for _, v := range slices.Sorted(maps.Keys(counted)) {
				want = append(want, Count{v, counted[v]})
			}
			slices.SortStableFunc(want, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
			if !reflect.DeepEqual(got.Counts[name], want) {
				t.Fatalf("%s: %v, want %v", name, got.Counts[name], want)
			}
		}
	})
}

// An index made of any segments, merged in any order, is the index of the newest documents.
func TestSegmentsAreOneIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var segments []*segment
		newest := map[string]Document{}
		for version := range int64(rapid.IntRange(1, 25).Draw(t, "changes")) {
			id := fmt.Sprintf("d%d", rapid.IntRange(0, 7).Draw(t, "id"))
			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				delete(newest, id)
				segments = append(segments, tombstone(id, version))
				continue
			}
			newest[id] = drawDocument(t, id, version)
			s, err := build([]Document{newest[id]}, maxWords)
			if err != nil {
				t.Fatal(err)
			}
			segments = append(segments, s)
		}
		segments = rapid.Permutation(segments).Draw(t, "arrival")
		for range rapid.IntRange(0, 3).Draw(t, "merges") {
			n := rapid.IntRange(0, len(segments)).Draw(t, "of")
			stored, err := decode(merge(segments[n:]).encode())
			if err != nil {
				t.Fatal(err)
			}
			segments = append(segments[:n:n], stored)
		}
		same(t, newIndex(segments), slices.Collect(maps.Values(newest)), drawQuery(t))
	})
}

// same compares an index with one that is built of the documents.
func same(t interface{ Fatalf(string, ...any) }, x *Index, docs []Document, q Query) {
	fresh, err := NewIndex(docs...)
	if err != nil {
		t.Fatalf("%v", err)
	}
	got, err1 := x.Search(q)
	want, err2 := fresh.Search(q)
	if err1 != nil || err2 != nil || x.Len() != fresh.Len() {
		t.Fatalf("%v, %v; %d documents, want %d", err1, err2, x.Len(), fresh.Len())
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v\ngot  %+v\nwant %+v", q, got, want)
	}
	for _, d := range docs {
		if got, want := x.Similar(d, 5), fresh.Similar(d, 5); !reflect.DeepEqual(got, want) {
			t.Fatalf("similar to %s: %v, want %v", d.ID, got, want)
		}
	}
}
