package website

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed openapi.yaml
var description string

// reference is the reference of the API that the description holds, in English as the description is.
//
//go:generate go run github.com/municipalitiesnet/munet/infra/reference
//go:embed reference.html
var reference string

// exampleSite is the address that description and reference have in place of the site's own.
const exampleSite = "https://munet.example"

// guide is the data of the pages for developers and webmasters.
type guide struct {
	Contact Contact
	Site    string // its address, without a slash at the end
}

// Reference returns the operations and schemas of the API, with the site's own address.
func (g guide) Reference() template.HTML {
	return template.HTML(strings.ReplaceAll(reference, exampleSite, g.Site)) //nolint:gosec // written by infra/reference
}

// describe answers with the description, with the site's own address.
func (g guide) describe(w http.ResponseWriter, _ *http.Request) error {
	web.Cached(w.Header(), "application/yaml")
	_, err := w.Write([]byte(strings.ReplaceAll(description, exampleSite, g.Site)))
	return err
}
