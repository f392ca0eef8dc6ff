package website

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/contract/described"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

var contact = Contact{Address: "secretariat@munet.example", Postal: "MuNet <1>, Nicosia"}

func get(t *testing.T, target string) *httptest.ResponseRecorder {
	t.Helper()
	m := web.NewMux(web.Options{Fail: page.Fail})
	Register(m, "https://munet.example", contact)
	w := httptest.NewRecorder()
	described.Handler(t, m).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
	return w
}

var (
	headings = regexp.MustCompile(`<h([1-6])[ >]`)
	title    = regexp.MustCompile(`<title>([^<]*)</title>`)
	hrefs    = regexp.MustCompile(` href="([^"]*)"`)
	elements = regexp.MustCompile(` id="([^"]*)"`)
)

func TestPagesAreWellFormedInEveryLanguage(t *testing.T) {
	titles := map[string]string{}
	for _, tag := range language.Available() {
		for _, path := range []string{"/", "/about", "/privacy", "/accessibility", "/developers", "/developers/reference"} {
			target := path + "?lang=" + string(tag)
			w := get(t, target)
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `<html lang="`+string(tag)+`">`) {
				t.Errorf("%s: status %d or another language", target, w.Code)
			}
			checkHeadings(t, target, body)
			found := title.FindStringSubmatch(body)
			if found == nil || titles[found[1]] != "" {
				t.Errorf("%s: no title of its own: %v", target, found)
				continue
			}
			titles[found[1]] = target
			seen := map[string]bool{}
			for _, m := range elements.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: id %s is there twice", target, m[1])
				}
				seen[m[1]] = true
			}
		}
	}
}

// checkHeadings wants one h1 and no level left out.
func checkHeadings(t *testing.T, target, body string) {
	t.Helper()
	last, first := 0, 0
	for _, m := range headings.FindAllStringSubmatch(body, -1) {
		level := int(m[1][0] - '0')
		if level > last+1 {
			t.Errorf("%s: h%d follows h%d", target, level, last)
		}
		if level == 1 {
			first++
		}
		last = level
	}
	if first != 1 {
		t.Errorf("%s: %d h1", target, first)
	}
}

// elsewhere are the pages of other functions that the website leads to.
var elsewhere = []string{
	"/members", "/practices", "/practices/data", "/calls", "/figures", "/newsletters", "/register", "/sign-in", "/profile", "/preferences", "/leave", "/my-data", "/my-data/erasure",
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, path := range []string{"/", "/about", "/privacy", "/accessibility", "/developers", "/developers/reference", "/nowhere"} {
		for _, m := range hrefs.FindAllStringSubmatch(get(t, path).Body.String(), -1) {
			to, _, _ := strings.Cut(m[1], "?")
			to, _, _ = strings.Cut(to, "#")
			if to == "" || strings.HasPrefix(to, "mailto:") || to == path || known(t, to) {
				continue
			}
			if code := get(t, to).Code; code != http.StatusOK {
				t.Errorf("%s: %s answers %d", path, to, code)
			}
		}
	}
}

// known reports whether another function answers at the path: a page, or what the API describes.
func known(t *testing.T, path string) bool {
	d, err := described.Load()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(elsewhere, path) || slices.Contains(d.Operations(), "GET "+path) && path != "/api/openapi.yaml"
}

func TestStatementsSayHowToReachUs(t *testing.T) {
	for _, path := range []string{"/privacy", "/accessibility"} {
		body := get(t, path).Body.String()
		for _, want := range []string{`<a href="mailto:secretariat@munet.example">`, "MuNet &lt;1&gt;, Nicosia"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	}
}

func TestOtherFiles(t *testing.T) {
	tests := []struct {
		path, contentType, begins string
		status                    int
	}{
		{"/robots.txt", "text/plain; charset=utf-8", "User-agent: *\n", 200},
		{"/api/openapi.yaml", "application/yaml", "openapi: 3.1", 200},
		{"/favicon.ico", "image/svg+xml", "<svg", 200},
		{"/nowhere", "text/html; charset=utf-8", "<!doctype html>", 404},
		{"/about/", "text/html; charset=utf-8", "<!doctype html>", 404},
		{"/api/nowhere", "application/problem+json", "{", 404},
	}
	for _, tt := range tests {
		w := get(t, tt.path)
		if w.Code != tt.status || w.Header().Get("Content-Type") != tt.contentType || !strings.HasPrefix(w.Body.String(), tt.begins) {
			t.Errorf("%s: %d %s %.40q", tt.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}

func TestRobotsAreLedToTheSitemap(t *testing.T) {
	if body := get(t, "/robots.txt").Body.String(); !strings.Contains(body, "\nSitemap: https://munet.example/sitemap.xml\n") {
		t.Errorf("robots.txt is\n%s", body)
	}
}

func TestWrongMethodsOfTheAPIAreToldTheRightOnes(t *testing.T) {
	m := web.NewMux(web.Options{Fail: page.Fail})
	Register(m, "https://munet.example", contact)
	for target, want := range map[string]string{
		"DELETE /api/calls": "GET, HEAD", "GET /api/registrations": "POST, OPTIONS", "TRACE /api/practices/x": "GET, HEAD", "POST /api/openapi.yaml": "GET, HEAD", "POST /api/nothing": "",
	} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		if got := w.Header().Get("Allow"); got != want || (w.Code == http.StatusMethodNotAllowed) != (want != "") {
			t.Errorf("%s: %d, allowed %q, want %q", target, w.Code, got, want)
		}
	}
}
