package facet

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/municipalitiesnet/munet/internal/search"
)

func TestValues(t *testing.T) {
	v := Values{}
	short := func(s string) (string, bool) { return s, len(s) < 3 }
	if !v.Read("year", []string{"27", "", "26", "27"}, short) || !slices.Equal(v["year"], []string{"27", "26"}) {
		t.Errorf("read %v", v)
	}
	if v.Read("year", []string{"2026"}, short) {
		t.Error("a value that cannot be one is taken")
	}
	var many []string
	for n := range MaxValues + 1 {
		many = append(many, strconv.Itoa(n))
	}
	if (Values{}).Read("year", many, short) {
		t.Error("there is no limit")
	}
	more := v.Toggle("theme", "x")
	if back := more.Toggle("theme", "x"); !maps.EqualFunc(back, v, slices.Equal) || len(v["theme"]) > 0 {
		t.Errorf("there %v and back %v", more, back)
	}
	to := url.Values{}
	if v.Put(to); to.Encode() != "year=26&year=27" {
		t.Errorf("the address has %s", to.Encode())
	}
}

func TestView(t *testing.T) {
	counted := func(n int) []search.Count {
		var all []search.Count
		for i := range n {
			all = append(all, search.Count{Value: strconv.Itoa(i), N: 10 - i})
		}
		return all
	}
	as := func(c []search.Count) []search.Count { return c }
	link := func(v string) (string, string) { return "value " + v, "/?v=" + v }
	for name, tt := range map[string]struct {
		values, shown, more int
		chosen              []string
	}{
		"few":                      {3, 3, 0, nil},
		"one too many is shown":    {7, 7, 0, nil},
		"more are hidden":          {9, 6, 3, nil},
		"what is chosen is shown":  {9, 6, 3, []string{"8"}},
		"even without any results": {9, 6, 4, []string{"none"}},
	} {
		v := NewView("f", "F", tt.chosen, counted(tt.values), as, link)
		if len(v.Page.Facets) != tt.shown || len(v.More) != tt.more {
			t.Errorf("%s: %d shown and %d more", name, len(v.Page.Facets), len(v.More))
		}
		for i, c := range tt.chosen {
			if first := v.Page.Facets[i]; first.Text != "value "+c || !first.Selected || first.URL != "/?v="+c {
				t.Errorf("%s: the first is %+v", name, first)
			}
		}
	}
}
