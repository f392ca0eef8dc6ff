package interest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// labelledSet is made up: calls as an import finds them, with themes and conditions that are missing
// or wrong, and what officers look for. The labels are the calls that are relevant for each profile,
// judged from what the officer wants, the whole call and who may really apply, before looking at what
// matches.
type labelledSet struct {
	calls    []labelledCall
	profiles []profile
	relevant map[string][]string
}

type labelledCall struct {
	ID string `json:"id"`
	call.Content
}

type profile struct {
	ID string `json:"id"`
	// Wants is what the officer looks for, in a sentence.
	Wants    string   `json:"wants"`
	Criteria Criteria `json:"criteria"`
}

func readLabelled(t *testing.T) labelledSet {
	t.Helper()
	var set labelledSet
	for name, to := range map[string]any{"calls": &set.calls, "profiles": &set.profiles, "labels": &set.relevant} {
		text, err := os.ReadFile("testdata/quality/" + name + ".json")
		if err == nil {
			err = json.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return set
}

func (set *labelledSet) prepare() *Calls {
	contents := make([]*call.Content, len(set.calls))
	for i := range set.calls {
		contents[i] = &set.calls[i].Content
	}
	return Prepare(contents)
}

func (set *labelledSet) matched(calls *Calls, c *Criteria) []string {
	var found []string
	for _, m := range calls.Match(c) {
		found = append(found, set.calls[m.Call].ID)
	}
	return found
}

// keywords are what a plain search finds: the calls that have any of the words, or the name of a
// theme, somewhere in their text. An officer would not be helped by phrases' quotes or by exclusions
// there, so these are left out.
func (set *labelledSet) keywords(c *Criteria) []string {
	var words []string
	for word := range strings.FieldsSeq(strings.ToLower(c.Words)) {
		if word = strings.Trim(word, `"`); word[0] != '-' {
			words = append(words, word)
		}
	}
	for _, t := range c.Topics {
		words = append(words, string(t)) // the values are the themes' English names
	}
	var found []string
	for i := range set.calls {
		one := &set.calls[i]
		text := strings.ToLower(one.Title + " " + one.Summary + " " + string(one.Text))
		if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
			found = append(found, one.ID)
		}
	}
	return found
}

// measure counts what was found and what should have been, over all profiles together.
type measure struct{ found, relevant, both int }

func (m *measure) add(found, relevant []string) {
	m.found += len(found)
	m.relevant += len(relevant)
	for _, id := range found {
		if slices.Contains(relevant, id) {
			m.both++
		}
	}
}

func (m *measure) precision() float64 { return float64(m.both) / float64(max(m.found, 1)) }
func (m *measure) recall() float64    { return float64(m.both) / float64(max(m.relevant, 1)) }
func (m *measure) f1() float64        { return 2 * float64(m.both) / float64(max(m.found+m.relevant, 1)) }

func (m *measure) String() string {
	return fmt.Sprintf("%.2f | %.2f | %.2f", m.precision(), m.recall(), m.f1())
}

// The weights in match.go were chosen on every other profile. The rest are held out: they tell how
// well matching does with profiles that it was not made for.
func TestQuality(t *testing.T) {
	set := readLabelled(t)
	if len(set.calls) < 200 || len(set.profiles) < 30 || len(set.relevant) != len(set.profiles) {
		t.Fatalf("%d calls, %d profiles, %d of them labelled", len(set.calls), len(set.profiles), len(set.relevant))
	}
	calls := set.prepare()
	var chosen, heldOut, all [2]measure
	for i := range set.profiles {
		p := &set.profiles[i]
		half := &chosen
		if i%2 == 1 {
			half = &heldOut
		}
		var alone measure
		alone.add(set.matched(calls, &p.Criteria), set.relevant[p.ID])
		t.Logf("%s: %s: %s", p.ID, &alone, p.Wants)
		for k, found := range [][]string{set.keywords(&p.Criteria), set.matched(calls, &p.Criteria)} {
			half[k].add(found, set.relevant[p.ID])
			all[k].add(found, set.relevant[p.ID])
		}
	}
	for _, tt := range []struct {
		name                  string
		got                   *[2]measure
		precision, recall, f1 float64 // floors
	}{
		{"weights chosen on", &chosen, 0.55, 0.58, 0.57},
		{"held out", &heldOut, 0.75, 0.57, 0.65},
		{"all", &all, 0.63, 0.58, 0.60},
	} {
		keywords, ours := &tt.got[0], &tt.got[1]
		t.Logf("| %s | %s | %s |", tt.name, keywords, ours)
		if ours.precision() < tt.precision || ours.recall() < tt.recall || ours.f1() < tt.f1 {
			t.Errorf("%s: precision, recall, F1 %s fell below %.2f, %.2f, %.2f", tt.name, ours, tt.precision, tt.recall, tt.f1)
		}
		if ours.f1() < 2*keywords.f1() {
			t.Errorf("%s: F1 %.2f is less than twice that of keywords, %.2f", tt.name, ours.f1(), keywords.f1())
		}
	}
}

// Whoever types Greek finds what is written in English, by the words that the thesaurus has for them.
func TestAcrossLanguages(t *testing.T) {
	set := readLabelled(t)
	calls := set.prepare()
	for words, want := range map[string]string{
		"διερμηνεία":           "c016", // "interpreters" in the summary
		`"εμπορία ανθρώπων"`:   "c108",
		"Menschenhandel":       "c108", // whatever the language of the page was
		"πρόσφυγες":            "c129", // a target group
		"στέγαση":              "c001", // a theme, in a call that names the kind
		"ψευδολέξη αστεροειδή": "",
	} {
		c := Criteria{Words: words, Language: "el", Kinds: []members.Kind{"localAuthority", "ngo"}}
		found := set.matched(calls, &c)
		if want == "" && len(found) > 0 || want != "" && !slices.Contains(found, want) {
			t.Errorf("%s: found %v, want %s", words, found, want)
		}
	}
}

func TestMeant(t *testing.T) {
	c := Criteria{Words: `στέγαση "διαπολιτισμικός μεσολαβητής" -πρόσφυγες`, Language: "el"}
	themes, words := c.Meant("en", "el")
	if !slices.Equal(themes, []members.Topic{"housing"}) || !slices.Contains(words, "interpreter") || slices.Contains(words, "refugees") || slices.Contains(words, "διερμηνέας") {
		t.Errorf("%v, %v", themes, words)
	}
}
