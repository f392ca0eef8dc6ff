package newsletter

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/atom"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many newsletters the feed holds.
const feedLength = 10

// showFeed answers with the latest newsletters, each in the feed's language if it has a text in it.
func (a *Archive) showFeed(w http.ResponseWriter, r *http.Request) error {
	p := web.Printer(r.Context())
	found, _, err := a.Newsletters.Archive(r.Context(), "", feedLength)
	if err != nil {
		return err
	}
	f := atom.Feed{
		Language: p.Tag(), ID: a.Site + web.InLanguage(archivePath+".atom", p.Tag()), Page: a.Site + web.InLanguage(archivePath, p.Tag()),
		Title: p.Text("newsletter.feed", "Network", p.Text("shell.network")), Author: atom.Person{Name: p.Text("shell.network"), URI: a.Site + "/"},
	}
	for _, n := range found {
		e, err := a.entryOf(r, n, p.Tag())
		if err != nil {
			return err
		}
		f.Entries = append(f.Entries, e)
	}
	w.Header().Add("Vary", "Accept-Language")
	w.Header().Set("Cache-Control", "public, max-age=600")
	return f.Write(w)
}

// entryOf is one newsletter in the feed. It does not change once it is sent.
func (a *Archive) entryOf(r *http.Request, n Newsletter, wish language.Tag) (atom.Entry, error) {
	_, texts, err := a.Newsletters.Newsletter(r.Context(), n.ID)
	if err != nil {
		return atom.Entry{}, err
	}
	tag := n.For(wish)
	body, err := webBody(a.Site, texts[tag])
	address := publicURL(a.Site, n.ID, tag)
	return atom.Entry{
		Language: tag, ID: address, Title: n.Subjects[tag], Updated: n.Due, Published: n.Due,
		Link: atom.HTML(tag, address), Content: &atom.Content{Type: "html", HTML: string(body)},
	}, err
}
