package fundingalerts

import (
	"context"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// letter lays out what an alert tells a person, in their language: deadlines that come near, new
// calls, changes. Each call says why it is there.
func (m *mailing) letter(ctx context.Context, p members.Person, a alert) (mail.Frame, error) {
	words := language.For(p.Language)
	var digest mail.Digest
	first, shownSoFar := "", 0
	for _, kind := range kinds {
		section := mail.Section{Heading: words.Text("alert." + string(kind) + ".heading")}
		for _, e := range a.Entries {
			c, ok := m.calls[e.Call]
			if e.Kind != kind || !ok || c.ID == "" {
				continue
			}
			if first == "" {
				first = c.Title
			}
			if shownSoFar++; shownSoFar > shown {
				section.More = append(section.More, mail.Action{Label: c.Title, URL: m.page(e.Call, "", words)})
				continue
			}
			item, err := m.item(ctx, e, &c, words)
			if err != nil {
				return mail.Frame{}, err
			}
			section.Items = append(section.Items, item)
		}
		if len(section.More) > 0 {
			section.MoreWords = words.Text("alert.more", "Count", len(section.More))
		}
		if len(section.Items)+len(section.More) > 0 {
			digest.Sections = append(digest.Sections, section)
		}
	}
	html, err := digest.HTML()
	if err != nil {
		return mail.Frame{}, err
	}
	site, err := url.Parse(m.Site.URL)
	if err != nil {
		return mail.Frame{}, err
	}
	return mail.Frame{
		Site: m.Site, Language: words.Tag(), From: m.From,
		Subject: words.Text("alert.subject", "Count", len(a.Entries), "Title", first),
		Heading: words.Text("alert.heading"), Preview: first,
		HTML: html, Text: digest.Text(),
		Reason: words.Text("alert.reason"), ListID: "funding." + site.Hostname(),
	}, nil
}

// item is one call in a mail.
func (m *mailing) item(ctx context.Context, e Entry, c *call.Call, words *language.Printer) (mail.Item, error) {
	item := mail.Item{
		Title: c.Title, URL: m.page(e.Call, "", words), Mark: m.deadline(e, c, words),
		Lines: []string{strings.Join(compact(c.Programme, words.Text("call.kind."+string(c.Kind)), budget(c, words)), " · ")},
		Why:   why(e, words),
		Links: []mail.Action{
			{Label: words.Text("alert.follow"), URL: m.page(e.Call, "/follow", words)},
			{Label: words.Text("alert.dismiss"), URL: m.page(e.Call, "/dismiss", words)},
			{Label: words.Text("alert.calendar"), URL: m.page(e.Call, ".ics", words)},
		},
	}
	if e.Kind != Changed {
		return item, nil
	}
	found, err := m.changed(ctx, c, e.From)
	if err != nil {
		return item, err
	}
	for _, d := range found {
		item.Lines = append(item.Lines, change(d, words))
	}
	return item, nil
}

// page is the address of a page about a call, in the language of the mail.
func (m *mailing) page(id, suffix string, words *language.Printer) string {
	return m.Site.URL + call.Path(id) + suffix + "?lang=" + string(words.Tag())
}

// deadline says when applications must be in, and how many days are left if that is why the call is
// in the mail.
func (m *mailing) deadline(e Entry, c *call.Call, words *language.Printer) string {
	now := m.Alerts.now()
	d, ahead := c.Next(now)
	switch {
	case c.Status(now) == call.Withdrawn || !ahead && len(c.Deadlines) > 0:
		return words.Text("call.status." + string(c.Status(now)))
	case !ahead:
		return words.Text("alert.undated")
	}
	said := words.Text("alert.next", "Value", d.Words(words))
	if e.Kind != Deadline {
		return said
	}
	left := daysBetween(call.DateOf(now).Time(), d.Day.Time())
	if left == 0 {
		return said + ". " + words.Text("alert.today")
	}
	return said + ". " + words.Text("alert.left", "Count", left)
}

func budget(c *call.Call, words *language.Printer) string {
	if c.Budget.Amount == 0 {
		return ""
	}
	return words.Text("alert.budget", "Value", c.Budget.Words(words))
}

// why says by which interests and reasons a call came into the mail.
func why(e Entry, words *language.Printer) string {
	if len(e.Interests) == 0 {
		return words.Text("alert.followed")
	}
	var names, reasons []string
	for _, i := range e.Interests {
		names = append(names, i.Name)
	}
	for _, r := range e.Reasons {
		reasons = append(reasons, r.Words(words))
	}
	said := words.Text("alert.interest", "Count", len(names), "Names", strings.Join(names, ", ")) + "."
	if len(reasons) == 0 {
		return said
	}
	return said + " " + words.Text("alert.why", "Reasons", strings.Join(reasons, ", "))
}

// change says one difference.
func change(d call.Difference, words *language.Printer) string {
	before, after := d.Words(words)
	key := "alert.change"
	switch {
	case before == "":
		key = "alert.change.new"
	case after == "":
		key = "alert.change.gone"
	}
	return words.Text(key, "Field", words.Text("call.field."+string(d.Field)), "Before", before, "After", after)
}

// compact leaves out what is empty.
func compact(parts ...string) []string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return said
}
