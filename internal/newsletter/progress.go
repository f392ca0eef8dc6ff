package newsletter

import (
	"context"
	"errors"
	"net/http"
	"time"

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
	Shards     page.Table
	now        time.Time
}

func (s *Service) showProgress(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return redirect(w, r, pathOf(n.ID), "")
	}
	data, err := s.progress(r, n)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	if data.Exceptions, err = s.exceptions(r.Context(), p, data.Report.Exceptions); err != nil {
		return err
	}
	data.Shards = shardTable(p, data.Report.Shards)
	return pages.Render(w, r, http.StatusOK, "progress.html", data)
}

// progress reads how the sending of a newsletter stands.
func (s *Service) progress(r *http.Request, n Newsletter) (progressData, error) {
	report, err := s.Ledger.Report(r.Context(), n.Campaign(), maxExceptions)
	data := progressData{Newsletter: n, Report: report, Gone: errors.Is(err, dissemination.ErrNone), Stage: StageSent, now: s.Now()}
	if err != nil && !data.Gone {
		return data, err
	}
	if !data.Gone {
		data.Stage = stageOf(n, map[string]dissemination.Campaign{n.Campaign(): report.Campaign})
		data.Parked = data.Stage == StageSending && report.Parked.After(s.Now())
	}
	data.Tag = data.Stage.tag(web.Printer(r.Context()))
	return data, nil
}

// Running reports whether the page will look different soon.
func (d progressData) Running() bool {
	switch {
	case d.Gone || d.Stage == StagePaused:
		return false
	case d.Stage == StageStopped:
		return d.Report.Finished.IsZero()
	}
	return d.Stage != StageSent
}

// CanStop reports whether the sending can be ended in its middle, CanPause whether it can be paused.
func (d progressData) CanStop() bool {
	return d.Stage == StageSending && d.moving() || d.Stage == StagePaused
}
func (d progressData) CanPause() bool { return d.Stage == StageSending && d.moving() }

// moving is false while what is uncertain waits to be sent again.
func (d progressData) moving() bool { return d.Report.State != dissemination.Done }

// CanRepeat reports whether those of whom nobody knows can be sent the newsletter again, and MayRepeat
// whether that will be so in a moment.
func (d progressData) CanRepeat() bool { return d.MayRepeat() && !d.Report.AgainFrom().After(d.now) }
func (d progressData) MayRepeat() bool {
	return d.Stage == StageSent && !d.Gone && d.Report.Unknown > 0 && !d.Report.AgainFrom().IsZero()
}

// Minutes is about how long it still takes, at least 1, or 0 if that cannot be told.
func (d progressData) Minutes() int {
	if d.Report.Left <= 0 {
		return 0
	}
	return int((d.Report.Left + time.Minute - 1) / time.Minute)
}

// Rate is about how many are sent in a second.
func (d progressData) Rate() int { return max(1, int(d.Report.PerSecond+0.5)) }

var shardTones = map[dissemination.ShardState]string{
	dissemination.Waiting: "waiting", dissemination.Working: "waiting", dissemination.Closed: "good",
}

// shardTable shows the parts in which recipients are worked off.
func shardTable(p *language.Printer, shards []dissemination.ShardReport) page.Table {
	table := page.Table{Caption: p.Text("newsletter.shards"), Columns: []page.Column{
		{Text: p.Text("newsletter.shard")}, {Text: p.Text("newsletter.stage")},
		{Text: p.Text("newsletter.shard.ready"), Number: true}, {Text: p.Text("newsletter.shard.claimed"), Number: true},
		{Text: p.Text("newsletter.count.sent"), Number: true}, {Text: p.Text("newsletter.report.unknown"), Number: true},
		{Text: p.Text("newsletter.report.rest"), Number: true},
	}}
	for _, sh := range shards {
		row := []page.Cell{
			{Text: p.Number(sh.Number)},
			{Text: p.Text("newsletter.shard." + string(sh.State)), Tone: shardTones[sh.State]},
		}
		for _, n := range []int{sh.Ready, sh.Claimed, sh.Sent, sh.Unknown, sh.Failed + sh.Suppressed} {
			row = append(row, page.Cell{Text: p.Number(n)})
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// Closed is how many recipients have been dealt with.
func (d progressData) Closed() int { return d.Report.Closed() }

// exceptions is a table of deliveries by name and organisation.
func (s *Service) exceptions(ctx context.Context, p *language.Printer, found []dissemination.Exception) (page.Table, error) {
	table := page.Table{
		Caption: p.Text("newsletter.exceptions.list"),
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
			tone, text = "bad", refusalText(p, e.Reason)
		}
		table.Rows = append(table.Rows, []page.Cell{{Text: name}, {Text: organisation}, {Text: text, Tone: tone}})
	}
	return table, nil
}

// refusalText says why SES did not take a mail, or names its code if it is one that we have no words for.
func refusalText(p *language.Printer, code string) string {
	if key := "newsletter.outcome.failed." + code; p.Has(key) {
		return p.Text(key)
	}
	return p.Text("newsletter.outcome.failed", "Reason", code)
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
