package newsletter

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// recipient is somebody in the ledger as they are now. A person who has left since has no name.
type recipient struct {
	dissemination.Delivery
	Person       members.Person
	Organisation members.Organisation
}

const (
	// lookup is how many people DynamoDB returns at once, lookups how many such questions are asked
	// at a time.
	lookup  = 100
	lookups = 8
)

// recipients reads everybody in a campaign's ledger and who they are.
func (s *Service) recipients(ctx context.Context, campaign string) ([]recipient, error) {
	var all []recipient
	for d, err := range s.Ledger.Deliveries(ctx, campaign) {
		if err != nil {
			return nil, err
		}
		all = append(all, recipient{Delivery: d})
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	chunks := make(chan []recipient)
	var group sync.WaitGroup
	for range lookups {
		group.Go(func() {
			for chunk := range chunks {
				if err := s.identify(ctx, chunk); err != nil {
					cancel(err)
				}
			}
		})
	}
	for chunk := range slices.Chunk(all, lookup) {
		chunks <- chunk
	}
	close(chunks)
	group.Wait()
	return all, context.Cause(ctx)
}

// identify fills in who up to 100 recipients are.
func (s *Service) identify(ctx context.Context, chunk []recipient) error {
	var refs []members.Ref
	for _, r := range chunk {
		if ref, err := members.ParseRef(r.Recipient); err == nil {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	people, err := s.Members.People(ctx, refs)
	if err != nil {
		return err
	}
	organisations, err := s.Members.OrganisationsOf(ctx, people)
	if err != nil {
		return err
	}
	known := make(map[string]members.Person, len(people))
	for _, p := range people {
		known[p.Ref.String()] = p
	}
	for i, r := range chunk {
		p := known[r.Recipient]
		chunk[i].Person, chunk[i].Organisation = p, organisations[p.Ref.Organisation]
	}
	return nil
}

// figures is what became of a group's mail.
type figures struct {
	Label                                string
	All, Sent, Bounced, Complained, Rest int
	Unknown                              int
}

func (f *figures) add(d dissemination.Delivery) {
	f.All++
	switch d.Outcome {
	case dissemination.Sent:
		f.Sent++
	case dissemination.Unknown:
		f.Unknown++
	case dissemination.Ready, dissemination.Claimed, dissemination.Failed, dissemination.Suppressed:
		f.Rest++
	}
	if d.Bounced {
		f.Bounced++
	}
	if d.Complained {
		f.Complained++
	}
}

// breakdown counts recipients by a property, the largest group first.
func breakdown(all []recipient, label func(recipient) string) []figures {
	groups := map[string]*figures{}
	for _, r := range all {
		name := label(r)
		if groups[name] == nil {
			groups[name] = &figures{Label: name}
		}
		groups[name].add(r.Delivery)
	}
	out := make([]figures, 0, len(groups))
	for _, f := range groups {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b figures) int {
		return cmp.Or(cmp.Compare(b.All, a.All), cmp.Compare(a.Label, b.Label))
	})
	return out
}

// chart is a table of figures and the same as bars.
type chart struct {
	Title string
	Bars  []bar
	Table page.Table
}

// bar is one group of a chart. Widths are in hundredths of the longest bar.
type bar struct {
	Label            string
	All, Sent        int
	AllWidth, Width  int
	Y, TextY, Height int
}

// The measures of a chart in its own units.
const (
	barStep, barHeight = 44, 16
)

func newChart(p *language.Printer, title string, groups []figures) chart {
	c := chart{Title: title, Table: page.Table{Caption: title, Columns: []page.Column{
		{Text: p.Text("newsletter.report.group")}, {Text: p.Text("newsletter.recipients"), Number: true},
		{Text: p.Text("newsletter.count.sent"), Number: true}, {Text: p.Text("newsletter.report.bounced"), Number: true},
		{Text: p.Text("newsletter.report.complained"), Number: true}, {Text: p.Text("newsletter.report.unknown"), Number: true},
		{Text: p.Text("newsletter.report.rest"), Number: true},
	}}}
	for i, f := range groups {
		most := groups[0].All
		c.Bars = append(c.Bars, bar{
			Label: f.Label, All: f.All, Sent: f.Sent, AllWidth: 100 * f.All / most, Width: 100 * f.Sent / most,
			Y: i*barStep + 22, TextY: i*barStep + 16, Height: barHeight,
		})
		row := []page.Cell{{Text: f.Label}}
		for _, n := range []int{f.All, f.Sent, f.Bounced, f.Complained, f.Unknown, f.Rest} {
			row = append(row, page.Cell{Text: p.Number(n)})
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	return c
}

// Height is that of the whole chart.
func (c chart) Height() int { return len(c.Bars) * barStep }

// reportData is what the report about a newsletter shows.
type reportData struct {
	Newsletter Newsletter
	Tag        page.Tag
	Report     dissemination.Report
	Gone       bool
	Charts     []chart
}

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
		all, err := s.recipients(r.Context(), n.Campaign())
		if err != nil {
			return err
		}
		data.Charts = charts(web.Printer(r.Context()), n, all)
	}
	return pages.Render(w, r, http.StatusOK, "report.html", data)
}

// charts are the figures by country and by the language that people got.
func charts(p *language.Printer, n Newsletter, all []recipient) []chart {
	left := p.Text("newsletter.left")
	country := breakdown(all, func(r recipient) string {
		if r.Organisation.Country == "" {
			return left
		}
		return p.Country(r.Organisation.Country)
	})
	tongue := breakdown(all, func(r recipient) string {
		if r.Person.Language == "" {
			return left
		}
		return p.Language(n.For(r.Person.Language))
	})
	if len(all) == 0 {
		return nil
	}
	return []chart{
		newChart(p, p.Text("newsletter.report.by-country"), country),
		newChart(p, p.Text("newsletter.report.by-language"), tongue),
	}
}
