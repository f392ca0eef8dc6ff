package funding

import (
	"slices"
	"strings"
	"unicode"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
)

// A property is a facet: something by which calls are counted and filtered. Its name is the one in the index and
// in addresses.
type property struct {
	name string
	// label begins the keys of the values' names in the catalogues; "" where names have another source.
	label string
	// order lists the values that have an order of their own; other facets go by their counts.
	order []string
	// open says that calls without the property have [call.AnyValue], which counts for every value.
	open bool
}

// facets are all of them in the order in which the page shows them.
var facets = []property{
	{name: call.FacetTopic, label: "topic."},
	{name: call.FacetProgramme},
	{name: call.FacetKind, label: "call.kind.", order: texts(call.Kinds)},
	{name: call.FacetApplicant, label: "kind.", order: texts(members.Kinds), open: true},
	{name: call.FacetCountry, open: true},
	{name: call.FacetLanguage},
}

func facetNames() []string {
	var names []string
	for _, f := range facets {
		names = append(names, f.name)
	}
	return names
}

// maxValue bounds a value in bytes; see [call.Record.Clean].
const maxValue = 80

// read returns a value of the facet as the index has it, and whether it can be one. Whether it is one
// shows in the results: an address may be older than the list of programmes.
func (f property) read(value string) (string, bool) {
	if f.name == call.FacetCountry && value != "" {
		return language.CountryCode(value)
	}
	odd := strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) || r == '<' || r == '>' || r == unicode.ReplacementChar })
	return value, !odd && len(value) <= maxValue
}

// text names a value in the reader's language.
func (f property) text(p *language.Printer, value string) string {
	switch {
	case f.name == call.FacetCountry:
		return p.Country(value)
	case f.name == call.FacetLanguage:
		return p.Language(language.Tag(value))
	case f.label != "" && p.Has(f.label+value):
		return p.Text(f.label + value)
	}
	return value
}

// counts are the counted values in the order in which people look for them. What is open to all is
// added to each.
func (f property) counts(counted []search.Count) []search.Count {
	var all []search.Count
	anybody := 0
	for _, c := range counted {
		if f.open && c.Value == call.AnyValue {
			anybody = c.N
		} else {
			all = append(all, c)
		}
	}
	for i := range all {
		all[i].N += anybody
	}
	if f.order != nil {
		slices.SortStableFunc(all, func(a, b search.Count) int {
			return slices.Index(f.order, a.Value) - slices.Index(f.order, b.Value)
		})
	}
	return all
}

// view makes the counts of a facet links, each to the query with or without the value.
func (f property) view(p *language.Printer, q query, counted []search.Count, link func(query) string) facet.View {
	return facet.NewView(f.name, p.Text("funding.facet."+f.name), q.Values[f.name], counted, f.counts, func(value string) (string, string) {
		return f.text(p, value), link(q.toggle(f.name, value))
	})
}

// statusView counts the calls of each status, as links.
func statusView(p *language.Printer, q query, counts map[string]int, link func(query) string) facet.View {
	v := facet.View{Name: "status", Page: page.Facets{Title: p.Text("funding.facet.status")}}
	for _, status := range statuses {
		if counts[status] == 0 && status != q.Status {
			continue
		}
		v.Page.Facets = append(v.Page.Facets, page.Facet{
			Text: statusText(p, status), Count: counts[status], Selected: status == q.Status, URL: link(q.with(status)),
		})
	}
	return v
}

// statusText names a status to filter by.
func statusText(p *language.Printer, status string) string {
	if status == ahead || status == anytime {
		return p.Text("funding.status." + status)
	}
	return p.Text("call.status." + status)
}
