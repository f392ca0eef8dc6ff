// Package page renders MuNet's pages: one shell, and parts that every domain uses.
//
// A domain embeds its templates and renders them by name:
//
//	//go:embed templates
//	var templates embed.FS
//
//	var pages = page.New(templates)
//
//	func show(w http.ResponseWriter, r *http.Request) error {
//		return pages.Render(w, r, http.StatusOK, "place.html", data)
//	}
//
// A template file defines "title" and "content"; the dot is a [View]:
//
//	{{define "title"}}{{t "place.title"}}{{end}}
//	{{define "content"}}
//	{{template "errors" .Data.Form}}
//	<form method="post">
//	{{template "field" (field .Data.Form "place.name" "required" true "maxlength" 100)}}
//	<button class="button">{{t "place.save"}}</button>
//	</form>
//	{{end}}
//
// It may also define "breadcrumb", "description" (for search engines), "heading" (instead of the
// title in an h1) and "layout" ("wide", for lists and tables, instead of "text"). Files in the folder
// templates/shared are parsed along with every page of the domain, and so are those of the same
// folder of other packages that [New] is given.
//
// The functions of templates are in [functions], the parts and what each takes in templates/forms.html
// and templates/parts.html. Named arguments are pairs of a field's name and its value; an unknown
// name is an error.
//
// No page has inline script or style: the Content-Security-Policy forbids both.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"sync"

	"github.com/municipalitiesnet/munet/internal/language"
)

//go:embed templates
var shell embed.FS

// base holds the shell and the parts. Its functions speak no particular language: every set of
// templates that is executed is a clone with the functions of one.
var base = sync.OnceValues(func() (*template.Template, error) {
	return template.New("base").Funcs(functions(language.For(language.Default))).
		ParseFS(shell, "templates/shell.html", "templates/forms.html", "templates/parts.html")
})

// Pages are the pages of one domain. They are parsed when they are first shown.
type Pages struct {
	files  fs.FS
	shared []fs.FS

	mu   sync.Mutex
	sets map[set]*template.Template
}

// set names the templates of one page in one language.
type set struct {
	language language.Tag
	name     string
}

// New returns the pages in the folder "templates" of files. They can use the parts in the folder
// "templates/shared" of files and of each of shared.
func New(files fs.FS, shared ...fs.FS) *Pages {
	return &Pages{files: files, shared: append(shared, files), sets: map[set]*template.Template{}}
}

// Render answers with a page in the language of the request. data becomes the View's Data.
// Nothing is written if it fails.
func (p *Pages) Render(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	view := newView(r, status, data)
	t, err := p.template(view.Language, name)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := t.ExecuteTemplate(&page, "shell", view); err != nil {
		return fmt.Errorf("page: %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(view.Language))
	h.Add("Vary", "Accept-Language, Cookie")
	switch {
	case status >= http.StatusBadRequest:
		h.Set("Cache-Control", "no-store")
	case h.Get("Cache-Control") == "":
		h.Set("Cache-Control", "private, no-cache")
	}
	w.WriteHeader(status)
	_, err = w.Write(page.Bytes())
	return err
}

func (p *Pages) template(tag language.Tag, name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := set{tag, name}
	if t := p.sets[key]; t != nil {
		return t, nil
	}
	t, err := p.parse(tag, name)
	if err != nil {
		return nil, fmt.Errorf("page: %s: %w", name, err)
	}
	p.sets[key] = t
	return t, nil
}

func (p *Pages) parse(tag language.Tag, name string) (*template.Template, error) {
	common, err := base()
	if err != nil {
		return nil, err
	}
	t, err := common.Clone()
	if err != nil {
		return nil, err
	}
	t = t.Funcs(functions(language.For(tag)))
	for _, files := range p.shared {
		parts, err := fs.Glob(files, "templates/shared/*.html")
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 {
			continue
		}
		if t, err = t.ParseFS(files, parts...); err != nil {
			return nil, err
		}
	}
	return t.ParseFS(p.files, path.Join("templates", name))
}
