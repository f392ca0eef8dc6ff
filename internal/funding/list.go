package funding

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// pageSize is how many calls a page of the list shows.
const pageSize = 20

// listData is what the list of calls shows.
type listData struct {
	page.Form
	// Chosen are the filters that are set, each with the address of the list without it; Kept are the
	// same for the form, whose words join them.
	Chosen []page.Facet
	Kept   []parameter
	All    string // the list without any filter
	Total  int
	Any    bool // there is a call at all
	Cards  []card
	Facets []facet.View
	Sorts  []string
	Paging page.Paging
	// Addresses of what is found in other forms, and of the form that makes an interest of it.
	Feed, ICS, CSV, API, Interest string
}

// parameter is a part of an address.
type parameter struct{ Name, Value string }

// card is one call in a list.
type card struct {
	page.Card
	Language string // of title and text
	Deadline string // in words
	Soon     bool   // the deadline is near
	Topics   []string
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
	counts, err := s.countStatuses(r, q)
	if err != nil {
		return err
	}
	link := func(q query) string { return web.Link(r, q.at(root)) }
	first := q.from("")
	d := listData{
		Form:   page.Form{Area: "funding", Values: url.Values{"words": {q.Words}, "sort": {q.order()}}},
		Chosen: first.chosen(p, link), All: web.Link(r, root), Total: found.total, Any: found.size > 0, Sorts: sorts,
		Feed: web.InLanguage(first.at(feedPath), p.Tag()), ICS: web.InLanguage(first.at(icsPath), p.Tag()), CSV: web.Link(r, first.at(csvPath)),
		API: first.at(apiPath), Interest: web.Link(r, first.at(mine+"/new")),
		Facets: []facet.View{statusView(p, first, counts, link)},
	}
	if q.Words == "" {
		d.Sorts = slices.DeleteFunc(slices.Clone(sorts), func(sort string) bool { return sort == byRelevance })
	}
	if q.Status != ahead {
		d.Kept = append(d.Kept, parameter{"status", q.Status})
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
		d.Cards = append(d.Cards, newCard(r, p, h, found.at))
	}
	if q.Next != "" {
		d.Paging.First = link(first)
	}
	if found.next != "" {
		d.Paging.Next = link(q.from(found.next))
	}
	return pages.Render(w, r, http.StatusOK, "list.html", d)
}

// embedSize is how many calls the list for frames of other websites shows.
const embedSize = 10

// showEmbed is the list of calls for frames of other websites, which choose what it shows by its address.
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
		d.Cards = append(d.Cards, newCard(r, web.Printer(r.Context()), h, found.at))
	}
	if q.Next != "" {
		d.Paging.First = web.Link(r, q.from("").at(embedPath))
	}
	if found.next != "" {
		d.Paging.Next = web.Link(r, q.from(found.next).at(embedPath))
	}
	return pages.Render(w, r, http.StatusOK, "embed.html", d)
}

// soon is how near a deadline is that stands out.
const soon = 14 * 24 * time.Hour

// newCard shows a call as it is at a moment.
func newCard(r *http.Request, p *language.Printer, h call.Hit, at time.Time) card {
	c := card{Card: page.Card{Title: h.Title, Text: h.Summary, URL: web.Link(r, call.Path(h.ID))}, Language: h.Language}
	tag := statusTag(p, h.Status(at))
	c.Tag = &tag
	if next, ok := h.Next(at); ok {
		c.Deadline = p.Text("funding.deadline.next", "Deadline", next.Words(p))
		c.Soon = next.At().Sub(at) < soon
	}
	if h.Programme != "" {
		c.Meta = append(c.Meta, h.Programme)
	}
	if h.Kind != "" && h.Kind != call.Grant {
		c.Meta = append(c.Meta, p.Text("call.kind."+string(h.Kind)))
	}
	if most := h.MostGrant.Words(p); most != "" {
		c.Meta = append(c.Meta, p.Text("funding.up-to", "Amount", most))
	} else if budget := h.Budget.Words(p); budget != "" {
		c.Meta = append(c.Meta, p.Text("funding.budget-of", "Amount", budget))
	}
	if h.Language != "" && h.Language != string(p.Tag()) {
		c.Meta = append(c.Meta, p.Text("library.in", "Language", p.Language(language.Tag(h.Language))))
	}
	for _, t := range h.Topics {
		c.Topics = append(c.Topics, p.Text("topic."+string(t)))
	}
	return c
}

// tones of the statuses.
var tones = map[call.Status]string{
	call.Open: "good", call.Forthcoming: "plain", call.SecondStage: "waiting", call.Undated: "plain", call.Closed: "plain", call.Withdrawn: "bad",
}

func statusTag(p *language.Printer, s call.Status) page.Tag {
	return page.Tag{Tone: tones[s], Text: p.Text("call.status." + string(s))}
}

// chosen names the filters that are set, in the order of the facets, each with the list without it.
func (q query) chosen(p *language.Printer, link func(query) string) []page.Facet {
	var all []page.Facet
	if q.Words != "" {
		rest := q.from("")
		rest.Words = ""
		all = append(all, page.Facet{Text: p.Text("library.quoted", "Words", q.Words), URL: link(rest), Selected: true})
	}
	if q.Status != ahead {
		all = append(all, page.Facet{Text: statusText(p, q.Status), URL: link(q.with(ahead)), Selected: true})
	}
	for _, f := range facets {
		for _, value := range slices.Sorted(slices.Values(q.Values[f.name])) {
			all = append(all, page.Facet{Text: f.text(p, value), URL: link(q.toggle(f.name, value)), Selected: true})
		}
	}
	return all
}
