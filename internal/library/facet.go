package library

import (
	"cmp"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// A property is a facet: something by which the library counts and filters. Its name is the one in the index
// and in addresses.
type property struct {
	name string
	// label begins the keys of the values' names in the catalogues; "" where names have another source.
	label string
	// order lists the values that have an order of their own; other facets go by their counts.
	order []string
}

// facets are all of them in the order in which the page shows them.
var facets = []property{
	{name: practice.FacetTheme, label: "topic."},
	{name: practice.FacetTarget, label: "practice.target."},
	{name: practice.FacetCountry},
	{name: practice.FacetPopulation, label: "population.", order: words(members.Populations)},
	{name: practice.FacetEvidence, label: "practice.evidence.", order: words(practice.Evidences)},
	{name: practice.FacetLanguage},
	{name: practice.FacetPeriod},
	{name: practice.FacetKind, label: "practice.kind.", order: words(practice.Kinds)},
}

func words[T ~string](list []T) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = string(v)
	}
	return all
}

func facetNames() []string {
	var names []string
	for _, f := range facets {
		names = append(names, f.name)
	}
	return names
}

// maxValue bounds a value in bytes; no value of ours is half as long.
const maxValue = 40

// read returns a value of the facet as the index has it, and whether it can be one. Whether it is
// one shows in the results: an address may be older than the list of themes.
func (f property) read(value string) (string, bool) {
	if f.name == practice.FacetCountry && value != "" {
		return language.CountryCode(value)
	}
	plain := !strings.ContainsFunc(value, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	return value, plain && len(value) <= maxValue
}

// text names a value in the reader's language.
func (f property) text(p *language.Printer, value string) string {
	switch {
	case f.name == practice.FacetCountry:
		return p.Country(value)
	case f.name == practice.FacetLanguage:
		return p.Language(language.Tag(value))
	case f.label != "" && p.Has(f.label+value):
		return p.Text(f.label + value)
	}
	return value
}

// sort puts counted values into the order in which people look for them.
func (f property) sort(counts []search.Count) []search.Count {
	sorted := slices.Clone(counts)
	switch {
	case f.order != nil:
		slices.SortStableFunc(sorted, func(a, b search.Count) int {
			return slices.Index(f.order, a.Value) - slices.Index(f.order, b.Value)
		})
	case f.name == practice.FacetPeriod: // years, the latest first
		slices.SortFunc(sorted, func(a, b search.Count) int { return cmp.Compare(b.Value, a.Value) })
	}
	return sorted
}

// view makes the counts of a facet links, each to the query with or without the value.
func (f property) view(p *language.Printer, q query, counted []search.Count, link func(query) string) facet.View {
	return facet.NewView(f.name, p.Text("library.facet."+f.name), q.Values[f.name], counted, f.sort, func(value string) (string, string) {
		return f.text(p, value), link(q.toggle(f.name, value))
	})
}
