package practice

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Limits of what people type, in characters.
const (
	MaxTitle   = 120
	MaxSummary = 400
	MaxSection = 6000
	MaxPlace   = members.MaxPlace
	MaxURL     = 500
	MaxLabel   = 120
	MaxNote    = 2000 // of owners to reviewers, and of a decision
	MaxComment = 2000 // of a reviewer about one section
)

// MaxLinks is how many links a practice may have.
const MaxLinks = 20

// Limit returns how long a section may be, in characters.
func (s Section) Limit() int {
	switch s {
	case "title":
		return MaxTitle
	case "summary":
		return MaxSummary
	}
	return MaxSection
}

// Required are the sections that a practice needs to be handed in, in its original language.
// Results are not asked of what is only planned.
var Required = []Section{"title", "summary", "challenge", "goal", "howItWorks", "results", "transferability"}

// FieldName is the name of a section in forms and refusals: "title" in the original language,
// "title.el" in a translation.
func (c Content) FieldName(tag language.Tag, s Section) string {
	if tag == c.Original {
		return string(s)
	}
	return string(s) + "." + string(tag)
}

// CheckDraft returns a fault that names the fields that cannot be stored: what is there must be
// possible and within the limits, and nothing has to be there but the original language.
func (c Content) CheckDraft() error { return c.check(false) }

// Check returns a fault that names the fields that are missing or wrong for handing it in.
func (c Content) Check() error { return c.check(true) }

func (c Content) check(complete bool) error {
	k := checks{complete: complete}
	k.texts(c)
	k.facts(c.Facts)
	if len(k.fields) > 0 {
		return fault.Invalid(k.fields...)
	}
	return nil
}

// checks collects the fields that are refused, at most one fault for each.
type checks struct {
	complete bool
	fields   []fault.Field
}

func (k *checks) refuse(name, code string, args ...any) {
	if slices.ContainsFunc(k.fields, func(f fault.Field) bool { return f.Name == name }) {
		return
	}
	f := fault.Field{Name: name, Code: code}
	if len(args) == 1 {
		f.Args = map[string]any{"Limit": args[0]}
	}
	k.fields = append(k.fields, f)
}

func (k *checks) texts(c Content) {
	if !slices.Contains(members.Languages, string(c.Original)) {
		k.refuse("original", "choice")
	}
	for _, tag := range c.Languages() {
		if !slices.Contains(members.Languages, string(tag)) {
			if tag != c.Original {
				k.refuse("texts", "choice")
			}
			continue
		}
		t := c.Texts[tag]
		for _, s := range Sections {
			required := slices.Contains(Required, s) && (s != "results" || c.Status != "planned")
			if tag != c.Original {
				required = s.line()
			}
			k.text(c.FieldName(tag, s), *t.At(s), s.Limit(), required)
		}
	}
}

// Languages are those of the texts, the original first.
func (c Content) Languages() []language.Tag {
	all := []language.Tag{c.Original}
	for tag := range c.Texts {
		if tag != c.Original {
			all = append(all, tag)
		}
	}
	slices.Sort(all[1:])
	return all
}

func (k *checks) facts(f Facts) {
	oneOf(k, "kind", f.Kind, Kinds, true)
	someOf(k, "themes", f.Themes, members.Topics, true)
	someOf(k, "targets", f.Targets, Targets, true)
	someOf(k, "principles", f.Principles, Principles, false)
	oneOf(k, "country", f.Country, members.Countries, true)
	k.text("municipality", f.Municipality, MaxPlace, true)
	oneOf(k, "population", f.Population, members.Populations, true)
	oneOf(k, "status", f.Status, Statuses, true)
	k.period(f)
	oneOf(k, "cost", f.Cost, Costs, true)
	someOf(k, "funding", f.Funding, Fundings, false)
	oneOf(k, "evidence", f.Evidence, Evidences, true)
	oneOf(k, "licence", f.Licence, Licences, true)
	k.web("source", f.Source)
	if len(f.Links) > MaxLinks {
		k.refuse("links", "too-many", MaxLinks)
	}
	for _, l := range f.Links {
		k.web("links", l.URL)
		k.text("links", l.Label, MaxLabel, false)
		if l.URL == "" {
			k.refuse("links", "url")
		}
	}
}

func (k *checks) text(name, value string, limit int, required bool) {
	switch {
	case value == "" && required && k.complete:
		k.refuse(name, "required")
	case utf8.RuneCountInString(value) > limit:
		k.refuse(name, "too-long", limit)
	}
}

// period asks for months in an order that time allows.
func (k *checks) period(f Facts) {
	begin, end := k.month("begin", f.Begin), k.month("end", f.End)
	switch {
	case f.Begin == "" && k.complete && f.Status != "planned":
		k.refuse("begin", "required")
	case f.End == "" && k.complete && f.Status == "finished":
		k.refuse("end", "required")
	case !begin.IsZero() && !end.IsZero() && end.Before(begin):
		k.refuse("end", "month-order")
	}
}

// month is how months are written.
const month = "2006-01"

// month reads a month such as "2024-03", the zero time if there is none.
func (k *checks) month(name, value string) time.Time {
	if value == "" {
		return time.Time{}
	}
	t, err := time.Parse(month, value)
	if err != nil || t.Year() < 1950 || t.Year() > 2100 {
		k.refuse(name, "month")
		return time.Time{}
	}
	return t
}

func (k *checks) web(name, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || !strings.Contains(u.Hostname(), ".") || u.User != nil:
		k.refuse(name, "url")
	case utf8.RuneCountInString(value) > MaxURL:
		k.refuse(name, "too-long", MaxURL)
	}
}

// oneOf refuses a choice that is not offered, or was not made where it is required.
func oneOf[T ~string](k *checks, name string, value T, offered []T, required bool) {
	switch {
	case value == "" && required && k.complete:
		k.refuse(name, "required")
	case value != "" && !slices.Contains(offered, value):
		k.refuse(name, "choice")
	}
}

// someOf does so for a field that takes several choices.
func someOf[T comparable](k *checks, name string, values, offered []T, required bool) {
	if len(values) == 0 && required && k.complete {
		k.refuse(name, "required")
	}
	for _, v := range values {
		if !slices.Contains(offered, v) {
			k.refuse(name, "choice")
		}
	}
}
