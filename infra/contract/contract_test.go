package contract

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/contract/described"
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

// Every JSON route is described, and what is described is there: feeds, tables and calendars too.
func TestDescriptionHasTheAPIRoutes(t *testing.T) {
	d, err := described.Load()
	if err != nil {
		t.Fatal(err)
	}
	var routed []string
	for _, f := range load(t).Functions {
		for _, r := range f.Routes {
			operation := r.Method + " " + r.Path
			routed = append(routed, operation)
			if strings.HasPrefix(r.Path, "/api/") && !slices.Contains(d.Operations(), operation) {
				t.Errorf("%s is not described", operation)
			}
		}
	}
	for _, operation := range d.Operations() {
		if !slices.Contains(routed, operation) {
			t.Errorf("%s is described and not there", operation)
		}
		if access, secured := Access(operation), d.Secured(operation); (access > web.Everyone) != secured {
			t.Errorf("%s is for %s, and the description says %v of whether one has to sign in", operation, access, secured)
		}
	}
}
