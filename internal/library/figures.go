package library

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// figured are the facets that the figures of the network are broken down by.
var figured = []string{practice.FacetCountry, practice.FacetTheme, practice.FacetPeriod}

// figures are how many practices and programmes are in the library. They come from the index: asking
// for them reads nothing else.
type figures struct {
	Practices, Programmes int
	By                    map[string][]figure
}

// figure counts what has one value of a facet.
type figure struct {
	Value                 string
	Practices, Programmes int
}

func (f figure) all() int { return f.Practices + f.Programmes }

func (s *Service) figures(ctx context.Context) (figures, error) {
	f := figures{By: map[string][]figure{}}
	index, err := s.Index(ctx)
	if err != nil {
		return f, err
	}
	for _, kind := range practice.Kinds {
		found, err := index.Search(search.Query{
			Filters: map[string][]string{practice.FacetKind: {string(kind)}}, Counts: figured, Size: 1,
		})
		if err != nil {
			return f, err
		}
		f.add(kind, found)
	}
	return f, nil
}

func (f *figures) add(kind practice.Kind, found search.Result) {
	count := func(to *figure, n int) {
		if kind == "programme" {
			to.Programmes += n
		} else {
			to.Practices += n
		}
	}
	total := figure{}
	count(&total, found.Total)
	f.Practices, f.Programmes = f.Practices+total.Practices, f.Programmes+total.Programmes
	for name, counts := range found.Counts {
		for _, c := range counts {
			i := slices.IndexFunc(f.By[name], func(g figure) bool { return g.Value == c.Value })
			if i < 0 {
				i, f.By[name] = len(f.By[name]), append(f.By[name], figure{Value: c.Value})
			}
			count(&f.By[name][i], c.N)
		}
	}
	for name, list := range f.By {
		slices.SortFunc(list, func(a, b figure) int {
			if name == practice.FacetPeriod {
				return cmp.Compare(a.Value, b.Value)
			}
			return cmp.Or(b.all()-a.all(), cmp.Compare(a.Value, b.Value))
		})
	}
}

// figuresData is what the page with the figures shows.
type figuresData struct {
	figures
	Countries int
	Charts    []chart
}

func (s *Service) showFigures(w http.ResponseWriter, r *http.Request) error {
	f, err := s.figures(r.Context())
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	d := figuresData{figures: f, Countries: len(f.By[practice.FacetCountry])}
	for _, name := range figured {
		i := slices.IndexFunc(facets, func(f property) bool { return f.name == name })
		if list := f.By[name]; len(list) > 0 {
			d.Charts = append(d.Charts, newChart(p, facets[i], list, func(q query) string { return web.Link(r, q.at(root)) }))
		}
	}
	return pages.Render(w, r, http.StatusOK, "figures.html", d)
}

// chart is a bar chart and the table with the same figures.
type chart struct {
	ID, Title, Note string
	Bars            []bar
	Table           page.Table
}

// bar is one line of a chart: its words, and two bars one after the other. Widths are per cent.
type bar struct {
	Label                           string
	Practices, Programmes           int
	PracticesWidth, ProgrammesWidth float64
}

func newChart(p *language.Printer, f property, list []figure, link func(query) string) chart {
	c := chart{ID: f.name, Title: p.Text("library.figures." + f.name)}
	if key := "library.figures." + f.name + ".note"; p.Has(key) {
		c.Note = p.Text(key)
	}
	c.Table.Caption = c.Title
	c.Table.Columns = []page.Column{
		{Text: p.Text("library.facet." + f.name)}, {Text: p.Text("library.figures.practices"), Number: true},
		{Text: p.Text("library.figures.programmes"), Number: true}, {Text: p.Text("library.figures.all"), Number: true},
	}
	most := 0
	for _, g := range list {
		most = max(most, g.all())
	}
	for _, g := range list {
		label := f.text(p, g.Value)
		share := func(n int) float64 { return float64(n) * 100 / float64(most) }
		c.Bars = append(c.Bars, bar{label, g.Practices, g.Programmes, share(g.Practices), share(g.Programmes)})
		c.Table.Rows = append(c.Table.Rows, []page.Cell{
			{Text: label, URL: link(query{Values: map[string][]string{f.name: {g.Value}}})},
			{Text: p.Number(g.Practices)}, {Text: p.Number(g.Programmes)}, {Text: p.Number(g.all())},
		})
	}
	return c
}

// figureJSON is a figure as other sites see it.
type figureJSON struct {
	Value      string `json:"value"`
	Name       string `json:"name"`
	Practices  int    `json:"practices"`
	Programmes int    `json:"programmes"`
}

func (s *Service) getFigures(w http.ResponseWriter, r *http.Request) error {
	f, err := s.figures(r.Context())
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	list := func(name string) []figureJSON {
		i := slices.IndexFunc(facets, func(f property) bool { return f.name == name })
		all := []figureJSON{}
		for _, g := range f.By[name] {
			all = append(all, figureJSON{g.Value, facets[i].text(p, g.Value), g.Practices, g.Programmes})
		}
		return all
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return web.WriteJSON(w, http.StatusOK, struct {
		Practices  int          `json:"practices"`
		Programmes int          `json:"programmes"`
		Countries  []figureJSON `json:"countries"`
		Themes     []figureJSON `json:"themes"`
		Years      []figureJSON `json:"years"`
	}{f.Practices, f.Programmes, list(practice.FacetCountry), list(practice.FacetTheme), list(practice.FacetPeriod)})
}
