package newsletter

import (
	"context"
	"errors"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxExceptions is how many failed and uncertain deliveries the progress page lists.
const maxExceptions = 50

// progressData is what the page about a newsletter on its way shows.
type progressData struct {
	Newsletter Newsletter
	Stage      Stage
	Tag        page.Tag
	Report     dissemination.Report
	// Parked says that the account's daily quota is used up, until Report.Campaign.Parked.
	Parked bool
	// Gone says that the record of the deliveries is not kept any more.
	Gone       bool
	Exceptions page.Table
}

func (s *Service) showProgress(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return redirect(w, r, pathOf(n.ID), "")
	}
	p := web.Printer(r.Context())
	report, err := s.Ledger.Report(r.Context(), n.Campaign(), maxExceptions)
	data := progressData{Newsletter: n, Report: report, Gone: errors.Is(err, dissemination.ErrNone), Stage: StageSent}
	if err != nil && !data.Gone {
		return err
	}
	if !data.Gone {
		data.Stage = stageOf(n, map[string]dissemination.Campaign{n.Campaign(): report.Campaign})
		data.Parked = data.Stage == StageSending && report.Parked.After(s.Now())
		if data.Exceptions, err = s.exceptions(r.Context(), p, report.Exceptions); err != nil {
			return err
		}
	}
	data.Tag = data.Stage.tag(p)
	return pages.Render(w, r, http.StatusOK, "progress.html", data)
}

// Running reports whether the page will look different soon.
func (d progressData) Running() bool { return !d.Gone && d.Stage != StageSent }

// Closed is how many recipients have been dealt with.
func (d progressData) Closed() int { return d.Report.Closed() }

// exceptions is a table of deliveries by name and organisation.
func (s *Service) exceptions(ctx context.Context, p *language.Printer, found []dissemination.Exception) (page.Table, error) {
	table := page.Table{
		Caption: p.Text("newsletter.exceptions"),
		Columns: []page.Column{{Text: p.Text("newsletter.recipient")}, {Text: p.Text("newsletter.organisation")}, {Text: p.Text("newsletter.outcome")}},
	}
	var refs []members.Ref
	for _, e := range found {
		if ref, err := members.ParseRef(e.Recipient); err == nil {
			refs = append(refs, ref)
		}
	}
	people := map[string]members.Person{}
	if len(refs) > 0 {
		list, err := s.Members.People(ctx, refs)
		if err != nil {
			return table, err
		}
		for _, person := range list {
			people[person.Ref.String()] = person
		}
	}
	organisations := map[string]string{}
	for _, e := range found {
		person, ok := people[e.Recipient]
		name, organisation := p.Text("newsletter.left"), ""
		if ok {
			name = person.Name
			var err error
			if organisation, err = s.organisation(ctx, organisations, person.Organisation); err != nil {
				return table, err
			}
		}
		tone, text := "waiting", p.Text("newsletter.outcome.unknown")
		if e.Outcome == dissemination.Failed {
			tone, text = "bad", p.Text("newsletter.outcome.failed", "Reason", e.Reason)
		}
		table.Rows = append(table.Rows, []page.Cell{{Text: name}, {Text: organisation}, {Text: text, Tone: tone}})
	}
	return table, nil
}

// organisation returns an organisation's name, read once.
func (s *Service) organisation(ctx context.Context, known map[string]string, id string) (string, error) {
	if name, ok := known[id]; ok {
		return name, nil
	}
	org, _, err := s.Members.Organisation(ctx, id)
	if err != nil && !errors.Is(err, members.ErrNone) {
		return "", err
	}
	known[id] = org.Name
	return org.Name, nil
}
