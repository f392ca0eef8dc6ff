package funding

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/atom"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many calls a feed holds.
const feedLength = 50

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
	site := s.Post.Site.URL
	f := atom.Feed{
		Language: p.Tag(), ID: site + web.InLanguage(q.at(feedPath), p.Tag()), Page: site + web.InLanguage(q.at(root), p.Tag()),
		Title: q.title(p), Author: atom.Person{Name: p.Text("shell.network")},
	}
	for _, h := range found.hits {
		f.Entries = append(f.Entries, s.feedEntry(p, h, found.at))
	}
	web.Cached(w.Header(), "application/atom+xml; charset=utf-8")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return f.Write(w)
}

// feedEntry is one call in the feed. Its identifier never changes.
func (s *Service) feedEntry(p *language.Printer, h call.Hit, at time.Time) atom.Entry {
	site := s.Post.Site.URL
	e := atom.Entry{
		Language: language.Tag(h.Language), ID: site + call.Path(h.ID), Title: h.Title, Summary: h.Summary,
		Updated: h.ChangedAt, Published: h.SeenAt, Link: atom.HTML(p.Tag(), site+web.InLanguage(call.Path(h.ID), p.Tag())),
	}
	if next, ok := h.Next(at); ok {
		e.Summary = p.Text("funding.deadline.next", "Deadline", next.Words(p)) + ". " + e.Summary
	}
	for _, t := range h.Topics {
		e.Categories = append(e.Categories, atom.Category{Term: string(t), Label: p.Text("topic." + string(t))})
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
