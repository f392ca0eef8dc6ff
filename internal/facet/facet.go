// Package facet is what searches that can be narrowed down by facets share: the chosen values, which
// stand in the search's address, and the lists of values with their counts.
package facet

import (
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
)

// MaxValues is how many values of one facet an address may have, far above what people choose.
const MaxValues = 30

// Values are the chosen values by facet.
type Values map[string][]string

// Read adds the values of a facet that an address has, each once, and reports whether all of them can
// be values. read returns a value as the index has it.
func (v Values) Read(name string, typed []string, read func(string) (string, bool)) bool {
	fine := true
	for _, t := range typed {
		value, ok := read(t)
		switch {
		case t == "" || ok && slices.Contains(v[name], value):
		case !ok || len(v[name]) == MaxValues:
			fine = false
		default:
			v[name] = append(v[name], value)
		}
	}
	return fine
}

// Put writes the values into the parameters of an address; equal values in the same order.
func (v Values) Put(to url.Values) {
	for name, chosen := range v {
		to[name] = slices.Sorted(slices.Values(chosen))
	}
}

// Toggle is the values with one more or, if it was chosen, without it.
func (v Values) Toggle(name, value string) Values {
	chosen := slices.Clone(v[name])
	if i := slices.Index(chosen, value); i >= 0 {
		chosen = slices.Delete(chosen, i, i+1)
	} else {
		chosen = append(chosen, value)
	}
	values := Values{}
	for other, has := range v {
		if other != name {
			values[other] = has
		}
	}
	if len(chosen) > 0 {
		values[name] = chosen
	}
	return values
}

// View is a facet as a page shows it: the values that count most, and the others behind a word, so
// that the list stays short.
type View struct {
	Name string
	Page page.Facets
	More []page.Facet
}

// Few is how many values of a facet are shown at once.
const Few = 6

// NewView shows the counted values in the order that order brings them into, the chosen ones first,
// even without a single result. link says what a value is called and where it leads.
func NewView(
	name, title string, chosen []string, counted []search.Count,
	order func([]search.Count) []search.Count, link func(value string) (text, address string),
) View {
	for _, value := range chosen {
		if !slices.ContainsFunc(counted, func(c search.Count) bool { return c.Value == value }) {
			counted = append(counted, search.Count{Value: value})
		}
	}
	var first, others []page.Facet
	for _, c := range order(counted) {
		text, address := link(c.Value)
		entry := page.Facet{Text: text, Count: c.N, Selected: slices.Contains(chosen, c.Value), URL: address}
		if entry.Selected {
			first = append(first, entry)
		} else {
			others = append(others, entry)
		}
	}
	room := max(Few-len(first), 0)
	if len(others) <= room+1 { // nothing is gained by hiding one
		room = len(others)
	}
	return View{Name: name, Page: page.Facets{Title: title, Facets: slices.Concat(first, others[:room])}, More: others[room:]}
}
