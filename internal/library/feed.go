package library

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many practices a feed holds.
const feedLength = 25

// An Atom feed (RFC 4287).
type (
	feed struct {
		XMLName  xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
		Language string     `xml:"xml:lang,attr"`
		ID       string     `xml:"id"`
		Title    string     `xml:"title"`
		Updated  string     `xml:"updated"`
		Author   feedAuthor `xml:"author"`
		Links    []feedLink `xml:"link"`
		Entries  []entry    `xml:"entry"`
	}
	feedAuthor struct {
		Name string `xml:"name"`
	}
	feedLink struct {
		Rel      string `xml:"rel,attr"`
		Type     string `xml:"type,attr"`
		Language string `xml:"hreflang,attr"`
		URL      string `xml:"href,attr"`
	}
	entry struct {
		Language   string         `xml:"xml:lang,attr"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Updated    string         `xml:"updated"`
		Published  string         `xml:"published"`
		Author     feedAuthor     `xml:"author"`
		Link       feedLink       `xml:"link"`
		Categories []feedCategory `xml:"category"`
		Summary    string         `xml:"summary"`
	}
	feedCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
)

// showFeed answers with the latest practices that a search finds, each in the feed's language if it
// has a text in it. The feed of a search has the search's own parameters.
func (s *Service) showFeed(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	q.Sort, q.Next = byNewest, ""
	p := web.Printer(r.Context())
	found, err := s.find(r, q, feedLength)
	if err != nil {
		return err
	}
	self := s.Site + web.InLanguage(q.at(feedPath), p.Tag())
	f := feed{
		Language: string(p.Tag()), ID: self, Title: feedTitle(p, q), Author: feedAuthor{p.Text("shell.network")},
		Links: []feedLink{
			{"self", "application/atom+xml", string(p.Tag()), self},
			{"alternate", "text/html", string(p.Tag()), s.Site + web.InLanguage(q.at(root), p.Tag())},
		},
	}
	latest := time.Unix(0, 0) // a feed must say something while it is empty
	for _, h := range found.hits {
		f.Entries = append(f.Entries, s.entryOf(p, h))
		if h.UpdatedAt.After(latest) {
			latest = h.UpdatedAt
		}
	}
	f.Updated = stamp(latest)
	body, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	h := w.Header()
	cached(h, "application/atom+xml; charset=utf-8")
	h.Set("Content-Language", string(p.Tag()))
	h.Add("Vary", "Accept-Language, Cookie")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}

// feedTitle names the library and what the feed is limited to.
func feedTitle(p *language.Printer, q query) string {
	title := p.Text("library.feed", "Network", p.Text("shell.network"))
	for _, c := range q.chosen(p) {
		title += " · " + c.Text
	}
	return title
}

// entryOf is one practice in the feed. Its identifier never changes, whatever language is read.
func (s *Service) entryOf(p *language.Printer, h hit) entry {
	text, tag := h.In(p.Tag())
	e := entry{
		Language: string(tag), ID: s.Site + pathOf(h.ID), Title: text.Title, Summary: text.Summary,
		Updated: stamp(h.UpdatedAt), Published: stamp(h.PublishedAt), Author: feedAuthor{h.Organisation},
		Link: feedLink{"alternate", "text/html", string(tag), s.address(h.ID, tag)},
	}
	for _, theme := range h.Themes {
		e.Categories = append(e.Categories, feedCategory{string(theme), p.Text("topic." + string(theme))})
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
