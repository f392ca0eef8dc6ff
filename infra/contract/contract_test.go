package contract

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/municipalitiesnet/munet/infra/local/template"
	"github.com/municipalitiesnet/munet/internal/web"
)

func load(t *testing.T) *template.Template {
	t.Helper()
	tpl, err := template.Load("../../template.yaml", template.Options{Parameters: template.LocalParameters("http://localhost:8080")})
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestTemplateAndHandlersHaveTheSameRoutes(t *testing.T) {
	for _, f := range load(t).Functions {
		if len(f.Routes) == 0 {
			continue
		}
		if handlers[f.LogicalID] == nil {
			t.Errorf("%s has routes in the template, and no handlers here", f.LogicalID)
			continue
		}
		handled := slices.Sorted(maps.Keys(Routes(f.LogicalID)))
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
			access, secured := Access(strings.ToUpper(method)+" "+path), operation["security"] != nil
			if (access > web.Everyone) != secured {
				t.Errorf("%s %s is for %s; in the description its security is %v", method, path, access, operation["security"])
			}
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
