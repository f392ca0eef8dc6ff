// Package practicepage shows a practice as an article: its sections, its facts and its themes. The
// library, the owners' preview and the reviewers' pages show the same one.
//
// A domain names the templates when it makes its pages, and gives the article to the parts:
//
//	var pages = page.New(templates, practicepage.Templates)
//
//	{{define "heading"}}{{template "practice-title" .Data.Article}}{{end}}
//	{{define "content"}}{{template "practice" .Data.Article}}{{end}}
//
// Parts of it stand alone as well: practice-facts takes the article, practice-section a [Section].
// The names of all vocabularies are in the catalogue's area practice.
package practicepage

import (
	"embed"
	"html/template"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// Templates are the parts, for [page.New].
//
//go:embed templates
var Templates embed.FS

// Article is a practice in one language, ready to be shown.
type Article struct {
	practice.Facts
	Title, Summary string
	// Language is the one of the words; Original is the one in which they were written.
	Language, Original language.Tag
	// Others are the further languages in which there is a text, sorted.
	Others []language.Tag
	// Organisation is the name of the owner.
	Organisation string
	// Sections are those that have words, without title and summary.
	Sections []Section
}

// Section is one part of an article.
type Section struct {
	Name     practice.Section
	Language language.Tag
	Body     template.HTML
}

// New lays a practice out in the first of the wanted languages that it has, else in its original.
func New(c practice.Content, organisation string, wanted ...language.Tag) (Article, error) {
	text, tag := c.In(wanted...)
	a := Article{
		Facts: c.Facts, Title: text.Title, Summary: text.Summary,
		Language: tag, Original: c.Original, Organisation: organisation,
	}
	for other := range c.Texts {
		if other != tag {
			a.Others = append(a.Others, other)
		}
	}
	slices.Sort(a.Others)
	for _, name := range practice.Sections {
		words := *text.At(name)
		if name == "title" || name == "summary" || strings.TrimSpace(words) == "" {
			continue
		}
		body, err := HTML(words)
		if err != nil {
			return a, err
		}
		a.Sections = append(a.Sections, Section{Name: name, Language: tag, Body: body})
	}
	return a, nil
}

// Translated reports whether the words are a translation.
func (a Article) Translated() bool { return a.Language != a.Original }

var tones = map[practice.State]string{
	practice.Drafted: "plain", practice.Submitted: "waiting", practice.ChangesAsked: "waiting",
	practice.Published: "good", practice.Declined: "bad", practice.Archived: "plain",
}

// StateTag shows where the work on a practice stands.
func StateTag(p *language.Printer, s practice.State) page.Tag {
	return page.Tag{Tone: tones[s], Text: p.Text("practice.state." + string(s))}
}

// Month is a month of a year, for people.
type Month struct{ Year, Number string }

// month reads "2024-03"; anything else is no month.
func month(s string) *Month {
	year, number, found := strings.Cut(s, "-")
	number = strings.TrimPrefix(number, "0")
	if !found || !slices.Contains(monthNumbers, number) {
		return nil
	}
	return &Month{Year: year, Number: number}
}

var monthNumbers = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}

// Began is the month in which the practice begins, nil if nobody says.
func (a Article) Began() *Month { return month(a.Begin) }

// Ended is the month in which it ends, nil while it runs.
func (a Article) Ended() *Month { return month(a.End) }

// Host is the host of a web address, to tell readers where a link leads.
func (a Article) Host(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return strings.TrimPrefix(host, "www.")
}
