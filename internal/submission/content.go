package submission

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// The fields of the two columns of links.
const (
	linkLabels = "links.label"
	linkURLs   = "links.url"
)

// inputs are the names under which a form posts a field.
func inputs(field string) []string {
	if field == "links" {
		return []string{linkLabels, linkURLs}
	}
	return []string{field}
}

// valuesOf returns all fields of a practice as forms show them, its words in one language.
func valuesOf(c practice.Content, tag language.Tag) url.Values {
	v := url.Values{
		"original": {string(c.Original)}, "kind": {string(c.Kind)},
		"country": {c.Country}, "municipality": {c.Municipality}, "population": {string(c.Population)},
		"themes": words(c.Themes), "targets": words(c.Targets), "funding": words(c.Funding),
		"status": {string(c.Status)}, "begin": {c.Begin}, "end": {c.End}, "cost": {string(c.Cost)},
		"evidence": {string(c.Evidence)}, "source": {c.Source}, "licence": {string(c.Licence)},
	}
	for _, p := range c.Principles {
		v.Add("principles", strconv.Itoa(int(p)))
	}
	if c.Mentoring {
		v.Set("mentoring", "yes")
	}
	for _, l := range c.Links {
		v.Add(linkLabels, l.Label)
		v.Add(linkURLs, l.URL)
	}
	text := c.Texts[tag]
	for _, s := range practice.Sections {
		v.Set(string(s), *text.At(s))
	}
	return v
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// apply returns a practice with some of its fields as a form has them, its words in one language, and
// the language that these are in afterwards. The practice that is given stays as it is.
func apply(c practice.Content, tag language.Tag, fields []string, v url.Values) (practice.Content, language.Tag) {
	texts := make(map[language.Tag]practice.Text, len(c.Texts)+1)
	maps.Copy(texts, c.Texts)
	c.Texts = texts
	if slices.Contains(fields, "original") {
		tag = rename(&c, tag, language.Tag(v.Get("original")))
	}
	text := c.Texts[tag]
	for _, f := range fields {
		if words := text.At(practice.Section(f)); words != nil {
			*words = v.Get(f)
			continue
		}
		setFact(&c.Facts, f, v)
	}
	c.Texts[tag] = text
	return c, tag
}

// rename changes the language in which a practice was written, and returns the one in which the words
// of a form are then. They go along, unless there is a text in that language already: then that is
// the original from now on, and they stay as a translation of it.
func rename(c *practice.Content, tag, to language.Tag) language.Tag {
	if to == c.Original || !slices.Contains(members.Languages, string(to)) {
		return tag
	}
	if _, there := c.Texts[to]; !there {
		c.Texts[to] = c.Texts[c.Original]
		delete(c.Texts, c.Original)
		tag = to
	}
	c.Original = to
	return tag
}

// setFact changes the fact that a field is about.
func setFact(facts *practice.Facts, field string, v url.Values) {
	switch field {
	case "kind":
		facts.Kind = practice.Kind(v.Get(field))
	case "country":
		facts.Country = v.Get(field)
	case "municipality":
		facts.Municipality = v.Get(field)
	case "population":
		facts.Population = members.Population(v.Get(field))
	case "themes":
		facts.Themes = typed[members.Topic](v[field])
	case "targets":
		facts.Targets = typed[practice.Target](v[field])
	case "principles":
		facts.Principles = principles(v[field])
	case "status":
		facts.Status = practice.Status(v.Get(field))
	case "begin":
		facts.Begin = v.Get(field)
	case "end":
		facts.End = v.Get(field)
	case "cost":
		facts.Cost = practice.Cost(v.Get(field))
	case "funding":
		facts.Funding = typed[practice.Funding](v[field])
	case "evidence":
		facts.Evidence = practice.Evidence(v.Get(field))
	case "mentoring":
		facts.Mentoring = v.Get(field) == "yes"
	case "links":
		facts.Links = links(v[linkLabels], v[linkURLs])
	case "source":
		facts.Source = v.Get(field)
	case "licence":
		facts.Licence = practice.Licence(v.Get(field))
	}
}

func typed[T ~string](list []string) []T {
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = T(x)
	}
	return out
}

// principles reads numbers. What is none becomes 0, which no principle has.
func principles(list []string) []practice.Principle {
	out := make([]practice.Principle, len(list))
	for i, x := range list {
		n, err := strconv.Atoi(x)
		if err != nil {
			n = 0
		}
		out[i] = practice.Principle(n)
	}
	return out
}

// links joins the two columns of a form.
func links(labels, urls []string) []practice.Link {
	out := make([]practice.Link, max(len(labels), len(urls)))
	for i := range out {
		if i < len(labels) {
			out[i].Label = labels[i]
		}
		if i < len(urls) {
			out[i].URL = urls[i]
		}
	}
	return out
}
