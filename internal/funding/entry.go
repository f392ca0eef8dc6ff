package funding

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// callData is what a call's page shows.
type callData struct {
	call.Call
	Tag       page.Tag
	Deadline  string // the next one in words, or ""
	Timeline  []moment
	Facts     [][2]string
	Who       []string // who may apply, in sentences
	Origins   []origin
	EU        bool // a source is the European Union's
	Canonical string
	History   []versionView
	Offers    []offerView
	// Marks are those of the signed-in member; nil for everybody else.
	Followed, Dismissed bool
	Member              bool
	Coordinator         bool
}

// moment is a day in the life of a call.
type moment struct {
	When, What string
	Past, Next bool
}

// origin is a source with the call's address there.
type origin struct{ Name, URL string }

// versionView is one version of a call in its history.
type versionView struct {
	At      time.Time
	First   bool
	Changes []changeView
}

// changeView is how one field changed, in words.
type changeView struct{ Field, Before, After string }

func (s *Service) showCall(w http.ResponseWriter, r *http.Request) error {
	if id, ok := strings.CutSuffix(r.PathValue("call"), ".ics"); ok {
		r.SetPathValue("call", id)
		return s.writeDeadlines(w, r)
	}
	c, err := s.call(r)
	if err != nil {
		return err
	}
	if c.MergedInto != "" {
		http.Redirect(w, r, web.Link(r, call.Path(c.MergedInto)), http.StatusMovedPermanently) //nolint:gosec // our own page
		return nil
	}
	p, now := web.Printer(r.Context()), s.Now()
	d := callData{
		Call: c, Tag: statusTag(p, c.Status(now)), Timeline: timeline(p, &c.Content, now), Facts: facts(p, &c.Content),
		Who: whoMayApply(p, c.Eligibility), Canonical: s.Post.Site.URL + call.Path(c.ID),
	}
	if next, ok := c.Next(now); ok && !c.Withdrawn {
		d.Deadline = next.Words(p)
	}
	if d.Origins, d.EU, err = s.origins(r.Context(), p, c); err != nil {
		return err
	}
	if d.History, err = s.history(r.Context(), p, c.ID); err != nil {
		return err
	}
	if d.Offers, err = s.offers(r, c.ID); err != nil {
		return err
	}
	if who := web.Who(r.Context()); who != nil && who.Approved {
		marks, err := s.marks(r)
		if err != nil {
			return err
		}
		_, d.Followed = marks.Followed[c.ID]
		_, d.Dismissed = marks.Dismissed[c.ID]
		d.Member, d.Coordinator = true, who.Coordinator
	}
	w.Header().Set("Last-Modified", c.ChangedAt.UTC().Format(http.TimeFormat))
	return pages.Render(w, r, http.StatusOK, "call.html", d)
}

func (s *Service) marks(r *http.Request) (interest.Marks, error) {
	ref, err := member(r)
	if err != nil {
		return interest.Marks{}, err
	}
	return s.Interests.Marks(r.Context(), ref)
}

// timeline lists the days of a call, the earliest first.
func timeline(p *language.Printer, c *call.Content, now time.Time) []moment {
	var all []moment
	if opens := c.Opens.Time(); !opens.IsZero() {
		all = append(all, moment{When: p.Date(opens), What: p.Text("funding.timeline.opens"), Past: !opens.After(now)})
	}
	next, ahead := c.Next(now)
	for i, d := range c.Deadlines {
		all = append(all, moment{
			When: d.Words(p), What: deadlineName(p, c, i), Past: !d.At().After(now), Next: ahead && d == next && !c.Withdrawn,
		})
	}
	return all
}

// deadlineName says what one of the call's deadlines is for.
func deadlineName(p *language.Printer, c *call.Content, i int) string {
	switch {
	case len(c.Deadlines) == 1:
		return p.Text("funding.timeline.deadline")
	case c.Model == call.TwoStage && i == 0:
		return p.Text("funding.timeline.first")
	case c.Model == call.TwoStage:
		return p.Text("funding.timeline.second")
	}
	return p.Text("funding.timeline.cut-off", "Number", i+1)
}

