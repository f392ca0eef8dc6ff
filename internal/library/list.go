package library

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// pageSize is how many practices a page of the list shows.
const pageSize = 20

// listData is what the library's list shows.
type listData struct {
	page.Form
	// Chosen are the filters that are set, each with the address of the list without it; Kept are the
	// same for the form, whose words join them.
	Chosen []page.Facet
	Kept   []parameter
	All    string // the list without any filter
	Total  int
	Any    bool // there is a practice in the library
	Cards  []card
	Facets []facet.View
	Sorts  []string
	Paging page.Paging
	// Addresses of what is found in other forms.
	Feed, CSV, API, Saved string
}

// parameter is a part of an address.
type parameter struct{ Name, Value string }

// card is one practice in a list.
type card struct {
	page.Card
	Language language.Tag // of title and text
	Themes   []string
}

func (s *Service) showList(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	found, err := s.find(r, q, pageSize, facetNames()...)
	if errors.Is(err, search.ErrCursor) { // an old address, or one in another language: from the beginning
		return web.SeeOther(w, r, q.from("").at(root))
	}
	if err != nil {
		return err
	}
	link := func(q query) string { return web.Link(r, q.at(root)) }
	first := q.from("")
	d := listData{
		Form:   page.Form{Area: "library", Values: url.Values{"words": {q.Words}, "sort": {q.order()}}},
		Chosen: q.chosenLinks(p, link), All: web.Link(r, root), Total: found.total, Any: found.size > 0, Sorts: sorts,
		Feed: web.InLanguage(first.at(feedPath), p.Tag()), CSV: web.Link(r, first.at(csvPath)), API: first.at(apiPath),
		Saved: s.Site + link(first),
	}
	if q.Words == "" {
		d.Sorts = sorts[1:]
	}
	for _, f := range facets {
		if v := f.view(p, first, found.counts[f.name], link); len(v.Page.Facets) > 0 {
			d.Facets = append(d.Facets, v)
		}
		for _, value := range q.Values[f.name] {
			d.Kept = append(d.Kept, parameter{f.name, value})
		}
	}
	for _, h := range found.hits {
		d.Cards = append(d.Cards, s.card(r, p, h))
	}
	if q.Next != "" {
		d.Paging.First = link(first)
	}
	if found.next != "" {
		d.Paging.Next = link(q.from(found.next))
	}
	return pages.Render(w, r, http.StatusOK, "list.html", d)
}

// embedSize is how many practices the list for frames of other websites shows.
const embedSize = 10

// showEmbed is the list for frames of other websites, which choose what it shows by its address.
func (s *Service) showEmbed(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := s.find(r, q, embedSize)
	if err != nil {
		return err
	}
	d := listData{All: web.Link(r, q.from("").at(root)), Total: found.total}
	for _, h := range found.hits {
		d.Cards = append(d.Cards, s.card(r, web.Printer(r.Context()), h))
	}
	if q.Next != "" {
		d.Paging.First = web.Link(r, q.from("").at(embedPath))
	}
	if found.next != "" {
		d.Paging.Next = web.Link(r, q.from(found.next).at(embedPath))
	}
	return pages.Render(w, r, http.StatusOK, "embed.html", d)
}

// card shows a practice in the reader's language, if it has a text in it.
func (s *Service) card(r *http.Request, p *language.Printer, h hit) card {
	text, tag := h.In(p.Tag())
	c := card{Card: page.Card{Title: text.Title, Text: text.Summary, URL: web.Link(r, pathOf(h.ID))}, Language: tag}
	place := p.Country(h.Country)
	if h.Municipality != "" {
		place = h.Municipality + ", " + place
	}
	c.Meta = []string{place}
	if h.Organisation != "" && h.Organisation != h.Municipality {
		c.Meta = append(c.Meta, h.Organisation)
	}
	if years := h.years(p); years != "" {
		c.Meta = append(c.Meta, years)
	}
	if tag != p.Tag() {
		c.Meta = append(c.Meta, p.Text("library.in", "Language", p.Language(tag)))
	}
	for _, theme := range h.Themes {
		c.Themes = append(c.Themes, p.Text("topic."+string(theme)))
	}
	if h.Kind == "programme" {
		c.Tag = &page.Tag{Tone: "plain", Text: p.Text("practice.kind.programme")}
	}
	return c
}

// chosen names the filters that are set, in the order of the facets.
func (q query) chosen(p *language.Printer) []page.Facet {
	return q.chosenLinks(p, func(query) string { return "" })
}

func (q query) chosenLinks(p *language.Printer, link func(query) string) []page.Facet {
	var all []page.Facet
	if q.Words != "" {
		rest := q.from("")
		rest.Words = ""
		all = append(all, page.Facet{Text: p.Text("library.quoted", "Words", q.Words), URL: link(rest), Selected: true})
	}
	for _, f := range facets {
		for _, value := range slices.Sorted(slices.Values(q.Values[f.name])) {
			all = append(all, page.Facet{Text: f.text(p, value), URL: link(q.toggle(f.name, value)), Selected: true})
		}
	}
	return all
}
