// Package contract holds the tests that template.yaml, the functions' handlers and the OpenAPI
// description say the same.
package contract

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/municipalitiesnet/munet/infra/local/template"
	"github.com/municipalitiesnet/munet/internal/desk"
	"github.com/municipalitiesnet/munet/internal/funding"
	"github.com/municipalitiesnet/munet/internal/library"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/registration"
	"github.com/municipalitiesnet/munet/internal/review"
	"github.com/municipalitiesnet/munet/internal/signin"
	"github.com/municipalitiesnet/munet/internal/submission"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/website"
)

// handlers are the routes that each function answers.
var handlers = map[string]func(*web.Mux){
	"WebsiteFunction":      func(m *web.Mux) { website.Register(m, "", website.Contact{}) },
	"SigninFunction":       (&signin.Service{}).Routes,
	"RegistrationFunction": (&registration.Service{}).Routes,
	"DeskFunction": func(m *web.Mux) {
		(&desk.Service{}).Routes(m)
		(&memberimport.Service{}).Routes(m)
	},
	"PracticesFunction":   (&submission.Service{}).Routes,
	"ReviewsFunction":     (&review.Service{}).Routes,
	"LibraryFunction":     (&library.Service{}).Routes,
	"FundingFunction":     (&funding.Service{}).Routes,
	"NewslettersFunction": (&newsletter.Service{}).Routes,
	"ArchiveFunction":     (&newsletter.Archive{}).Routes,
}

func load(t *testing.T) *template.Template {
	t.Helper()
	tpl, err := template.Load("../../template.yaml", template.Options{Parameters: template.LocalParameters("http://localhost:8080")})
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// routes are the routes of a function's mux in the template's words.
func routes(register func(*web.Mux)) []string {
	m := web.NewMux(web.Options{})
	register(m)
	var out []string
	for _, r := range m.Routes() {
		out = append(out, strings.TrimSuffix(r.Pattern, "{$}"))
	}
	return out
}

func TestTemplateAndHandlersHaveTheSameRoutes(t *testing.T) {
	for _, f := range load(t).Functions {
		if len(f.Routes) == 0 {
			continue
		}
		register, ok := handlers[f.LogicalID]
		if !ok {
			t.Errorf("%s has routes in the template, and none in this test", f.LogicalID)
			continue
		}
		handled := routes(register)
		var routed []string
		for _, r := range f.Routes {
			switch {
			case r.Path == "": // $default: the error page of whatever is not found
			case r.Method == "HEAD":
				if !slices.Contains(handled, "GET "+r.Path) {
					t.Errorf("%s: HEAD %s has no GET", f.LogicalID, r.Path)
				}
			default:
				routed = append(routed, r.Method+" "+r.Path)
			}
		}
		for _, r := range routed {
			if !slices.Contains(handled, r) {
				t.Errorf("%s: the template routes %s, which no handler answers", f.LogicalID, r)
			}
		}
		for _, r := range handled {
			if !slices.Contains(routed, r) {
				t.Errorf("%s: a handler answers %s, which the template does not route", f.LogicalID, r)
			}
		}
	}
}

// Mail scanners fetch every link, some of them with HEAD: the links that mails carry must answer it.
func TestMailedLinksAnswerHead(t *testing.T) {
	var heads []string
	for _, f := range load(t).Functions {
		for _, r := range f.Routes {
			if r.Method == "HEAD" {
				heads = append(heads, r.Path)
			}
		}
	}
	for _, path := range []string{"/confirm", "/address", "/preferences", "/unsubscribe", "/sign-in/link", "/newsletters/{newsletter}", "/practices/{id}", "/calls/{call}", "/calls/{call}/{act}"} {
		if !slices.Contains(heads, path) {
			t.Errorf("HEAD %s is not routed", path)
		}
	}
}

func TestDescriptionHasTheAPIRoutes(t *testing.T) {
	text, err := os.ReadFile("../../internal/website/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		OpenAPI string                               `yaml:"openapi"`
		Paths   map[string]map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &description); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(description.OpenAPI, "3.1.") {
		t.Errorf("the description is OpenAPI %s, want 3.1", description.OpenAPI)
	}
	var described, routed []string
	for path, operations := range description.Paths {
		for method, operation := range operations {
			described = append(described, strings.ToUpper(method)+" "+path)
			if operation["operationId"] == nil || operation["summary"] == nil || operation["responses"] == nil {
				t.Errorf("%s %s lacks its operationId, summary or responses", method, path)
			}
		}
	}
	for _, f := range load(t).Functions {
		for _, r := range f.Routes {
			if strings.HasPrefix(r.Path, "/api/") {
				routed = append(routed, r.Method+" "+r.Path)
			}
		}
	}
	slices.Sort(described)
	slices.Sort(routed)
	if !slices.Equal(described, routed) {
		t.Errorf("described:\n%s\nrouted:\n%s", strings.Join(described, "\n"), strings.Join(routed, "\n"))
	}
}
