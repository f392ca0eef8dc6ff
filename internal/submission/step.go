package submission

import (
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// step is one page of the long form.
type step struct {
	Name   string // in its address, and the end of the key of its title
	Fields []string
}

// The last step has no fields: there one checks the whole and hands it in.
const checkStep = "check"

var steps = []step{
	{"about", []string{"original", "kind", "title", "summary"}},
	{"practice", []string{"challenge", "goal", "howItWorks", "partners"}},
	{"place", []string{"country", "municipality", "population", "themes", "targets", "beneficiaries", "principles"}},
	{"results", []string{"status", "begin", "end", "cost", "funding", "resources", "evidence", "results"}},
	{"learning", []string{"lessons", "transferability", "mentoring"}},
	{"terms", []string{"links", "source", "licence"}},
	{checkStep, nil},
}

// stepNamed returns a step with fields and its place among all, from 0.
func stepNamed(name string) (step, int, bool) {
	i := slices.IndexFunc(steps, func(s step) bool { return s.Name == name && s.Fields != nil })
	if i < 0 {
		return step{}, 0, false
	}
	return steps[i], i, true
}

// stepOf returns the name of the step that has a field.
func stepOf(field string) string {
	for _, s := range steps {
		if slices.Contains(s.Fields, field) {
			return s.Name
		}
	}
	return steps[0].Name
}

// stepView is a step in the list of all steps.
type stepView struct {
	Name    string
	Number  int // from 1
	Now     bool
	Missing int // answers that are needed for handing in
}

// gaps are the answers that are missing or wrong for handing a practice in.
func gaps(c practice.Content) []fault.Field {
	if err := c.Check(); err != nil {
		return fault.From(err).Fields
	}
	return nil
}

// stepViews lists all steps. Gaps in translations count for the last one, which names them.
func stepViews(c practice.Content, now string) []stepView {
	missing := map[string]int{}
	for _, f := range gaps(c) {
		if name, _, translated := strings.Cut(f.Name, "."); translated {
			missing[checkStep]++
		} else {
			missing[stepOf(name)]++
		}
	}
	views := make([]stepView, len(steps))
	for i, s := range steps {
		views[i] = stepView{Name: s.Name, Number: i + 1, Now: s.Name == now, Missing: missing[s.Name]}
	}
	return views
}
