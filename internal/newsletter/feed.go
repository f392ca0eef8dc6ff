package newsletter

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// feedLength is how many newsletters the feed holds.
const feedLength = 10

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
		URI  string `xml:"uri"`
	}
	feedLink struct {
		Rel      string `xml:"rel,attr"`
		Type     string `xml:"type,attr"`
		Language string `xml:"hreflang,attr"`
		URL      string `xml:"href,attr"`
	}
	entry struct {
		Language  string      `xml:"xml:lang,attr"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Updated   string      `xml:"updated"`
		Published string      `xml:"published"`
		Links     []feedLink  `xml:"link"`
		Content   feedContent `xml:"content"`
	}
	feedContent struct {
		Type string `xml:"type,attr"`
		HTML string `xml:",chardata"`
	}
)

// showFeed answers with the latest newsletters, each in the feed's language if it has a text in it.
func (a *Archive) showFeed(w http.ResponseWriter, r *http.Request) error {
	p := web.Printer(r.Context())
	found, _, err := a.Newsletters.Archive(r.Context(), "", feedLength)
	if err != nil {
		return err
	}
	self := a.Site + web.InLanguage(archivePath+".atom", p.Tag())
	f := feed{
		Language: string(p.Tag()), ID: self, Title: p.Text("newsletter.feed", "Network", p.Text("shell.network")),
		Author: feedAuthor{p.Text("shell.network"), a.Site + "/"},
		Links: []feedLink{
			{"self", "application/atom+xml", string(p.Tag()), self},
			{"alternate", "text/html", string(p.Tag()), a.Site + web.InLanguage(archivePath, p.Tag())},
		},
		Updated: time.Unix(0, 0).UTC().Format(time.RFC3339), // it must say something while it is empty
	}
	for i, n := range found {
		e, err := a.entryOf(r, n, p.Tag())
		if err != nil {
			return err
		}
		if i == 0 {
			f.Updated = e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	body, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Content-Language", string(p.Tag()))
	h.Add("Vary", "Accept-Language")
	h.Set("Cache-Control", "public, max-age=600")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}

// entryOf is one newsletter in the feed. It does not change once it is sent.
func (a *Archive) entryOf(r *http.Request, n Newsletter, wish language.Tag) (entry, error) {
	_, texts, err := a.Newsletters.Newsletter(r.Context(), n.ID)
	if err != nil {
		return entry{}, err
	}
	tag := n.For(wish)
	body, err := webBody(a.Site, texts[tag])
	at, address := n.Due.UTC().Format(time.RFC3339), publicURL(a.Site, n.ID, tag)
	return entry{
		Language: string(tag), ID: address, Title: n.Subjects[tag], Updated: at, Published: at,
		Links:   []feedLink{{"alternate", "text/html", string(tag), address}},
		Content: feedContent{"html", string(body)},
	}, err
}
