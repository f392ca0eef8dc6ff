package funding

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many calls a feed holds.
const feedLength = 50

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
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		URL  string `xml:"href,attr"`
	}
	entry struct {
		Language   string         `xml:"xml:lang,attr"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Updated    string         `xml:"updated"`
		Published  string         `xml:"published"`
		Link       feedLink       `xml:"link"`
		Categories []feedCategory `xml:"category"`
		Summary    string         `xml:"summary"`
	}
	feedCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
)

// showFeed answers with the latest calls that a search finds. The feed of a search has the search's
// own parameters.
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
	self := s.Post.Site.URL + web.InLanguage(q.at(feedPath), p.Tag())
	f := feed{
		Language: string(p.Tag()), ID: self, Title: q.title(p), Author: feedAuthor{p.Text("shell.network")},
		Links: []feedLink{
			{"self", "application/atom+xml", self},
			{"alternate", "text/html", s.Post.Site.URL + web.InLanguage(q.at(root), p.Tag())},
		},
	}
	latest := time.Unix(0, 0) // a feed must say something while it is empty
	for _, h := range found.hits {
		f.Entries = append(f.Entries, s.feedEntry(p, h, found.at))
		if h.ChangedAt.After(latest) {
			latest = h.ChangedAt
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

// feedEntry is one call in the feed. Its identifier never changes.
func (s *Service) feedEntry(p *language.Printer, h call.Hit, at time.Time) entry {
	e := entry{
		Language: h.Language, ID: s.Post.Site.URL + call.Path(h.ID), Title: h.Title, Summary: h.Summary,
		Updated: stamp(h.ChangedAt), Published: stamp(h.SeenAt),
		Link: feedLink{"alternate", "text/html", s.Post.Site.URL + web.InLanguage(call.Path(h.ID), p.Tag())},
	}
	if next, ok := h.Next(at); ok {
		e.Summary = p.Text("funding.deadline.next", "Deadline", next.Words(p)) + ". " + e.Summary
	}
	for _, t := range h.Topics {
		e.Categories = append(e.Categories, feedCategory{string(t), p.Text("topic." + string(t))})
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
