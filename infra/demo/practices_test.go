package demo

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// stages are how many practices there are at each stage.
func stages(t *testing.T) (all []told, at map[stage]int) {
	t.Helper()
	all, err := readPractices()
	if err != nil {
		t.Fatal(err)
	}
	at = map[stage]int{}
	for _, p := range all {
		at[p.Stage]++
	}
	return all, at
}

func TestPractices(t *testing.T) {
	all, at := stages(t)
	if at[published] < 40 || at[waiting] != 2 || at[returned] != 1 || at[drafted] != 2 || at[updating] != 1 || at[archived] != 1 {
		t.Errorf("stages: %v", at)
	}
	languages, themes, titles := map[language.Tag]int{}, map[members.Topic]int{}, map[string]bool{}
	for _, p := range all {
		c := p.Content
		check := c.Check
		if p.Stage == drafted {
			check = c.CheckDraft
		}
		title := c.Texts[c.Original].Title
		if err := check(); err != nil || titles[title] {
			t.Errorf("%s (or its title is there twice): %v", title, err)
		}
		titles[title] = true
		if !slices.ContainsFunc(organisations, func(o organisation) bool { return o.domain == p.Owner && !late[o.domain] }) {
			t.Errorf("%s: %q is not a member", title, p.Owner)
		}
		for tag, text := range c.Texts {
			languages[tag]++
			if text != text.Clean() {
				t.Errorf("%s (%s) changes when it is cleaned", title, tag)
			}
		}
		for _, theme := range c.Themes {
			themes[theme]++
		}
	}
	if len(languages) < 9 || languages["en"] < 30 || languages["el"] < 24 {
		t.Errorf("languages: %v", languages)
	}
	for _, theme := range members.Topics {
		if themes[theme] < 3 {
			t.Errorf("%d practices on %s", themes[theme], theme)
		}
	}
}

// checkLibrary expects the stages of the practices in the store, and nobody to be mailed about them.
func checkLibrary(t *testing.T, store *practice.Store) {
	t.Helper()
	_, at := stages(t)
	n := 0
	for p, err := range store.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; p.OrganisationName == "" || p.Mentoring != (p.Contact != members.Ref{}) {
			t.Errorf("%+v", p)
		}
	}
	if want := at[published] + at[updating]; n != want {
		t.Errorf("%d practices are public, want %d", n, want)
	}
	if queue, _, err := store.Waiting(t.Context(), ""); err != nil || len(queue) != at[waiting]+at[updating] {
		t.Errorf("%d versions wait, want %d; %v", len(queue), at[waiting]+at[updating], err)
	}
	if owed, err := store.Owed(t.Context()); err != nil || len(owed) > 0 {
		t.Errorf("mails are owed: %+v, %v", owed, err)
	}
}

// read decodes a labelled set of the library.
func read(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile("../../internal/library/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// document is one of a labelled set.
type document struct {
	ID       string
	Language language.Tag
	Title    string
	Summary  string
	Body     string
	Themes   []members.Topic
}

func (d document) complete() bool {
	return d.Language != "" && d.Title != "" && d.Summary != "" && len(strings.Fields(d.Body)) > 15
}

// TestQualitySet looks for mistakes of those who judged.
func TestQualitySet(t *testing.T) {
	var documents []document
	read(t, "quality/practices.json", &documents)
	known, count := map[string]bool{}, map[language.Tag]int{}
	for _, d := range documents {
		if known[d.ID] || !d.complete() || len(d.Themes) == 0 {
			t.Errorf("%s is there twice or incomplete", d.ID)
		}
		for _, theme := range d.Themes {
			if !slices.Contains(members.Topics, theme) {
				t.Errorf("%s: no theme %q", d.ID, theme)
			}
		}
		known[d.ID] = true
		count[d.Language]++
	}
	var queries []struct {
		Query    string
		Language language.Tag
		Grades   map[string]int
	}
	read(t, "quality/queries.json", &queries)
	asked := map[language.Tag]int{}
	for _, q := range queries {
		asked[q.Language]++
		best := 0
		for id, grade := range q.Grades {
			best = max(best, grade)
			if !known[id] || grade < 1 || grade > 3 {
				t.Errorf("%s: %s has grade %d", q.Query, id, grade)
			}
		}
		if best < 2 {
			t.Errorf("nothing answers %q", q.Query)
		}
	}
	for _, tag := range []language.Tag{"en", "el", "fr", "de"} {
		if count[tag] < 40 || asked[tag] < 16 {
			t.Errorf("%s: %d documents, %d queries", tag, count[tag], asked[tag])
		}
	}
}

// TestDuplicateSet looks for pairs that are no pairs.
func TestDuplicateSet(t *testing.T) {
	var pairs []struct {
		A, B      document
		Duplicate bool
	}
	read(t, "duplicates.json", &pairs)
	duplicates := 0
	for _, p := range pairs {
		if !p.A.complete() || !p.B.complete() || p.A.Language != p.B.Language || p.A.Body == p.B.Body {
			t.Errorf("%s / %s", p.A.Title, p.B.Title)
		}
		if p.Duplicate {
			duplicates++
		}
	}
	if others := len(pairs) - duplicates; duplicates < 45 || others < 75 {
		t.Errorf("%d duplicates, %d others", duplicates, others)
	}
}
