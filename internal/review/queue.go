package review

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// filter is a way to narrow the queue, by the name in its address.
type filter struct {
	name string
	keep func(v practice.WaitingVersion, me string) bool
}

// filters are all of them; the first one narrows nothing.
var filters = []filter{
	{"all", func(practice.WaitingVersion, string) bool { return true }},
	{"free", func(v practice.WaitingVersion, _ string) bool { return len(v.Reviewers) == 0 }},
	{"mine", func(v practice.WaitingVersion, me string) bool { return v.Reviewers[me] != "" }},
	{"new", func(v practice.WaitingVersion, _ string) bool { return !v.Update }},
	{"updates", func(v practice.WaitingVersion, _ string) bool { return v.Update }},
}

// late is after how many days a practice waits too long.
const late = 14

// maxWaiting bounds how many waiting versions one page reads; the oldest come first.
const maxWaiting = 200

// queueData is what the desk's page about practices shows.
type queueData struct {
	Filters page.Facets
	Table   page.Table
	Owed    []practice.Owed
	// Waiting is how many there are without a filter, More says that there are even more.
	Waiting int
	More    bool
}

func (s *Service) showQueue(w http.ResponseWriter, r *http.Request) error {
	waiting, more, err := s.waiting(r)
	if err != nil {
		return err
	}
	p, me := web.Printer(r.Context()), web.Who(r.Context()).Member
	data := queueData{Waiting: len(waiting), More: more, Filters: page.Facets{Title: p.Text("review.filter")}}
	chosen := r.URL.Query().Get("show")
	if !slices.ContainsFunc(filters, func(f filter) bool { return f.name == chosen }) {
		chosen = filters[0].name
	}
	var shown []practice.WaitingVersion
	for _, f := range filters {
		kept := slices.DeleteFunc(slices.Clone(waiting), func(v practice.WaitingVersion) bool { return !f.keep(v, me) })
		if f.name == chosen {
			shown = kept
		}
		data.Filters.Facets = append(data.Filters.Facets, page.Facet{
			Text: p.Text("review.filter." + f.name), Count: len(kept), Selected: f.name == chosen,
			URL: web.Link(r, root+"?"+url.Values{"show": {f.name}}.Encode()),
		})
	}
	data.Table = s.table(r, p, shown)
	if data.Owed, err = s.Practices.Owed(r.Context()); err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "queue.html", data)
}

// waiting returns the versions that wait, the oldest first, and whether there are more.
func (s *Service) waiting(r *http.Request) (all []practice.WaitingVersion, more bool, err error) {
	for cursor := ""; len(all) < maxWaiting; {
		page, next, err := s.Practices.Waiting(r.Context(), cursor)
		if err != nil {
			return nil, false, err
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			return all, false, nil
		}
	}
	return all, true, nil
}

func (s *Service) table(r *http.Request, p *language.Printer, waiting []practice.WaitingVersion) page.Table {
	t := page.Table{
		Caption: p.Text("review.waiting", "Count", len(waiting)),
		Columns: []page.Column{
			{Text: p.Text("review.practice")}, {Text: p.Text("review.organisation")}, {Text: p.Text("review.what")},
			{Text: p.Text("review.since")}, {Text: p.Text("review.reviewers")},
		},
	}
	for _, v := range waiting {
		what := p.Text("review.new")
		if v.Update {
			what = p.Text("review.update")
		}
		since := page.Cell{Text: waited(p, s.Now(), v.SubmittedAt)}
		if s.Now().Sub(v.SubmittedAt) >= late*24*time.Hour {
			since.Tone = "bad"
		}
		t.Rows = append(t.Rows, []page.Cell{
			{Text: v.Title, URL: web.Link(r, versionPath(v.Practice, v.Number))}, {Text: v.OrganisationName + ", " + p.Country(v.Country)},
			{Text: what}, since, {Text: reviewerNames(p, v.Reviewers)},
		})
	}
	return t
}

// reviewerNames lists the reviewers of a version.
func reviewerNames(p *language.Printer, reviewers map[string]string) string {
	if len(reviewers) == 0 {
		return p.Text("review.nobody")
	}
	var all []string
	for _, name := range reviewers {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// waited says for how long something has waited, in whole days.
func waited(p *language.Printer, now, since time.Time) string {
	days := int(now.Sub(since) / (24 * time.Hour))
	if days < 1 {
		return p.Text("review.waits.today")
	}
	return p.Text("review.waits", "Count", days)
}

// publishedData is what the list of published practices shows.
type publishedData struct {
	Table  page.Table
	Paging page.Paging
}

func (s *Service) showPublished(w http.ResponseWriter, r *http.Request) error {
	cursor := r.URL.Query().Get("from")
	found, next, err := s.Practices.Publications(r.Context(), cursor, practice.PageSize)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := publishedData{Table: page.Table{
		Caption: p.Text("review.published"),
		Columns: []page.Column{
			{Text: p.Text("review.practice")}, {Text: p.Text("review.organisation")}, {Text: p.Text("review.version")}, {Text: p.Text("review.published-on")},
		},
	}}
	for _, pub := range found {
		text, _ := pub.In(p.Tag())
		data.Table.Rows = append(data.Table.Rows, []page.Cell{
			{Text: text.Title, URL: web.Link(r, pathOf(pub.ID))}, {Text: pub.OrganisationName},
			{Text: p.Number(pub.Version)}, {Text: p.Date(pub.PublishedAt)},
		})
	}
	if cursor != "" {
		data.Paging.First = web.Link(r, root+"/published")
	}
	if next != "" {
		data.Paging.Next = web.Link(r, root+"/published?"+url.Values{"from": {next}}.Encode())
	}
	return pages.Render(w, r, http.StatusOK, "published.html", data)
}
