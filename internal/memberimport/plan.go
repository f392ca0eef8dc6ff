package memberimport

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// plan is what would happen if an import were confirmed.
type plan struct {
	job  Job
	rows []Row
	// fresh are to be invited, known as well if the coordinator says so.
	fresh, known    []Row
	member, applied []Row
}

func (s *Service) plan(ctx context.Context, j Job) (plan, error) {
	file, err := s.Jobs.File(ctx, j.ID)
	if err != nil {
		return plan{}, err
	}
	known, err := s.Members.Known(ctx, applications(file.Rows, j))
	if err != nil {
		return plan{}, err
	}
	p := plan{job: j, rows: file.Rows}
	for i, row := range file.Rows {
		to := &p.fresh
		switch k := known[i]; {
		case k.Member:
			to = &p.member
		case k.Applied:
			to = &p.applied
		case k.Organisation != "":
			to = &p.known
		}
		*to = append(*to, row)
	}
	return p, nil
}

// planData is what the page of a checked import shows.
type planData struct {
	page.Form
	Job           Job
	Organisations string // "42 organisations"
	Fresh, Known  int
	Choices       []page.Choice
	Special       *page.Table // rows that are known already
	First         page.Table
}

func renderPlan(w http.ResponseWriter, r *http.Request, status int, p plan, errs ...fault.Field) error {
	words := web.Printer(r.Context())
	data := planData{
		Form: page.Form{Area: "import", Values: url.Values{}, Errors: errs},
		Job:  p.job, Fresh: len(p.fresh), Known: len(p.known),
		Organisations: words.Text("import.organisations", "Count", countOrganisations(append(p.fresh[:len(p.fresh):len(p.fresh)], p.known...))),
		Choices: []page.Choice{
			{Value: "invite", Text: words.Text("import.known.invite", "Count", len(p.known))},
			{Value: "leave", Text: words.Text("import.known.leave")},
		},
		First: rowTable(words, words.Text("import.first"), p.rows[:min(len(p.rows), 5)], nil),
	}
	special := map[int]page.Cell{}
	var rows []Row
	for _, group := range []struct {
		rows []Row
		text string
	}{
		{p.known, "import.special.known"}, {p.member, "import.special.member"}, {p.applied, "import.special.applied"},
	} {
		rows = append(rows, group.rows...)
		for _, row := range group.rows {
			special[row.Line] = page.Cell{Text: words.Text(group.text)}
		}
	}
	if len(rows) > 0 {
		slices.SortFunc(rows, func(a, b Row) int { return a.Line - b.Line })
		table := rowTable(words, words.Text("import.special"), rows, special)
		data.Special = &table
	}
	return pages.Render(w, r, status, "plan.html", data)
}

// rowTable shows rows, with one more cell each if last has them by line.
func rowTable(p *language.Printer, caption string, rows []Row, last map[int]page.Cell) page.Table {
	table := page.Table{Caption: caption, Columns: []page.Column{
		{Text: p.Text("import.line")}, {Text: p.Text("import.column.organisation")}, {Text: p.Text("import.column.country")},
		{Text: p.Text("import.column.name")}, {Text: p.Text("import.column.address")},
	}}
	if last != nil {
		table.Columns = append(table.Columns, page.Column{Text: p.Text("import.outcome")})
	}
	for _, row := range rows {
		cells := []page.Cell{
			{Text: strconv.Itoa(row.Line)}, {Text: row.Profile.Name}, {Text: p.Country(row.Profile.Country)},
			{Text: row.Contact.Name}, {Text: row.Contact.Address},
		}
		if last != nil {
			cells = append(cells, last[row.Line])
		}
		table.Rows = append(table.Rows, cells)
	}
	return table
}
