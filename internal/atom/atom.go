// Package atom writes Atom feeds (RFC 4287).
package atom

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Feed is a feed in one language.
type Feed struct {
	XMLName  xml.Name     `xml:"http://www.w3.org/2005/Atom feed"`
	Language language.Tag `xml:"xml:lang,attr"`
	// ID is the feed's own address, Page that of the page that says the same.
	ID      string    `xml:"id"`
	Page    string    `xml:"-"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"`
	Author  Person    `xml:"author"`
	Links   []Link    `xml:"link"`
	Entries []Entry   `xml:"entry"`
}

// Person is who wrote a feed or an entry.
type Person struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

// Link leads to a page in a language.
type Link struct {
	Rel      string       `xml:"rel,attr"`
	Type     string       `xml:"type,attr"`
	Language language.Tag `xml:"hreflang,attr"`
	URL      string       `xml:"href,attr"`
}

// Entry is one thing in a feed.
type Entry struct {
	Language language.Tag `xml:"xml:lang,attr"`
	// ID never changes, whatever language is read.
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Updated    time.Time  `xml:"updated"`
	Published  time.Time  `xml:"published"`
	Author     *Person    `xml:"author"`
	Link       Link       `xml:"link"`
	Categories []Category `xml:"category"`
	Summary    string     `xml:"summary,omitempty"`
	Content    *Content   `xml:"content"`
}

// Category is a subject by its code and its name.
type Category struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

// Content is an entry's text.
type Content struct {
	Type string `xml:"type,attr"` // "html"
	HTML string `xml:",chardata"`
}

// HTML is a link to the page of a feed or an entry.
func HTML(tag language.Tag, url string) Link { return Link{"alternate", "text/html", tag, url} }

// Write answers with the feed. How long it may be cached is the caller's to say.
func (f Feed) Write(w http.ResponseWriter) error {
	f.Links = []Link{{"self", "application/atom+xml", f.Language, f.ID}, HTML(f.Language, f.Page)}
	f.Updated = time.Unix(0, 0).UTC() // a feed must say something while it is empty
	for i := range f.Entries {
		e := &f.Entries[i]
		e.Updated, e.Published = e.Updated.UTC().Truncate(time.Second), e.Published.UTC().Truncate(time.Second)
		if e.Updated.After(f.Updated) {
			f.Updated = e.Updated
		}
	}
	body, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Content-Language", string(f.Language))
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}
