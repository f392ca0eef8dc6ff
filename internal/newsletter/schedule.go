package newsletter

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// reach is how many people would get a newsletter.
type reach struct {
	Total int
	More  bool // than were counted
	// Languages are the readers by the language that they chose.
	Languages []readers
}

// readers are those who chose one language.
type readers struct {
	Language, Gets language.Tag
	Count          int
}

// A page that asks "send now?" counts up to about 10,000 people; beyond that it says "more than".
const (
	countPage  = 500
	countPages = 20
)

// reach counts the members who want a newsletter, by language.
func (s *Service) reach(ctx context.Context, n Newsletter) (reach, error) {
	counts := map[language.Tag]int{}
	all := reach{}
	cursor := ""
	for counted := 0; ; counted++ {
		if counted == countPages {
			all.More = true
			break
		}
		people, next, err := s.Members.Audience(ctx, cursor, countPage)
		if err != nil {
			return all, err
		}
		refused, err := refusals(ctx, s.Members, n, people)
		if err != nil {
			return all, err
		}
		for _, p := range people {
			if refused[p.Ref.String()] == "" {
				counts[p.Language]++
				all.Total++
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	for tag, count := range counts {
		all.Languages = append(all.Languages, readers{Language: tag, Gets: n.For(tag), Count: count})
	}
	slices.SortFunc(all.Languages, func(a, b readers) int { return b.Count - a.Count })
	return all, nil
}

// sendData is what the page before sending shows.
type sendData struct {
	page.Form
	Newsletter Newsletter
	Reach      reach
	Table      page.Table
	Moments    []string
	Zones      []Zone
	// Twice says that the time is one that the clocks show twice that day.
	Twice    bool
	Which    []string
	Changed  bool
	Findings []finding
	// Refused says that a finding keeps it from being sent.
	Refused bool
}

func (s *Service) showSend(w http.ResponseWriter, r *http.Request) error {
	n, texts, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State != Draft {
		return redirect(w, r, pathOf(n.ID), "")
	}
	findings, err := s.Layout.check(n, texts)
	if err != nil {
		return err
	}
	return s.renderSend(w, r, http.StatusOK, sendData{Newsletter: n, Findings: findings, Form: page.Form{Values: url.Values{"moment": {"now"}, "zone": {string(Brussels)}}}})
}

func (s *Service) renderSend(w http.ResponseWriter, r *http.Request, status int, data sendData) error {
	var err error
	if data.Reach, err = s.reach(r.Context(), data.Newsletter); err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data.Area, data.Moments, data.Zones = "newsletter", []string{"now", "later"}, zones
	data.Which = []string{"first", "second"}
	data.Twice = data.Values.Get("which") != "" || slices.ContainsFunc(data.Errors, func(f fault.Field) bool { return f.Name == "which" })
	data.Table = page.Table{
		Caption: p.Text("newsletter.reach"),
		Columns: []page.Column{{Text: p.Text("newsletter.reads")}, {Text: p.Text("newsletter.gets")}, {Text: p.Text("newsletter.recipients"), Number: true}},
	}
	for _, l := range data.Reach.Languages {
		gets := p.Language(l.Gets)
		if l.Gets != l.Language {
			gets = p.Text("newsletter.gets.instead", "Language", gets)
		}
		data.Table.Rows = append(data.Table.Rows, []page.Cell{{Text: p.Language(l.Language)}, {Text: gets}, {Text: p.Number(l.Count)}})
	}
	return pages.Render(w, r, status, "send.html", data)
}

// send schedules the newsletter as it was when the page was shown. Sending the form twice
// schedules once.
func (s *Service) send(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	n, texts, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State != Draft {
		return redirect(w, r, pathOf(n.ID)+"/progress", "")
	}
	data := sendData{Newsletter: n, Form: page.Form{Values: r.PostForm}}
	if data.Findings, err = s.Layout.check(n, texts); err != nil {
		return err
	}
	if !n.Complete() {
		return s.renderSend(w, r, http.StatusConflict, data)
	}
	if slices.ContainsFunc(data.Findings, func(f finding) bool { return f.Must }) {
		data.Refused = true
		return s.renderSend(w, r, http.StatusUnprocessableEntity, data)
	}
	due, fields := parseMoment(r.PostForm, s.Now())
	if n.Audience.Everybody() {
		counted, err := s.reach(r.Context(), n)
		if err != nil {
			return err
		}
		if digits(r.PostForm.Get("number")) != strconv.Itoa(counted.Total) {
			fields = append(fields, fault.Field{Name: "number", Code: "other-number"})
		}
	}
	if len(fields) > 0 {
		data.Errors = fields
		return s.renderSend(w, r, http.StatusUnprocessableEntity, data)
	}
	err = s.schedule(r, n, parseVersion(r.PostForm.Get("version")), due)
	switch {
	case fault.Is(err, ErrScheduled.Code):
		return redirect(w, r, pathOf(n.ID)+"/progress", "")
	case fault.Is(err, ErrChanged.Code):
		if data.Newsletter, _, err = s.newsletter(r); err != nil {
			return err
		}
		data.Changed = true
		data.Values.Set("version", strconv.Itoa(data.Newsletter.Version))
		return s.renderSend(w, r, http.StatusConflict, data)
	case err != nil:
		return err
	}
	return redirect(w, r, pathOf(n.ID)+"/progress", "scheduled")
}

// digits leaves everything else out of a typed number, such as what groups thousands.
func digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
}

// schedule freezes the newsletter, starts its campaign and records who did it, in one transaction.
func (s *Service) schedule(r *http.Request, n Newsletter, version int, due time.Time) error {
	n.Version, n.Due, n.Attempt, n.UpdatedBy = version, due, n.Attempt+1, web.Who(r.Context()).Name
	writes, err := s.Ledger.Writes(dissemination.Campaign{
		ID: campaignID(n.ID, n.Attempt), Kind: CampaignKind, Subject: n.ID, Due: due,
	}, nil)
	if err != nil {
		return err
	}
	return s.Newsletters.Schedule(r.Context(), n, append(writes, s.Audit.Write(s.entry(r, audit.ScheduleNewsletter, n)))...)
}

// cancelData is what the page before cancelling shows.
type cancelData struct {
	Newsletter Newsletter
}

func (s *Service) showCancel(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	stage, err := s.stage(r.Context(), n)
	if err != nil {
		return err
	}
	if stage != StageScheduled {
		return redirect(w, r, pathOf(n.ID), "")
	}
	return pages.Render(w, r, http.StatusOK, "cancel.html", cancelData{n})
}

// cancel makes a scheduled newsletter a draft again, as long as nothing was sent.
func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return redirect(w, r, pathOf(n.ID), "cancelled")
	}
	err = s.Newsletters.Unschedule(r.Context(), n, web.Who(r.Context()).Name,
		s.Ledger.Cancel(n.Campaign()), s.Audit.Write(s.entry(r, audit.CancelNewsletter, n)))
	if err != nil {
		return err
	}
	return redirect(w, r, pathOf(n.ID), "cancelled")
}
