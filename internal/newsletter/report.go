package newsletter

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// reportData is what the report about a newsletter shows.
type reportData struct {
	Newsletter Newsletter
	Tag        page.Tag
	Report     dissemination.Report
	Gone       bool
	Charts     []chart
	// Placed is how many recipients are known by country and language, see [Service.origins].
	Placed int
	Parts  []part // of the file
}

// Placing reports whether the page will know more soon.
func (d reportData) Placing() bool { return d.Placed < d.Report.Total() }

func (s *Service) showReport(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return redirect(w, r, pathOf(n.ID), "")
	}
	seen, err := s.progress(r, n)
	if err != nil {
		return err
	}
	data := reportData{Newsletter: n, Tag: seen.Tag, Report: seen.Report, Gone: seen.Gone}
	if !data.Gone {
		from, err := s.origins(r.Context(), n.Campaign(), data.Report.Shards)
		if err != nil {
			return err
		}
		data.Charts, data.Placed = charts(web.Printer(r.Context()), n, data.Report.Shards, from)
		data.Parts = parts(data.Report.Shards)
	}
	return pages.Render(w, r, http.StatusOK, "report.html", data)
}

// charts are the figures by country and by the language that people got, and how many recipients they
// are about.
func charts(p *language.Printer, n Newsletter, shards []dissemination.ShardReport, from map[int]origins) ([]chart, int) {
	country, tongue := breakdown{}, breakdown{}
	placed := 0
	for _, sh := range shards {
		known, ok := from[sh.Number]
		if !ok {
			continue
		}
		for i := range sh.Total() {
			d := sh.Delivery(i)
			country.add(known.countries[i], d)
			tongue.add(known.languages[i], d)
		}
		placed += sh.Total()
	}
	if placed == 0 {
		return nil, 0
	}
	left := p.Text("newsletter.left")
	return []chart{
		newChart(p, p.Text("newsletter.report.by-country"), country.labelled(left, p.Country)),
		newChart(p, p.Text("newsletter.report.by-language"), tongue.labelled(left, func(tag string) string {
			return p.Language(n.For(language.Tag(tag)))
		})),
	}, placed
}
