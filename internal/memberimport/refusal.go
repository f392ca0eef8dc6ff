package memberimport

import (
	"net/http"
	"strconv"

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
