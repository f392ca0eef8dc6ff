package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxWords bounds what is searched for, in characters.
const maxWords = 200

// listData is what the list of members shows.
type listData struct {
	Filter    members.Filter
	States    []members.State
	Kinds     []members.Kind
	Countries []string
	Chosen    string // the language in the address, for the form
	Table     page.Table
	Export    string // the address of the list as a file
	// Narrowed says that the list shows fewer than all organisations of the state.
	Narrowed bool
	Paging   page.Paging
}

// parseFilter reads the filter from the address. What is no choice narrows nothing.
func parseFilter(q url.Values) members.Filter {
	f := members.Filter{State: members.State(q.Get("state")), Kind: members.Kind(q.Get("kind"))}
	if !slices.Contains(members.States, f.State) {
		f.State = members.Member
	}
	if !slices.Contains(members.Kinds, f.Kind) {
		f.Kind = ""
	}
	if country := q.Get("country"); slices.Contains(members.Countries, country) {
		f.Country = country
	}
	if words := []rune(q.Get("words")); len(words) <= maxWords {
		f.Words = string(words)
	}
	return f
}

// filterQuery is the reverse of parseFilter.
func filterQuery(f members.Filter) url.Values {
	q := url.Values{"state": {string(f.State)}}
	for name, value := range map[string]string{"kind": string(f.Kind), "country": f.Country, "words": f.Words} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (s *Service) showList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := parseFilter(q)
	organisations, next, err := s.Members.Organisations(r.Context(), f, q.Get("cursor"))
	if errors.Is(err, dynamo.ErrCursor) {
		return fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	if err != nil {
		return err
	}
	data := listData{
		Filter: f,
		States: members.States, Kinds: members.Kinds, Countries: members.Countries,
		Chosen:   string(web.ChosenLanguage(r.Context())),
		Export:   "/desk/members.csv?" + filterQuery(f).Encode(),
		Narrowed: f.Kind != "" || f.Country != "" || f.Words != "",
	}
	to := func(cursor string) string {
		query := filterQuery(f)
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		return web.Link(r, "/desk/members?"+query.Encode())
	}
	if q.Get("cursor") != "" {
		data.Paging.First = to("")
	}
	if next != "" {
		data.Paging.Next = to(next)
	}
	data.Table = s.listTable(r, organisations)
	return pages.Render(w, r, http.StatusOK, "members.html", data)
}

func (s *Service) listTable(r *http.Request, organisations []members.Organisation) page.Table {
	p := web.Printer(r.Context())
	table := page.Table{Caption: p.Text("desk.members.caption"), Columns: []page.Column{
		{Text: p.Text("desk.organisation")}, {Text: p.Text("desk.kind")}, {Text: p.Text("desk.place")},
		{Text: p.Text("desk.country")}, {Text: p.Text("desk.since")},
	}}
	for _, org := range organisations {
		since := org.CreatedAt
		if !org.Since.IsZero() {
			since = org.Since
		}
		table.Rows = append(table.Rows, []page.Cell{
			{Text: org.Name, URL: web.Link(r, organisationPath(org.ID))}, {Text: p.Text("kind." + string(org.Kind))}, {Text: org.Place},
			{Text: p.Country(org.Country)}, {Text: p.Date(since)},
		})
	}
	return table
}
