package review

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// compareData is what the page with two versions side by side shows.
type compareData struct {
	page.Form
	Practice practice.Practice
	From, To practice.Version
	Numbers  []page.Choice
	// Rows are the parts that differ, Same the names of the others.
	Rows []comparedRow
	Same []string
}

// comparedRow is a fact or section in both versions.
type comparedRow struct {
	Label    string
	Language language.Tag // of the words, "" for facts
	Old, New []piece
}

// showCompare shows two versions side by side. Without numbers it compares the one handed in last with
// the one that the public sees, or the one before.
func (s *Service) showCompare(w http.ResponseWriter, r *http.Request) error {
	p, err := s.practice(r)
	if err != nil {
		return err
	}
	versions, err := s.Practices.Versions(r.Context(), p.ID)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return fault.NotFound()
	}
	last := versions[len(versions)-1]
	data := compareData{Practice: p, To: pick(versions, r.URL.Query().Get("to"), last.Number)}
	data.From = pick(versions, r.URL.Query().Get("from"), max(previous(p, data.To), 1))
	words := web.Printer(r.Context())
	for _, v := range versions {
		data.Numbers = append(data.Numbers, page.Choice{Value: strconv.Itoa(v.Number), Text: words.Text("review.version.number", "Number", v.Number)})
	}
	data.Form = page.Form{Area: "review", Values: url.Values{
		"from": {strconv.Itoa(data.From.Number)}, "to": {strconv.Itoa(data.To.Number)},
	}}
	data.Rows, data.Same = rows(words, data.From.Content, data.To.Content)
	return pages.Render(w, r, http.StatusOK, "compare.html", data)
}

// pick returns the version with a typed number, else the one with the other number.
func pick(versions []practice.Version, typed string, other int) practice.Version {
	number, err := strconv.Atoi(typed)
	if err != nil {
		number = other
	}
	for _, v := range versions {
		if v.Number == number {
			return v
		}
	}
	return versions[len(versions)-1]
}

// rows are the facts and sections that differ, and the names of those that do not.
func rows(p *language.Printer, before, after practice.Content) (all []comparedRow, same []string) {
	put := func(label string, tag language.Tag, was, is string) {
		switch {
		case was != is:
			row := comparedRow{Label: label, Language: tag}
			row.Old, row.New = diff(was, is)
			all = append(all, row)
		case is != "":
			same = append(same, label)
		}
	}
	for _, tag := range tags(before, after) {
		a, b := before.Texts[tag], after.Texts[tag]
		for _, section := range practice.Sections {
			label := p.Text("practice.section." + string(section))
			if tag != after.Original {
				label = p.Text("review.in-language", "Section", label, "Language", p.Language(tag))
			}
			put(label, tag, *a.At(section), *b.At(section))
		}
	}
	were, are := facts(p, before), facts(p, after)
	for i := range were {
		put(were[i][0], "", were[i][1], are[i][1])
	}
	return all, same
}

// tags are the languages that one of the two has, the original of the later one first.
func tags(before, after practice.Content) []language.Tag {
	all := after.Languages()
	for _, tag := range before.Languages() {
		if _, ok := after.Texts[tag]; !ok {
			all = append(all, tag)
		}
	}
	return all
}

// facts are names and values of all facts, in one order.
func facts(p *language.Printer, c practice.Content) [][2]string {
	mentoring := ""
	if c.Mentoring {
		mentoring = p.Text("practice.mentoring")
	}
	place := c.Municipality
	if c.Country != "" {
		place = strings.TrimPrefix(place+", "+p.Country(c.Country), ", ")
	}
	var links []string
	for _, l := range c.Links {
		links = append(links, strings.TrimSpace(l.Label+" "+l.URL))
	}
	period := c.Begin
	if c.End != "" {
		period += " – " + c.End
	}
	return [][2]string{
		{p.Text("practice.fact.kind"), name(p, "practice.kind.", c.Kind)},
		{p.Text("practice.fact.place"), place},
		{p.Text("review.population"), name(p, "population.", c.Population)},
		{p.Text("practice.fact.themes"), names(p, "topic.", c.Themes)},
		{p.Text("practice.fact.targets"), names(p, "practice.target.", c.Targets)},
		{p.Text("practice.fact.principles"), numbers(c.Principles)},
		{p.Text("review.status"), name(p, "practice.status.", c.Status)},
		{p.Text("practice.fact.period"), period},
		{p.Text("practice.fact.cost"), name(p, "practice.cost.", c.Cost)},
		{p.Text("practice.fact.funding"), names(p, "practice.funding.", c.Funding)},
		{p.Text("practice.fact.evidence"), name(p, "practice.evidence.", c.Evidence)},
		{p.Text("practice.fact.mentoring"), mentoring},
		{p.Text("practice.source"), c.Source},
		{p.Text("practice.links"), strings.Join(links, "\n")},
		{p.Text("review.licence"), name(p, "practice.licence.", c.Licence)},
	}
}

// name is the word for a value of a vocabulary.
func name[T ~string](p *language.Printer, prefix string, value T) string {
	if value == "" || !p.Has(prefix+string(value)) {
		return string(value)
	}
	return p.Text(prefix + string(value))
}

func names[T ~string](p *language.Printer, prefix string, values []T) string {
	var all []string
	for _, v := range values {
		all = append(all, name(p, prefix, v))
	}
	return strings.Join(all, "; ")
}

func numbers(principles []practice.Principle) string {
	var all []string
	for _, p := range principles {
		all = append(all, strconv.Itoa(int(p)))
	}
	return strings.Join(all, ", ")
}
