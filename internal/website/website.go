// Package website serves the pages that need no data (home, about, privacy, accessibility), the
// static files of all pages, and the description of the API.
package website

import (
	"embed"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// robots keeps crawlers out of pages that are only for people with a link or an account, and leads
// them to the list of the others.
const robots = `User-agent: *
Disallow: /calendars
Disallow: /confirm
Disallow: /desk
Disallow: /my-data
Disallow: /my-funding
Disallow: /my-practices
Disallow: /preferences
Disallow: /profile
Disallow: /sign-in
Disallow: /unsubscribe
`

// Contact says how to reach whoever runs the network, as the GDPR (article 13) and the
// accessibility statement ask.
type Contact struct {
	Address string // e-mail
	Postal  string // name and postal address in one line
}

// statement is the data of the pages that state what we do, and since when.
type statement struct {
	Contact Contact
	Changed time.Time
}

// The days on which the statements last changed in substance.
var (
	privacyChanged       = time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC)
	accessibilityChanged = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)
)

// Register adds the website's routes. Any other path of m is answered with its error page. site is the
// site's address, without a slash at the end.
func Register(m *web.Mux, site string, c Contact) {
	tellElsewhere(m)
	m.Handle("GET /{$}", web.Everyone, show("home.html", nil))
	m.Handle("GET /about", web.Everyone, show("about.html", nil))
	m.Handle("GET /privacy", web.Everyone, show("privacy.html", statement{c, privacyChanged}))
	m.Handle("GET /accessibility", web.Everyone, show("accessibility.html", statement{c, accessibilityChanged}))
	m.Handle("GET /static/{file}", web.Everyone, page.ServeAsset)
	m.Handle("GET /favicon.ico", web.Everyone, page.ServeFavicon)
	m.Handle("GET /robots.txt", web.Everyone, file("text/plain; charset=utf-8", []byte(robots+"\nSitemap: "+site+"/sitemap.xml\n")))
	g := guide{c, site}
	m.Handle("GET /developers", web.Everyone, show("developers.html", g))
	m.Handle("GET /developers/reference", web.Everyone, show("reference.html", g))
	m.Handle("GET /api/openapi.yaml", web.Everyone, web.Tagged(g.describe))
}

func show(name string, data any) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return pages.Render(w, r, http.StatusOK, name, data)
	}
}

func file(contentType string, content []byte) web.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, err := w.Write(content)
		return err
	}
}
