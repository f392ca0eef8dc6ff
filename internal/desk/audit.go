package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

const (
	auditPath = "/desk/audit"
	// auditPage is how many entries a page shows.
	auditPage = 50
	// monthForm is how a month is written in an address.
	monthForm = "2006-01"
)

// auditQuery is what an address asks of the audit log.
type auditQuery struct {
	month  time.Time
	filter audit.Filter
	cursor string
}

// parseAudit reads an address. What is no choice narrows nothing, and no month is the present one.
func parseAudit(q url.Values, now time.Time) auditQuery {
	a := auditQuery{month: now.UTC(), cursor: q.Get("cursor"), filter: audit.Filter{Since: now.Add(-audit.Kept)}}
	if month, err := time.Parse(monthForm, q.Get("month")); err == nil {
		a.month = month
	}
	a.filter.Action, _ = audit.ActionOf(q.Get("action"))
	if who, err := members.ParseRef(q.Get("who")); err == nil {
		a.filter.Who = who.String()
	}
	if words := []rune(q.Get("words")); len(words) <= maxWords {
		a.filter.Words = string(words)
	}
	if len(a.cursor) > maxCursor {
		a.cursor = ""
	}
	return a
}

// maxCursor is longer than every key of the audit log, in bytes.
const maxCursor = 100

// query is the reverse of parseAudit, without the cursor.
func (a auditQuery) query() url.Values {
	q := url.Values{"month": {a.month.Format(monthForm)}}
	for name, value := range map[string]string{"action": a.filter.Action.String(), "who": a.filter.Who, "words": a.filter.Words} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// to is the address of another page for the same question, with one value set or, if empty, removed.
func (a auditQuery) to(path, name, value string) string {
	q := a.query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	return path + "?" + q.Encode()
}

// auditData is what the page of the audit log shows.
type auditData struct {
	Month   string
	Months  []page.Choice
	Action  string
	Actions []page.Choice
	Words   string
	Who     string // the one person whose entries are shown, or ""
	Name    string // of that person
	Anybody string // the address without that person
	Chosen  string // the language in the address, for the form
	Table   page.Table
	CSV     string // the addresses of the same entries as files
	JSON    string
	Paging  page.Paging
}

func (s *Service) showAudit(w http.ResponseWriter, r *http.Request) error {
	a := parseAudit(r.URL.Query(), s.Now())
	entries, next, err := s.Audit.Month(r.Context(), a.month, a.filter, a.cursor, auditPage)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := auditData{
		Month: a.month.Format(monthForm), Action: a.filter.Action.String(), Words: a.filter.Words, Who: a.filter.Who,
		Anybody: web.Link(r, a.to(auditPath, "who", "")), Chosen: string(web.ChosenLanguage(r.Context())),
		CSV: web.Link(r, a.to(auditPath+".csv", "", "")), JSON: web.Link(r, a.to(auditPath+".jsonl", "", "")),
		Table: auditTable(r, a, entries),
	}
	for _, month := range audit.Months(s.Now()) {
		text := p.Text("audit.month."+strconv.Itoa(int(month.Month())), "Year", strconv.Itoa(month.Year()))
		data.Months = append(data.Months, page.Choice{Value: month.Format(monthForm), Text: text})
	}
	for _, action := range audit.Actions() {
		data.Actions = append(data.Actions, page.Choice{Value: action.String(), Text: actionText(p, action)})
	}
	if len(entries) > 0 {
		data.Name = cmp.Or(entries[0].Name, a.filter.Who)
	}
	if a.cursor != "" {
		data.Paging.First = web.Link(r, a.to(auditPath, "", ""))
	}
	if next != "" {
		data.Paging.Next = web.Link(r, a.to(auditPath, "cursor", next))
	}
	return pages.Render(w, r, http.StatusOK, "audit.html", data)
}

// auditTable lists entries. What was done leads to what it was done to, and a name to all that the
// person did in the month.
func auditTable(r *http.Request, a auditQuery, entries []audit.Entry) page.Table {
	p := web.Printer(r.Context())
	table := page.Table{Caption: p.Text("audit.caption"), Columns: []page.Column{
		{Text: p.Text("audit.when")}, {Text: p.Text("audit.who")}, {Text: p.Text("audit.action")}, {Text: p.Text("audit.note")},
	}}
	for _, e := range entries {
		table.Rows = append(table.Rows, []page.Cell{
			{Text: p.DateTime(e.At)},
			{Text: cmp.Or(e.Name, e.Who), URL: web.Link(r, a.to(auditPath, "who", e.Who))},
			{Text: actionText(p, e.Action), URL: web.Link(r, e.What)},
			{Text: e.Note},
		})
	}
	return table
}

// actionText says what was done. An action that another version wrote is its code.
func actionText(p *language.Printer, a audit.Action) string {
	if !slices.Contains(audit.Actions(), a) {
		return a.String()
	}
	return p.Text("audit.action." + a.String())
}
