package call

import (
	"slices"
	"strconv"
	"strings"
)

// Field is a part of a call's content that can change, be shown as a difference, or be curated.
type Field string

// The fields.
const (
	FieldTitle         Field = "title"
	FieldProgramme     Field = "programme"
	FieldKind          Field = "kind"
	FieldReference     Field = "reference"
	FieldSummary       Field = "summary"
	FieldText          Field = "text"
	FieldOpens         Field = "opens"
	FieldDeadlines     Field = "deadlines"
	FieldModel         Field = "model"
	FieldBudget        Field = "budget"
	FieldGrants        Field = "grants"
	FieldGrantSize     Field = "grantSize"
	FieldRate          Field = "rate"
	FieldApplicants    Field = "applicants"
	FieldCountries     Field = "countries"
	FieldConsortium    Field = "consortium"
	FieldNotes         Field = "notes"
	FieldTopics        Field = "topics"
	FieldLinks         Field = "links"
	FieldLanguage      Field = "language"
	FieldPartnerSearch Field = "partnerSearch"
	FieldWithdrawn     Field = "withdrawn"
)

// part says how one field is read and taken over. Its values are for comparing and for pages, which
// put them into words: codes, days, amounts. No values is not said.
type part struct {
	field  Field
	values func(*Content) []string
	take   func(to, from *Content)
}

var parts = []part{
	{FieldTitle, func(c *Content) []string { return one(c.Title) }, func(t, f *Content) { t.Title = f.Title }},
	{FieldProgramme, func(c *Content) []string { return one(c.Programme) }, func(t, f *Content) { t.Programme = f.Programme }},
	{FieldKind, func(c *Content) []string { return one(string(c.Kind)) }, func(t, f *Content) { t.Kind = f.Kind }},
	{FieldReference, func(c *Content) []string { return one(c.Reference) }, func(t, f *Content) { t.Reference = f.Reference }},
	{FieldSummary, func(c *Content) []string { return one(c.Summary) }, func(t, f *Content) { t.Summary = f.Summary }},
	{FieldText, func(c *Content) []string { return paragraphs(c.Text) }, func(t, f *Content) { t.Text = f.Text }},
	{FieldOpens, func(c *Content) []string { return one(string(c.Opens)) }, func(t, f *Content) { t.Opens = f.Opens }},
	{FieldDeadlines, func(c *Content) []string { return texts(c.Deadlines, Deadline.String) }, func(t, f *Content) { t.Deadlines = f.Deadlines }},
	{FieldModel, func(c *Content) []string { return one(string(c.Model)) }, func(t, f *Content) { t.Model = f.Model }},
	{FieldBudget, func(c *Content) []string { return one(c.Budget.String()) }, func(t, f *Content) { t.Budget = f.Budget }},
	{FieldGrants, func(c *Content) []string { return number(c.Grants) }, func(t, f *Content) { t.Grants = f.Grants }},
	{FieldGrantSize, grantSize, func(t, f *Content) { t.LeastGrant, t.MostGrant = f.LeastGrant, f.MostGrant }},
	{FieldRate, func(c *Content) []string { return number(c.Rate) }, func(t, f *Content) { t.Rate = f.Rate }},
	{FieldApplicants, func(c *Content) []string { return words(c.Eligibility.Applicants) }, func(t, f *Content) { t.Eligibility.Applicants = f.Eligibility.Applicants }},
	{FieldCountries, func(c *Content) []string { return words(c.Eligibility.Countries) }, func(t, f *Content) { t.Eligibility.Countries = f.Eligibility.Countries }},
	{FieldConsortium, consortium, func(t, f *Content) {
		t.Eligibility.Partners, t.Eligibility.PartnerCountries = f.Eligibility.Partners, f.Eligibility.PartnerCountries
	}},
	{FieldNotes, func(c *Content) []string { return paragraphs(c.Eligibility.Notes) }, func(t, f *Content) { t.Eligibility.Notes = f.Eligibility.Notes }},
	{FieldTopics, func(c *Content) []string { return words(c.Topics) }, func(t, f *Content) { t.Topics = f.Topics }},
	{FieldLinks, func(c *Content) []string { return texts(c.Links, func(l Link) string { return l.URL }) }, func(t, f *Content) { t.Links = f.Links }},
	{FieldLanguage, func(c *Content) []string { return one(c.Language) }, func(t, f *Content) { t.Language = f.Language }},
	{FieldPartnerSearch, func(c *Content) []string { return truth(c.PartnerSearch) }, func(t, f *Content) { t.PartnerSearch = f.PartnerSearch }},
	{FieldWithdrawn, func(c *Content) []string { return truth(c.Withdrawn) }, func(t, f *Content) { t.Withdrawn = f.Withdrawn }},
}

// Fields are all fields in the order that pages show them.
func Fields() []Field {
	fields := make([]Field, len(parts))
	for i, p := range parts {
		fields[i] = p.field
	}
	return fields
}

// Difference is how one field changed. Before and After are its values, raw: days ("2027-04-08 17:00"),
// codes, amounts ("1200000 EUR"). Of texts they are the paragraphs that went and that came.
type Difference struct {
	Field  Field    `json:"field"`
	Before []string `json:"before"`
	After  []string `json:"after"`
}

// Diff returns what differs between two contents, in the order of [Fields].
func Diff(before, after *Content) []Difference {
	var found []Difference
	for _, p := range parts {
		b, a := p.values(before), p.values(after)
		if slices.Equal(b, a) {
			continue
		}
		if p.field == FieldText || p.field == FieldNotes {
			b, a = without(b, a), without(a, b)
		}
		found = append(found, Difference{p.field, b, a})
	}
	return found
}

// without returns the paragraphs of a that b has not.
func without(a, b []string) []string {
	has := make(map[string]bool, len(b))
	for _, s := range b {
		has[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return has[s] })
}

// String writes the amount and its currency, such as "1200000 EUR", or nothing.
func (m Money) String() string {
	if m.Amount == 0 {
		return ""
	}
	return strconv.FormatInt(m.Amount, 10) + " " + m.Currency
}

func grantSize(c *Content) []string {
	if c.LeastGrant.Amount == 0 && c.MostGrant.Amount == 0 {
		return nil
	}
	return []string{c.LeastGrant.String(), c.MostGrant.String()}
}

func consortium(c *Content) []string {
	if c.Eligibility.Partners == 0 && c.Eligibility.PartnerCountries == 0 {
		return nil
	}
	return []string{strconv.Itoa(c.Eligibility.Partners), strconv.Itoa(c.Eligibility.PartnerCountries)}
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func number(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.Itoa(n)}
}

func truth(b bool) []string {
	if !b {
		return nil
	}
	return []string{"true"}
}

func words[T ~string](all []T) []string { return texts(all, func(v T) string { return string(v) }) }

func texts[T any](all []T, text func(T) string) []string {
	var found []string
	for _, v := range all {
		found = append(found, text(v))
	}
	return found
}

func paragraphs(t Text) []string {
	if t == "" {
		return nil
	}
	return strings.Split(string(t), "\n\n")
}
