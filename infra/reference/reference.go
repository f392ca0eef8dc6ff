package main

import (
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// site stands for the site's own address, which the website puts in its place.
const site = "https://munet.example"

// The reference as its page shows it.
type (
	reference struct {
		Groups  []group
		Schemas []block
	}
	group struct {
		Name, Description string
		Operations        []shown
	}
	shown struct {
		ID, Method, Path, Summary, Description string
		Parameters                             []row
		BodyText, BodySchema, BodyExample      string
		Curl                                   string
		Try                                    string // an address to look at, or ""
		Answers                                []answer
	}
	answer struct {
		Status, Description string
		Types               []string
		Schema, Example     string
		Headers             []row
	}
	block struct {
		Name, Description string
		Values            []string
		Rows              []row
	}
	// row is a parameter, a header or a property.
	row struct {
		Name, Place string
		Type        template.HTML
		Required    bool
		Description string
		Limits      []string
		Values      []string
	}
)

func (d *document) reference() reference {
	var r reference
	for _, tag := range d.Tags {
		g := group{Name: tag.Name, Description: tag.Description}
		for _, path := range d.Paths {
			for _, o := range path.Value {
				if o.Value.Tags[0] == tag.Name {
					g.Operations = append(g.Operations, d.show(strings.ToUpper(o.Name), path.Name, o.Value))
				}
			}
		}
		r.Groups = append(r.Groups, g)
	}
	for _, s := range d.Components.Schemas {
		r.Schemas = append(r.Schemas, block{s.Name, s.Value.Description, s.Value.Enum, d.rows("", s.Value)})
	}
	return r
}

func (d *document) show(method, path string, o operation) shown {
	s := shown{ID: o.ID, Method: method, Path: path, Summary: o.Summary, Description: o.Description, BodyText: o.RequestBody.Description}
	query := url.Values{}
	whole := true // every part of the path is given
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p = d.Components.Parameters.named(p.Ref)
		}
		r := d.row(p.Name, p.Schema, p.Required)
		r.Place, r.Description = p.In, p.Description
		s.Parameters = append(s.Parameters, r)
		switch example := first(p.Example); {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", example)
			whole = false
		case p.In == "query" && example != "":
			query.Set(p.Name, example)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if method == "GET" && whole {
		s.Try = path
	}
	s.Curl = "curl '" + site + path + "'"
	for _, body := range o.RequestBody.Content {
		s.BodySchema, s.BodyExample = refName(body.Value.Schema.Ref), body.Value.example()
		s.Curl += " -H 'Content-Type: " + body.Name + "' -d '" + s.BodyExample + "'"
	}
	if method == "OPTIONS" {
		s.Curl = "curl -X OPTIONS -i '" + site + path + "' -H 'Origin: https://www.example.eu' -H 'Access-Control-Request-Method: POST'"
	}
	for _, r := range o.Responses {
		s.Answers = append(s.Answers, d.answer(r.Name, r.Value))
	}
	return s
}

func (d *document) answer(status string, r response) answer {
	if r.Ref != "" {
		r = d.Components.Responses.named(r.Ref)
	}
	a := answer{Status: status, Description: r.Description}
	for _, m := range r.Content {
		a.Types = append(a.Types, m.Name)
		if a.Schema == "" {
			a.Schema = refName(m.Value.Schema.Ref)
		}
		if a.Example == "" {
			a.Example = m.Value.example()
		}
	}
	for _, h := range r.Headers {
		if h.Value.Ref != "" {
			h.Value = d.Components.Headers.named(h.Value.Ref)
		}
		a.Headers = append(a.Headers, row{Name: h.Name, Required: h.Value.Required, Description: h.Value.Description})
	}
	return a
}

func (m media) example() string {
	for _, e := range m.Examples {
		var b strings.Builder
		writeJSON(&b, &e.Value.Value, "")
		return b.String()
	}
	return ""
}

// first is an example's value, or the first of several.
func first(n yaml.Node) string {
	if n.Kind == yaml.SequenceNode {
		return n.Content[0].Value
	}
	return n.Value
}

var (
	code = regexp.MustCompile("`([^`]+)`")
	link = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
)

// inline writes the little Markdown of descriptions: code and links.
func inline(text string) template.HTML {
	text = template.HTMLEscapeString(text)
	text = code.ReplaceAllString(text, "<code>$1</code>")
	return template.HTML(link.ReplaceAllString(text, `<a href="$2">$1</a>`)) //nolint:gosec // escaped above, and ours
}

func anchor(name string) template.HTML {
	return template.HTML(fmt.Sprintf(`<a href="#schema-%s">%s</a>`, name, name)) //nolint:gosec // a name of ours
}

// table is what the template "properties" takes.
type table struct {
	Caption string
	Rows    []row
}

func newTable(caption string, rows []row) table { return table{caption, rows} }
