package submission

import (
	"net/url"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// kind is how a field is asked for.
type kind string

const (
	wordsKind     kind = "words" // a textarea
	lineKind      kind = "line"
	monthKind     kind = "month"
	radiosKind    kind = "radios"
	selectKind    kind = "select"
	countryKind   kind = "country"
	languageKind  kind = "language"
	severalKind   kind = "several" // checkboxes
	tickKind      kind = "tick"    // one checkbox
	linksKind     kind = "links"
	rowsOfSection      = 8
	emptyLinkRows      = 3
)

// definition is what a form needs to know of a field. Sections of the text have none: they are words.
type definition struct {
	Kind     kind
	Prefix   string // of the keys of the choices
	Choices  []string
	Required bool // for handing in
}

// define returns the definition of a field.
func define(field string) definition {
	switch field {
	case "original":
		return definition{languageKind, "", members.Languages, true}
	case "kind":
		return definition{radiosKind, "practice.kind.", words(practice.Kinds), true}
	case "country":
		return definition{countryKind, "", members.Countries, true}
	case "municipality":
		return definition{lineKind, "", nil, true}
	case "population":
		return definition{selectKind, "population.", words(members.Populations), true}
	case "themes":
		return definition{severalKind, "topic.", words(members.Topics), true}
	case "targets":
		return definition{severalKind, "practice.target.", words(practice.Targets), true}
	case "principles":
		return definition{severalKind, "practice.principle.", valuesOf(practice.Content{Facts: practice.Facts{Principles: practice.Principles}}, "")["principles"], false}
	case "status":
		return definition{radiosKind, "practice.status.", words(practice.Statuses), true}
	case "begin":
		return definition{monthKind, "", nil, true}
	case "end":
		return definition{monthKind, "", nil, false}
	case "cost":
		return definition{selectKind, "practice.cost.", words(practice.Costs), true}
	case "funding":
		return definition{severalKind, "practice.funding.", words(practice.Fundings), false}
	case "evidence":
		return definition{radiosKind, "practice.evidence.", words(practice.Evidences), true}
	case "mentoring":
		return definition{tickKind, "", []string{"yes"}, false}
	case "links":
		return definition{linksKind, "", nil, false}
	case "source":
		return definition{lineKind, "", nil, false}
	case "licence":
		return definition{radiosKind, "practice.licence.", words(practice.Licences), true}
	}
	return definition{wordsKind, "", nil, slices.Contains(practice.Required, practice.Section(field))}
}

// fieldView is a field as a form shows it.
type fieldView struct {
	definition
	Form     page.Form
	Language language.Tag // of its words
	SavedBy  string
	Name     string
	Limit    int // of words, in characters
	Rows     int
	// Was is the fingerprint of the value that the form begins from.
	Was string
	// Comments are what reviewers wrote about it.
	Comments []string
	// Theirs is what a colleague saved meanwhile, if both changed it.
	Theirs *string
	// Original is what stands here in the original language, in a translation.
	Original string
	Links    []practice.Link
}

func newFieldView(field string, v url.Values) fieldView {
	f := fieldView{definition: define(field), Name: field}
	switch f.Kind {
	case wordsKind:
		s := practice.Section(field)
		f.Limit, f.Rows = s.Limit(), rowsOfSection
		switch s {
		case "title":
			f.Rows = 2
		case "summary":
			f.Rows = 4
		}
	case lineKind:
		f.Limit = practice.MaxURL
	case linksKind:
		f.Links = append(links(v[linkLabels], v[linkURLs]), make([]practice.Link, emptyLinkRows)...)
	}
	return f
}

// describe tells the value of a field in words, as it is shown beside what somebody else typed.
func describe(p *language.Printer, field string, v url.Values) string {
	d := define(field)
	var all []string
	for _, value := range v[field] {
		switch {
		case value == "":
		case d.Kind == countryKind:
			all = append(all, p.Country(value))
		case d.Kind == languageKind:
			all = append(all, p.Language(language.Tag(value)))
		case d.Kind == tickKind:
			all = append(all, p.Text("submission.field."+field))
		case d.Prefix != "":
			all = append(all, p.Text(d.Prefix+value))
		default:
			all = append(all, value)
		}
	}
	for _, l := range links(v[linkLabels], v[linkURLs]) {
		if d.Kind == linksKind {
			all = append(all, l.Label+" "+l.URL)
		}
	}
	return strings.Join(all, "\n")
}
