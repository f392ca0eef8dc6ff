package library

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/atom"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many practices a feed holds.
const feedLength = 25

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
	f := atom.Feed{
		Language: p.Tag(), ID: s.Site + web.InLanguage(q.at(feedPath), p.Tag()), Page: s.Site + web.InLanguage(q.at(root), p.Tag()),
		Title: feedTitle(p, q), Author: atom.Person{Name: p.Text("shell.network")},
	}
	for _, h := range found.hits {
		f.Entries = append(f.Entries, s.entryOf(p, h))
	}
	web.Cached(w.Header(), "application/atom+xml; charset=utf-8")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return f.Write(w)
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
func (s *Service) entryOf(p *language.Printer, h hit) atom.Entry {
	text, tag := h.In(p.Tag())
	e := atom.Entry{
		Language: tag, ID: s.Site + pathOf(h.ID), Title: text.Title, Summary: text.Summary,
		Updated: h.UpdatedAt, Published: h.PublishedAt, Author: &atom.Person{Name: h.Organisation},
		Link: atom.HTML(tag, s.address(h.ID, tag)),
	}
	for _, theme := range h.Themes {
		e.Categories = append(e.Categories, atom.Category{Term: string(theme), Label: p.Text("topic." + string(theme))})
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
