package funding

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// calendarLength is how many calls a public calendar holds: those whose deadlines come first.
const calendarLength = 300

// writeDeadlines answers with the deadlines of one call.
func (s *Service) writeDeadlines(w http.ResponseWriter, r *http.Request) error {
	c, err := s.call(r)
	if err != nil {
		return err
	}
	if c.MergedInto != "" {
		return web.SeeOther(w, r, call.Path(c.MergedInto)+".ics")
	}
	return s.sendCalendar(w, r, c.Title, []call.Call{c})
}

// writeCalendar answers with the deadlines of the calls that a search finds. The calendar of a search
// has the search's own parameters.
func (s *Service) writeCalendar(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := s.find(r, q.from(""), calendarLength)
	if err != nil {
		return err
	}
	ids := make([]string, len(found.hits))
	for i, h := range found.hits {
		ids[i] = h.ID
	}
	calls, err := s.Calls.Calls(r.Context(), ids)
	if err != nil {
		return err
	}
	return s.sendCalendar(w, r, q.title(web.Printer(r.Context())), calls)
}

// sendCalendar answers with all deadlines of calls.
func (s *Service) sendCalendar(w http.ResponseWriter, r *http.Request, name string, calls []call.Call) error {
	site, err := url.Parse(s.Post.Site.URL)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	var events []event
	for i := range calls {
		events = append(events, s.events(p, &calls[i], site.Hostname())...)
	}
	var body bytes.Buffer
	if err := writeEvents(&body, name, site.Hostname(), events); err != nil {
		return err
	}
	web.Cached(w.Header(), "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="munet-calls.ics"`)
	w.Header().Add("Vary", "Accept-Language, Cookie")
	_, err = w.Write(body.Bytes())
	return err
}

// events are the deadlines of a call. A deadline keeps its identity when its day moves: it is the
// call's first, second and so on.
func (s *Service) events(p *language.Printer, c *call.Call, host string) []event {
	var all []event
	for i, d := range c.Deadlines {
		summary := p.Text("funding.calendar.event", "What", deadlineName(p, &c.Content, i), "Title", c.Title)
		if c.Withdrawn {
			summary = p.Text("funding.calendar.withdrawn", "Title", c.Title)
		}
		address := s.Post.Site.URL + web.InLanguage(call.Path(c.ID), p.Tag())
		e := event{
			UID: fmt.Sprintf("call-%s-%d@%s", c.ID, i+1, host), Sequence: max(c.Version-1, 0), Changed: c.ChangedAt,
			Start: d.At(), Cancelled: c.Withdrawn, Summary: summary, URL: address,
			Text: p.Text("funding.calendar.text", "Deadline", d.Words(p), "Programme", c.Programme) + "\n" + address,
		}
		if d.CutOff == "" {
			e.Start, e.AllDay = d.Day.Time(), true
		}
		all = append(all, e)
	}
	return all
}

// title names what a feed is limited to.
func (q query) title(p *language.Printer) string {
	title := p.Text("funding.feed", "Network", p.Text("shell.network"))
	for _, c := range q.chosen(p, func(query) string { return "" }) {
		title += " · " + c.Text
	}
	return title
}
