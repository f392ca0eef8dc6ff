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

// maxShown is how many problems one page lists.
const maxShown = 500

// refusal is why a file is not imported.
type refusal struct {
	Problems page.Table
	Lines    int // how many lines have problems
	More     int // problems that the page leaves out
	Whole    string
}

func newRefusal(r *http.Request, f File) *refusal {
	p := web.Printer(r.Context())
	if first := f.Problems[0]; first.Line == 0 {
		return &refusal{Whole: problemText(p, first)}
	}
	lines := map[int]bool{}
	table := page.Table{
		Caption: p.Text("import.problems"),
		Columns: []page.Column{{Text: p.Text("import.line")}, {Text: p.Text("import.cell")}, {Text: p.Text("import.reason")}},
	}
	for i, problem := range f.Problems {
		lines[problem.Line] = true
		if i >= maxShown {
			continue
		}
		name := p.Text("import.whole-line")
		if problem.Column != "" {
			name = p.Text("import.column." + problem.Column)
		}
		table.Rows = append(table.Rows, []page.Cell{
			{Text: strconv.Itoa(problem.Line)}, {Text: name}, {Text: problemText(p, problem)},
		})
	}
	return &refusal{Problems: table, Lines: len(lines), More: max(0, len(f.Problems)-maxShown)}
}

func problemText(p *language.Printer, problem Problem) string {
	return p.TextOf("import.problem."+problem.Code, problem.Args)
}

func isRequired(column string) bool { return slices.Contains(required, column) }

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	j, err := s.job(r)
	if err != nil {
		return err
	}
	switch j.State {
	case Checked:
		plan, err := s.plan(r.Context(), j)
		if err != nil {
			return err
		}
		return renderPlan(w, r, http.StatusOK, plan)
	case Done:
		return s.showResults(w, r, j)
	}
	return pages.Render(w, r, http.StatusOK, "running.html", j)
}

// Shown is how many rows are done as the page counts them: the last one is done when the
// invitations are on their way.
func (j Job) Shown() int {
	if j.State == Running {
		return min(j.Done, j.People-1)
	}
	return j.Done
}

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

// resultsData is what the page of an import that is done shows.
type resultsData struct {
	Job     Job
	Invited bool // somebody was
	Counts  []outcomeCount
	Results page.Table
	Paging  page.Paging
}

// outcomeCount is how many rows ended in one way.
type outcomeCount struct {
	Text, Hint string
	Count      int
}

// resultsPage is how many rows one page of results shows.
const resultsPage = 100

var outcomeTones = map[Outcome]string{Invited: "good", HasApplied: "waiting", IsMember: "plain", IsKnown: "plain", Suppressed: "bad", Failed: "bad"}

func (s *Service) showResults(w http.ResponseWriter, r *http.Request, j Job) error {
	file, err := s.Jobs.File(r.Context(), j.ID)
	if err != nil {
		return err
	}
	results, err := s.Jobs.Results(r.Context(), j.ID)
	if err != nil {
		return err
	}
	words := web.Printer(r.Context())
	data := resultsData{Job: j, Invited: j.Counts[Invited] > 0}
	for _, outcome := range Outcomes {
		if n := j.Counts[outcome]; n > 0 {
			key := "import.outcome." + string(outcome)
			data.Counts = append(data.Counts, outcomeCount{words.Text(key), words.Text(key + ".hint"), n})
		}
	}
	last := map[int]page.Cell{}
	for _, result := range results {
		last[result.Line] = page.Cell{Text: words.Text("import.outcome." + string(result.Outcome)), Tone: outcomeTones[result.Outcome]}
	}
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 || from >= len(file.Rows) {
		from = 0
	}
	to := min(from+resultsPage, len(file.Rows))
	data.Results = rowTable(words, words.Text("import.results"), file.Rows[from:to], last)
	if from > 0 {
		data.Paging.Previous = pageAt(r, max(0, from-resultsPage))
	}
	if to < len(file.Rows) {
		data.Paging.Next = pageAt(r, to)
	}
	return pages.Render(w, r, http.StatusOK, "results.html", data)
}

func pageAt(r *http.Request, from int) string {
	return web.Link(r, r.URL.Path+"?from="+strconv.Itoa(from))
}
