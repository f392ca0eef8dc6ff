package newsletter

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/yuin/goldmark/text"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

const archivePath = "/newsletters"

// Archive answers everybody's pages about the newsletters that were sent. It writes nothing.
type Archive struct {
	Newsletters *Store
	Site        string // its address, without a slash at the end
	Now         func() time.Time
}

// Routes adds the archive's routes.
func (a *Archive) Routes(m *web.Mux) {
	m.Handle("GET "+archivePath, web.Everyone, a.showArchive)
	m.Handle("GET "+archivePath+"/{newsletter}", web.Everyone, a.showIssue)
	m.Handle("GET "+imagesPath+"{image}", web.Everyone, a.showImage)
	m.Handle("GET "+archivePath+".atom", web.Everyone, a.showFeed)
	m.Handle("GET /api/newsletters", web.Everyone, web.Tagged(a.listNewsletters))
}

// publicURL is the address of a newsletter in the archive, in the language of one of its texts.
func publicURL(site, id string, tag language.Tag) string {
	return site + web.InLanguage(archivePath+"/"+id, tag)
}

// archiveData is what the list of sent newsletters shows.
type archiveData struct {
	Feed   string
	Cards  []page.Card
	Paging page.Paging
}

func (a *Archive) showArchive(w http.ResponseWriter, r *http.Request) error {
	cursor := r.URL.Query().Get("next")
	found, next, err := a.archive(r, cursor)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := archiveData{Feed: web.InLanguage(archivePath+".atom", p.Tag())}
	for _, n := range found {
		tag := n.For(p.Tag())
		meta := []string{p.Date(n.Due), p.Text("newsletter.kind." + string(n.Kind))}
		if tag != p.Tag() {
			meta = append(meta, p.Language(tag))
		}
		data.Cards = append(data.Cards, page.Card{Title: n.Subjects[tag], URL: web.Link(r, archivePath+"/"+n.ID), Meta: meta})
	}
	if cursor != "" {
		data.Paging.First = web.Link(r, archivePath)
	}
	if next != "" {
		data.Paging.Next = web.Link(r, archivePath+"?"+url.Values{"next": {next}}.Encode())
	}
	return pages.Render(w, r, http.StatusOK, "archive.html", data)
}

// archive reads one page of the archive.
func (a *Archive) archive(r *http.Request, cursor string) ([]Newsletter, string, error) {
	found, next, err := a.Newsletters.Archive(r.Context(), cursor, PageSize)
	if errors.Is(err, dynamo.ErrCursor) {
		err = fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	return found, next, err
}

// issueData is what the public page of a newsletter shows.
type issueData struct {
	Newsletter Newsletter
	Language   language.Tag // of the text
	Text       Text
	Body       template.HTML
	// Canonical is the address of this text; Translations are those of all texts.
	Canonical    string
	Translations []translation
	// Default is the address that chooses the language by the reader's browser.
	Default string
}

// translation is one text of a public newsletter.
type translation struct {
	Language language.Tag
	URL      string
}

func (a *Archive) showIssue(w http.ResponseWriter, r *http.Request) error {
	n, texts, err := a.Newsletters.requested(r)
	if err != nil {
		return err
	}
	if !n.Public(a.Now()) {
		return fault.NotFound()
	}
	tag := n.For(web.Language(r.Context()))
	data := issueData{
		Newsletter: n, Language: tag, Text: texts[tag],
		Canonical: publicURL(a.Site, n.ID, tag), Default: a.Site + archivePath + "/" + n.ID,
	}
	if data.Body, err = webBody(a.Site, data.Text); err != nil {
		return err
	}
	for _, t := range n.Languages() {
		data.Translations = append(data.Translations, translation{t, publicURL(a.Site, n.ID, t)})
	}
	return pages.Render(w, r, http.StatusOK, "issue.html", data)
}

// webBody lays a text out for a web page, whose style sheet does what inline styles do in a mail.
func webBody(address string, t Text) (template.HTML, error) {
	site, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	raw := []byte(t.Body)
	document := markdown().Parser().Parse(text.NewReader(raw))
	if err := prepare(document, raw, site); err != nil {
		return "", err
	}
	var rendered bytes.Buffer
	if err := markdown().Renderer().Render(&rendered, raw, document); err != nil {
		return "", err
	}
	return style(rendered.Bytes(), false)
}

// newsletterJSON is a public newsletter as other sites see it.
type newsletterJSON struct {
	ID     string     `json:"id"`
	Kind   Kind       `json:"kind"`
	SentAt time.Time  `json:"sentAt"`
	Texts  []textJSON `json:"texts"`
}

// textJSON is one text of a public newsletter.
type textJSON struct {
	Language language.Tag `json:"language"`
	Subject  string       `json:"subject"`
	URL      string       `json:"url"`
}

func (a *Archive) listNewsletters(w http.ResponseWriter, r *http.Request) error {
	found, next, err := a.archive(r, r.URL.Query().Get("next"))
	if err != nil {
		return err
	}
	list := make([]newsletterJSON, 0, len(found))
	for _, n := range found {
		it := newsletterJSON{ID: n.ID, Kind: n.Kind, SentAt: n.Due.UTC().Truncate(time.Second)}
		for _, tag := range n.Languages() {
			it.Texts = append(it.Texts, textJSON{tag, n.Subjects[tag], publicURL(a.Site, n.ID, tag)})
		}
		list = append(list, it)
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Add("Vary", "Cookie")
	return web.WriteJSON(w, http.StatusOK, struct {
		Newsletters []newsletterJSON `json:"newsletters"`
		Next        string           `json:"next,omitempty"`
	}{list, next})
}
