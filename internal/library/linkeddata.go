package library

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// linkedPractice is a practice as search engines read it: an Article of schema.org. html/template
// writes it into the page as JSON in which nothing can end the script element.
type linkedPractice struct {
	Context       string         `json:"@context"`
	Type          string         `json:"@type"`
	ID            string         `json:"@id"`
	URL           string         `json:"url"`
	Headline      string         `json:"headline"`
	Abstract      string         `json:"abstract"`
	Language      language.Tag   `json:"inLanguage"`
	DatePublished string         `json:"datePublished"`
	DateModified  string         `json:"dateModified"`
	Version       int            `json:"version"`
	License       string         `json:"license"`
	Free          bool           `json:"isAccessibleForFree"`
	Author        linkedThing    `json:"author"`
	Publisher     linkedThing    `json:"publisher"`
	About         []linkedThing  `json:"about,omitempty"`
	Audience      []linkedGroup  `json:"audience,omitempty"`
	Place         *linkedPlace   `json:"spatialCoverage,omitempty"`
	Period        string         `json:"temporalCoverage,omitempty"` // ISO 8601, ".." for an open end
	Source        string         `json:"isBasedOn,omitempty"`
	Translations  []linkedSimply `json:"workTranslation,omitempty"`
	OriginalOf    *linkedSimply  `json:"translationOfWork,omitempty"`
}

type (
	linkedThing struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	linkedGroup struct {
		Type string `json:"@type"`
		Name string `json:"audienceType"`
	}
	linkedPlace struct {
		Type    string        `json:"@type"`
		Name    string        `json:"name,omitempty"`
		Address linkedAddress `json:"address"`
	}
	linkedAddress struct {
		Type     string `json:"@type"`
		Locality string `json:"addressLocality,omitempty"`
		Country  string `json:"addressCountry"`
	}
	linkedSimply struct {
		Type     string       `json:"@type"`
		ID       string       `json:"@id"`
		Language language.Tag `json:"inLanguage"`
	}
)

// linked describes a practice's text in one language.
func (s *Service) linked(p *language.Printer, pub practice.Publication, tag language.Tag) linkedPractice {
	text := pub.Texts[tag]
	address := s.address(pub.ID, tag)
	l := linkedPractice{
		Context: "https://schema.org", Type: "Article", ID: address, URL: address,
		Headline: text.Title, Abstract: text.Summary, Language: tag,
		DatePublished: pub.PublishedAt.UTC().Format(time.DateOnly), DateModified: pub.UpdatedAt.UTC().Format(time.DateOnly),
		Version: pub.Version, License: pub.Licence.URL(), Free: true,
		Author:    linkedThing{Type: "Organization", Name: pub.OrganisationName},
		Publisher: linkedThing{Type: "Organization", Name: p.Text("shell.network"), URL: s.Site + "/"},
		Period:    period(pub.Facts), Source: pub.Source,
	}
	for _, theme := range pub.Themes {
		l.About = append(l.About, linkedThing{Type: "Thing", Name: p.Text("topic." + string(theme))})
	}
	for _, target := range pub.Targets {
		l.Audience = append(l.Audience, linkedGroup{"Audience", p.Text("practice.target." + string(target))})
	}
	if pub.Country != "" {
		l.Place = &linkedPlace{"Place", pub.Municipality, linkedAddress{"PostalAddress", pub.Municipality, pub.Country}}
	}
	for _, t := range originalFirst(pub.Original, pub.Texts) {
		other := linkedSimply{"Article", s.address(pub.ID, t), t}
		switch {
		case t == tag:
		case tag != pub.Original && t == pub.Original:
			l.OriginalOf = &other
		case tag == pub.Original:
			l.Translations = append(l.Translations, other)
		}
	}
	return l
}

// period is the time that a practice covers as an ISO 8601 interval, or "".
func period(f practice.Facts) string {
	switch {
	case f.Begin == "":
		return ""
	case f.End == "":
		return f.Begin + "/.."
	}
	return f.Begin + "/" + f.End
}
