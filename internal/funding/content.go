package funding

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Money that a form takes is in euro.
const euro = "EUR"

// contentValues is what a call says, as the desk's form has it.
func contentValues(c *call.Content) url.Values {
	var deadlines []string
	for _, d := range c.Deadlines {
		deadlines = append(deadlines, d.String())
	}
	v := url.Values{
		"title": {c.Title}, "programme": {c.Programme}, "kind": {string(c.Kind)}, "reference": {c.Reference}, "summary": {c.Summary},
		"text": {string(c.Text)}, "opens": {string(c.Opens)}, "deadlines": {strings.Join(deadlines, "\n")}, "model": {string(c.Model)},
		"budget": {number(c.Budget.Amount)}, "grants": {number(int64(c.Grants))}, "leastGrant": {number(c.LeastGrant.Amount)},
		"mostGrant": {number(c.MostGrant.Amount)}, "rate": {number(int64(c.Rate))}, "applicants": texts(c.Eligibility.Applicants),
		"countries": c.Eligibility.Countries, "partners": {number(int64(c.Eligibility.Partners))},
		"partnerCountries": {number(int64(c.Eligibility.PartnerCountries))}, "notes": {string(c.Eligibility.Notes)},
		"topics": texts(c.Topics), "language": {c.Language}, "link": {""},
	}
	if len(c.Links) > 0 {
		v.Set("link", c.Links[0].URL)
	}
	if c.Withdrawn {
		v.Set("withdrawn", "yes")
	}
	if c.PartnerSearch {
		v.Set("partnerSearch", "yes")
	}
	return v
}

// readContent reads what was typed over what a call says now, and returns the fields that are refused.
func readContent(v url.Values, now call.Content) (call.Content, []fault.Field) {
	f := contentForm{Values: v, Content: now}
	c := &f.Content
	c.Title, c.Programme, c.Kind, c.Reference = v.Get("title"), v.Get("programme"), call.Kind(v.Get("kind")), v.Get("reference")
	c.Summary, c.Text = v.Get("summary"), call.Text(typedText(v.Get("text")))
	c.Opens, c.Deadlines = call.Date(strings.TrimSpace(v.Get("opens"))), f.deadlines()
	c.Model, c.Language = call.Model(v.Get("model")), v.Get("language")
	c.Budget, c.LeastGrant, c.MostGrant = f.money("budget", now.Budget), f.money("leastGrant", now.LeastGrant), f.money("mostGrant", now.MostGrant)
	c.Grants, c.Rate = f.count("grants"), f.count("rate")
	c.Eligibility = call.Eligibility{
		Applicants: chosen[members.Kind](v["applicants"]), Countries: chosen[string](v["countries"]),
		Partners: f.count("partners"), PartnerCountries: f.count("partnerCountries"), Notes: call.Text(typedText(v.Get("notes"))),
	}
	c.Topics = chosen[members.Topic](v["topics"])
	c.Withdrawn, c.PartnerSearch = v.Get("withdrawn") == "yes", v.Get("partnerSearch") == "yes"
	f.link(now.Links)
	checked := call.Record{ID: "-", Content: f.Content}.Clean()
	for _, refused := range checked.Validate() {
		if refused.Name == string(call.FieldGrantSize) {
			refused.Name = "mostGrant"
		}
		f.refused = append(f.refused, refused)
	}
	return checked.Content, f.refused
}

// contentForm is a form about a call while it is read.
type contentForm struct {
	url.Values
	call.Content
	refused []fault.Field
}

func (f *contentForm) refuse(name, code string) {
	f.refused = append(f.refused, fault.Field{Name: name, Code: code})
}

// deadlines reads a line for each: a day, and perhaps the time in Brussels.
func (f *contentForm) deadlines() []call.Deadline {
	var all []call.Deadline
	for line := range strings.Lines(f.Get("deadlines")) {
		day, cutOff, _ := strings.Cut(strings.Join(strings.Fields(line), " "), " ")
		if day != "" {
			all = append(all, call.Deadline{Day: call.Date(day), CutOff: cutOff})
		}
	}
	return all
}

// money reads an amount. One that was not touched keeps its currency.
func (f *contentForm) money(name string, now call.Money) call.Money {
	n, ok := euros(f.Get(name))
	switch {
	case !ok:
		f.refuse(name, "number")
		return now
	case n == now.Amount:
		return now
	case n == 0:
		return call.Money{}
	}
	return call.Money{Amount: n, Currency: euro}
}

func (f *contentForm) count(name string) int {
	typed := strings.TrimSpace(f.Get(name))
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 {
		f.refuse(name, "number")
		return 0
	}
	return n
}

// link replaces the call's own page; its other links stay.
func (f *contentForm) link(now []call.Link) {
	typed := strings.TrimSpace(f.Get("link"))
	switch {
	case len(now) > 0 && typed == now[0].URL:
		f.Links = now
		return
	case len(now) > 0:
		now = now[1:]
	}
	f.Links = now
	if typed == "" {
		return
	}
	clean := call.Record{Content: call.Content{Links: []call.Link{{URL: typed}}}}.Clean()
	if len(clean.Links) == 0 {
		f.refuse("link", "url")
		return
	}
	f.Links = slices.Concat(clean.Links, now)
}
