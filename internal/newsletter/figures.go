package newsletter

import (
	"cmp"
	"maps"
	"slices"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
)

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

func (f *figures) merge(g *figures) {
	f.All += g.All
	f.Sent += g.Sent
	f.Bounced += g.Bounced
	f.Complained += g.Complained
	f.Rest += g.Rest
	f.Unknown += g.Unknown
}

// breakdown counts deliveries by a property of their recipients.
type breakdown map[string]*figures

func (b breakdown) add(property string, d dissemination.Delivery) {
	if b[property] == nil {
		b[property] = &figures{}
	}
	b[property].add(d)
}

// labelled names the groups, the largest first, and makes those one that have the same name. Whoever's
// property is not known is called unknown.
func (b breakdown) labelled(unknown string, label func(property string) string) []figures {
	named := map[string]*figures{}
	for property, f := range b {
		name := unknown
		if property != "" {
			name = label(property)
		}
		if named[name] == nil {
			named[name] = &figures{Label: name}
		}
		named[name].merge(f)
	}
	out := make([]figures, 0, len(named))
	for f := range maps.Values(named) {
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
	c := chart{Title: title, Table: page.Table{Caption: p.Text("newsletter.report.figures", "Title", title), Columns: []page.Column{
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