// facts are the short answers, with the names of their fields.
func facts(p *language.Printer, c *call.Content) [][2]string {
	var all [][2]string
	add := func(field call.Field, said string) {
		if said != "" {
			all = append(all, [2]string{p.Text("call.field." + string(field)), said})
		}
	}
	// What a field says is what its difference to an empty call says.
	for _, d := range call.Diff(&call.Content{}, c) {
		switch d.Field {
		case call.FieldProgramme, call.FieldKind, call.FieldReference, call.FieldModel, call.FieldBudget, call.FieldGrants,
			call.FieldGrantSize, call.FieldRate, call.FieldTopics:
			_, said := d.Words(p)
			add(d.Field, said)
		}
	}
	return all
}

// whoMayApply says in sentences what the source says of applicants.
func whoMayApply(p *language.Printer, e call.Eligibility) []string {
	var said []string
	kinds, countries := list(e.Applicants, func(k string) string { return p.Text("kind." + k) }), list(e.Countries, p.Country)
	switch {
	case kinds != "" && countries != "":
		said = append(said, p.Text("funding.who.kinds-countries", "Kinds", kinds, "Countries", countries))
	case kinds != "":
		said = append(said, p.Text("funding.who.kinds", "Kinds", kinds))
	case countries != "":
		said = append(said, p.Text("funding.who.countries", "Countries", countries))
	default:
		said = append(said, p.Text("funding.who.unknown"))
	}
	switch {
	case e.Partners > 1 && e.PartnerCountries > 1:
		said = append(said, p.Text("funding.who.partners-countries", "Count", e.Partners, "Countries", e.PartnerCountries))
	case e.Partners > 1:
		said = append(said, p.Text("funding.who.partners", "Count", e.Partners))
	}
	return said
}

func list[T ~string](values []T, name func(string) string) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = name(string(v))
	}
	return strings.Join(names, ", ")
}

// origins names the sources of a call, and reports whether one is the European Union's, whose texts
// are under CC BY 4.0 (Commission Decision 2011/833/EU on the reuse of Commission documents).
func (s *Service) origins(ctx context.Context, p *language.Printer, c call.Call) ([]origin, bool, error) {
	read, err := s.Calls.Sources(ctx)
	if err != nil {
		return nil, false, err
	}
	var all []origin
	eu := false
	for _, o := range c.Origins {
		at := slices.IndexFunc(read, func(src call.Source) bool { return src.ID == o.Source })
		switch {
		case at >= 0:
			all = append(all, origin{read[at].Name, o.URL})
			eu = eu || read[at].Kind == call.Portal || read[at].Kind == call.Interreg
		case o.Source == call.ByForm, o.Source == call.ByFile:
			all = append(all, origin{p.Text("funding.source.network"), o.URL})
		default: // not read yet since the network began
			all = append(all, origin{known(p, "funding.source.", o.Source), o.URL})
			eu = eu || o.Source == string(call.Portal) || o.Source == string(call.Interreg)
		}
	}
	return all, eu, nil
}

// history tells the versions of a call, the latest first.
func (s *Service) history(ctx context.Context, p *language.Printer, id string) ([]versionView, error) {
	versions, err := s.Calls.History(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []versionView
	for _, v := range slices.Backward(versions) {
		all = append(all, versionView{At: v.At, First: v.Number == 1, Changes: changes(p, v.Differences)})
	}
	return all, nil
}

func changes(p *language.Printer, differences []call.Difference) []changeView {
	var all []changeView
	for _, d := range differences {
		before, after := d.Words(p)
		all = append(all, changeView{p.Text("call.field." + string(d.Field)), before, after})
	}
	return all
}
