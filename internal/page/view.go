package page

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// View is the dot of a page's templates.
type View struct {
	// Language is the language of the page.
	Language language.Tag
	// Who is the signed-in person, nil for nobody.
	Who *web.Identity
	// SignedIn is also true in functions that read no sessions, if the browser sent a session.
	SignedIn bool
	// Path is the page's own path, without the query.
	Path string
	// Status is the HTTP status that the page is sent with.
	Status int
	// InFrame says that the page is made for the frames of other websites; Origins are those.
	InFrame bool
	Origins web.Origins
	// RequestID names the request in the log.
	RequestID string
	// Data is what the handler gave to Render.
	Data any

	chosen language.Tag
	query  url.Values
}

// sessionCookie is the cookie of a signed-in browser.
const sessionCookie = "__Host-session"

func newView(r *http.Request, status int, data any) View {
	ctx := r.Context()
	v := View{
		Language:  web.Language(ctx),
		Who:       web.Who(ctx),
		Path:      r.URL.Path,
		Status:    status,
		InFrame:   web.InFrame(r),
		Origins:   web.AllowedOrigins(ctx),
		RequestID: web.RequestID(ctx),
		Data:      data,
		chosen:    web.ChosenLanguage(ctx),
		query:     r.URL.Query(),
	}
	_, err := r.Cookie(sessionCookie)
	v.SignedIn = v.Who != nil || err == nil
	return v
}

// Link returns the address of one of our pages, with the language if the reader chose it in the
// address: the choice needs no cookie. to is a path with or without a query.
func (v View) Link(to string) string {
	if v.chosen == "" {
		return to
	}
	return web.InLanguage(to, v.chosen)
}

// Query returns a value of the page's own address, such as what a redirect says was done.
func (v View) Query(name string) string { return v.query.Get(name) }

// Under reports whether the page is the one at path or below it.
func (v View) Under(path string) bool {
	return v.Path == path || strings.HasPrefix(v.Path, path+"/")
}

// A Translation is this page in another language.
type Translation struct {
	Tag     language.Tag
	Name    string // in the language itself
	URL     string
	Current bool
}

// Translations lists this page in all languages, its path and query kept.
func (v View) Translations() []Translation {
	var all []Translation
	to := (&url.URL{Path: v.Path, RawQuery: v.query.Encode()}).String()
	for _, tag := range language.Available() {
		all = append(all, Translation{tag, tag.Own(), web.InLanguage(to, tag), tag == v.Language})
	}
	return all
}
