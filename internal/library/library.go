// Package library is the public side of the practices: finding them, reading one, and everything
// that other sites and programs take from them. It writes nothing.
//
// Lists, feeds, figures and the sitemap come from the search index alone, which the function keeps
// in memory; a practice's own page and the dump read the practices themselves.
package library

import (
	"context"
	"embed"
	"time"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates, practicepage.Templates)

// Service answers the library's pages.
type Service struct {
	Practices *practice.Store
	// Index returns what can be searched now; see [search.Reader].
	Index func(context.Context) (*search.Index, error)
	Site  string // its address, without a slash at the end
	// Contact is the network's own address, for those who reuse the data.
	Contact string
	Now     func() time.Time
}

// Paths of the library.
const (
	root        = "/practices"
	feedPath    = root + ".atom"
	dataPath    = root + "/data"
	csvPath     = dataPath + "/practices.csv"
	dumpPath    = dataPath + "/practices.json"
	dcatPath    = dataPath + "/catalogue.jsonld"
	figuresPath = "/figures"
	apiPath     = "/api/practices"
	apiFigures  = "/api/figures"
	embedPath   = "/embed/practices"
)

// Routes adds the library's routes.
func (s *Service) Routes(m *web.Mux) {
	for path, h := range map[string]web.Handler{
		root:              s.showList,
		root + "/{id}":    s.showPractice,
		feedPath:          s.showFeed,
		dataPath:          s.showData,
		csvPath:           s.writeCSV,
		dumpPath:          s.writeDump,
		dcatPath:          s.writeCatalogue,
		"/sitemap.xml":    s.writeSitemap,
		figuresPath:       s.showFigures,
		apiPath:           s.listPractices,
		apiPath + "/{id}": s.getPractice,
		apiFigures:        s.getFigures,
		embedPath:         s.showEmbed,
	} {
		m.Handle("GET "+path, web.Everyone, web.Tagged(h))
	}
}

// pathOf is the path of a practice's page.
func pathOf(id string) string { return root + "/" + id }
