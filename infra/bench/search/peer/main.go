// Command peer compares how well searches find what people look for: ours, SQLite's FTS5, bleve, and
// plain substrings, on the labelled practices of internal/library in one run. The figure is nDCG@10:
// 1 if the first ten hits are the best there can be in the best order. It is a module of its own, so
// that the peers do not enter the program's.
//
//	go -C infra/bench/search/peer run .
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	practices "github.com/municipalitiesnet/munet/internal/practice"
)

// practice is a labelled document.
type practice struct {
	ID       string   `json:"id"`
	Language string   `json:"language"`
	Title    string   `json:"title"`
	Summary  string   `json:"summary"`
	Body     string   `json:"body"`
	Themes   []string `json:"themes"`
	Targets  []string `json:"targets"`
}

// query is what somebody typed, with a grade from 1 to 3 for each practice that fits.
type query struct {
	Words    string         `json:"query"`
	Language string         `json:"language"`
	Grades   map[string]int `json:"grades"`
}

// depth is how many hits are judged.
const depth = 10

// engine returns the ids of the best practices for a query.
type engine func(q query) ([]string, error)

func main() {
	data := flag.String("data", "../../../../internal/library", "the folder with testdata/quality")
	flag.Parse()
	if err := run(*data); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(data string) error {
	var labelled []practice
	var queries []query
	for name, into := range map[string]any{
		"testdata/quality/practices.json": &labelled, "testdata/quality/queries.json": &queries,
	} {
		text, err := os.ReadFile(filepath.Join(data, name))
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	engines := []struct {
		name string
		make func() (engine, error)
	}{
		{"ours", func() (engine, error) { return ours(labelled, practices.Thesaurus()) }},
		{"ours without themes", func() (engine, error) { return ours(labelled, nil) }},
		{"bleve, an analyser per language", func() (engine, error) { return bleveEngine(labelled) }},
		{"SQLite FTS5, porter unicode61", func() (engine, error) { return fts5(labelled) }},
		{"substrings", func() (engine, error) { return substrings(labelled), nil }},
	}
	languages := map[string]bool{}
	for _, q := range queries {
		languages[q.Language] = true
	}
	tags := slices.Sorted(maps.Keys(languages))
	fmt.Printf("### nDCG@10 of %d queries to %d practices\n\n| engine | all | %s |\n|---|---|%s\n",
		len(queries), len(labelled), strings.Join(tags, " | "), strings.Repeat("---|", len(tags)))
	for _, e := range engines {
		find, err := e.make()
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		mean, err := judge(find, queries)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		fmt.Printf("| %s | **%.3f**", e.name, mean[""])
		for _, tag := range tags {
			fmt.Printf(" | %.3f", mean[tag])
		}
		fmt.Println(" |")
	}
	return nil
}

// judge returns the mean nDCG of the queries of each language, and of all under "".
func judge(find engine, queries []query) (map[string]float64, error) {
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, q := range queries {
		hits, err := find(q)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.Words, err)
		}
		score := ndcg(hits, q.Grades)
		for _, tag := range []string{"", q.Language} {
			sums[tag] += score
			counts[tag]++
		}
	}
	for tag, n := range counts {
		sums[tag] /= n
	}
	return sums, nil
}

// ndcg is the normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002) with gains of
// 2^grade-1.
func ndcg(hits []string, grades map[string]int) float64 {
	gain := func(grade, place int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(place)+2) }
	got, best := 0.0, 0.0
	for place, id := range hits[:min(len(hits), depth)] {
		got += gain(grades[id], place)
	}
	ideal := slices.Sorted(maps.Values(grades))
	slices.Reverse(ideal)
	for place, grade := range ideal[:min(len(ideal), depth)] {
		best += gain(grade, place)
	}
	if best == 0 {
		return 0
	}
	return got / best
}
