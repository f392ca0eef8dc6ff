// Command reference writes the reference of the API, which the website shows, from its description:
// internal/website/reference.html from openapi.yaml beside it. The function that shows it so needs no
// parser of YAML and no model of OpenAPI. "go generate ./internal/website" runs it.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

//go:embed reference.html
var page string

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func run() error {
	source, target, err := files()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(source) //nolint:gosec // the description, in a place that the program knows
	if err != nil {
		return err
	}
	html, err := write(text)
	if err != nil {
		return err
	}
	return os.WriteFile(target, html, 0o644) //nolint:gosec // a file of the checkout, for everybody to read
}

// files are the description and what is made of it.
func files() (source, target string, err error) {
	root, err := checkout.Root()
	folder := filepath.Join(root, "internal", "website")
	return filepath.Join(folder, "openapi.yaml"), filepath.Join(folder, "reference.html"), err
}

// write makes the reference of a description.
func write(text []byte) ([]byte, error) {
	var d document
	if err := yaml.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	t, err := template.New("reference").Funcs(template.FuncMap{"inline": inline, "table": newTable}).Parse(page)
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	if err := t.Execute(&html, d.reference()); err != nil {
		return nil, err
	}
	return html.Bytes(), nil
}
