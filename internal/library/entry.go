package library

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/web"
)

// related is how many similar practices a practice's page shows.
const related = 3

// practiceData is what a practice's page shows.
type practiceData struct {
	practice.Publication
	Article practicepage.Article
	// Wish is the language in which the reader wanted it.
	Wish language.Tag
	// Canonical is the address of this text; Translations are those of all texts. Default is the
	// address that chooses by the reader's browser.
	Canonical    string
	Translations []translation
	Default      string
	LinkedData   linkedPractice
	Citation     citation
	// Mail begins a mail that tells somebody of the practice.
	Mail    string
	Contact string // address of the form, or ""
	Related []card
	Feeds   []translation // of its themes
}

// translation is a text of a practice in one language, or something else that has an address.
type translation struct {
	Language  language.Tag
	Name, URL string
}

// citation is how to cite a practice.
type citation struct {
	Author, Title, Year, URL string
	Version                  int
}

func (s *Service) showPractice(w http.ResponseWriter, r *http.Request) error {
	pub, err := s.Practices.Publication(r.Context(), r.PathValue("id"))
	if errors.Is(err, practice.ErrArchived) {
		w.Header().Set("Cache-Control", "no-store")
		return pages.Render(w, r, http.StatusGone, "archived.html", nil)
	}
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	wish := p.Tag()
	if tag := language.Tag(r.URL.Query().Get("text")); pub.Texts[tag].Title != "" {
		wish = tag
	}
	d := practiceData{Publication: pub, Wish: wish, Default: s.Site + pathOf(pub.ID)}
	if d.Article, err = practicepage.New(pub.Content, pub.OrganisationName, wish); err != nil {
		return err
	}
	tag := d.Article.Language
	d.Canonical = s.address(pub.ID, tag)
	for _, t := range originalFirst(pub.Original, pub.Texts) {
		d.Translations = append(d.Translations, translation{t, t.Own(), s.address(pub.ID, t)})
	}
	d.LinkedData = s.linked(p, pub, tag)
	d.Citation = citation{pub.OrganisationName, d.Article.Title, pub.UpdatedAt.In(language.Brussels()).Format("2006"), d.Default, pub.Version}
	d.Mail = mailto(p, d.Article.Title, d.Canonical)
	if pub.Contact.Organisation != "" {
		d.Contact = web.Link(r, pathOf(pub.ID)+"/contact")
	}
	for _, theme := range pub.Themes {
		to := query{Values: map[string][]string{"theme": {string(theme)}}}
		d.Feeds = append(d.Feeds, translation{Name: p.Text("topic." + string(theme)), URL: web.Link(r, to.at(root))})
	}
	if d.Related, err = s.related(r, p, pub); err != nil {
		return err
	}
	w.Header().Set("Last-Modified", pub.UpdatedAt.UTC().Format(http.TimeFormat))
	return pages.Render(w, r, http.StatusOK, "practice.html", d)
}

// related are the practices most like this one.
func (s *Service) related(r *http.Request, p *language.Printer, pub practice.Publication) ([]card, error) {
	index, err := s.Index(r.Context())
	if err != nil {
		return nil, err
	}
	var cards []card
	for _, one := range index.Similar(pub.Document(), related) {
		h, err := practice.ReadHit(one.Show)
		if err != nil {
			return nil, err
		}
		cards = append(cards, s.card(r, p, hit{h}))
	}
	return cards, nil
}

// address is where a practice is read in one of its languages. If the site speaks it, the whole page
// does; else only the practice.
func (s *Service) address(id string, tag language.Tag) string {
	if slices.Contains(language.Available(), tag) {
		return s.Site + web.InLanguage(pathOf(id), tag)
	}
	return s.Site + pathOf(id) + "?" + url.Values{"text": {string(tag)}}.Encode()
}

// mailto is the address by which a mail program begins a mail (RFC 6068).
func mailto(p *language.Printer, title, address string) string {
	subject := url.PathEscape(p.Text("library.share.subject", "Title", title))
	body := url.PathEscape(title + "\r\n" + address)
	return "mailto:?subject=" + subject + "&body=" + body
}
