package e2e

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	dom "golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/infra/demo"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// answer is what a request was answered with.
type answer struct {
	method, path string
	signedIn     bool
	status       int
	header       http.Header
	body         []byte
}

// prober sends requests as they are, also those that no browser of ours sends.
type prober struct {
	site   *site
	cookie string // of a coordinator's session, or ""
}

// ask sends a request. The path goes out as it is written. A header named Host is where it claims to go.
func (s prober) ask(t *testing.T, method, path, body string, header map[string]string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.site.URL, strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s %q: %v", method, path, err)
	}
	r.URL.Opaque = path
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if host := header["Host"]; host != "" {
		r.Host = host
	}
	w, err := s.site.client.Do(r)
	if err != nil {
		t.Fatalf("%s %q: %v", method, path, err)
	}
	defer func() { _ = w.Body.Close() }()
	content, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatalf("%s %q: %v", method, path, err)
	}
	return answer{method, path, s.cookie != "", w.StatusCode, w.Header, content}
}

// post sends a form as a page of ours would.
func (s prober) post(t *testing.T, path, contentType, body string) answer {
	t.Helper()
	return s.ask(t, http.MethodPost, path, body, map[string]string{"Content-Type": contentType, "Origin": s.site.URL, "Sec-Fetch-Site": "same-origin"})
}

// unwatched is a site whose answers are not held against the API's description: it is asked for what that
// does not allow.
func unwatched(h http.Handler) http.Handler { return h }

// demonstration is a site of its own with the demonstration data.
func demonstration(t *testing.T) *site {
	t.Helper()
	c, err := launch(t.Context(), cloud.Options{Around: unwatched})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := demo.Fill(context.WithoutCancel(t.Context()), c.DynamoDB(), c.Tables, template.CoordinatorAddress); err != nil {
		t.Fatal(err)
	}
	return &site{c, newClient()}
}

// chart is what was found of a site: for each route of the template an address that pages lead to, the
// parameters that they have there, and the fields of the forms that are sent there.
type chart struct {
	addresses map[string]string
	names     map[string][]string
}

// explore follows all links that pages have, as nobody and as a coordinator.
func explore(t *testing.T, s *site, visitors ...prober) chart {
	t.Helper()
	c := chart{map[string]string{}, map[string][]string{}}
	for _, v := range visitors {
		seen := map[string]bool{}
		for queue := []string{"/", "/desk", "/profile", "/sitemap.xml"}; len(queue) > 0; queue = queue[1:] {
			path, _, _ := strings.Cut(queue[0], "#")
			route := s.route(http.MethodGet, path)
			c.note(route, path)
			if seen[route] && route != "$default" || seen[path] {
				continue
			}
			seen[route], seen[path] = true, true
			if w := v.ask(t, http.MethodGet, path, "", nil); strings.HasPrefix(w.header.Get("Content-Type"), "text/html") {
				queue = append(queue, c.read(t, s, path, w.body)...)
			}
		}
	}
	return c
}

// note keeps an address of a route and the names of its parameters.
func (c chart) note(route, address string) {
	path, query, _ := strings.Cut(address, "?")
	if c.addresses[route] == "" {
		c.addresses[route] = path
	}
	values, _ := url.ParseQuery(query)
	c.name(route, slices.Collect(maps.Keys(values))...)
}

func (c chart) name(route string, names ...string) {
	for _, n := range names {
		if n != "" && !slices.Contains(c.names[route], n) {
			c.names[route] = append(c.names[route], n)
		}
	}
}

// read notes the forms of a page and returns its links to pages of the site.
func (c chart) read(t *testing.T, s *site, at string, page []byte) []string {
	t.Helper()
	root, err := dom.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for n := range root.Descendants() {
		address, ok := attribute(n, map[string]string{"a": "href", "link": "href", "form": "action", "img": "src", "script": "src"}[n.Data])
		address = strings.TrimPrefix(address, s.URL)
		if n.Data == "form" && address == "" {
			address, ok = at, true
		}
		if !ok || !strings.HasPrefix(address, "/") {
			continue
		}
		if n.Data != "form" {
			links = append(links, address)
			continue
		}
		method, _ := attribute(n, "method")
		path, _, _ := strings.Cut(address, "?")
		route := s.route(strings.ToUpper(cmp.Or(method, "get")), path)
		c.note(route, address)
		for field := range n.Descendants() {
			name, _ := attribute(field, "name")
			c.name(route, name)
		}
	}
	return links
}

// route is the key of the template's route that an address belongs to.
func (s *site) route(method, address string) string {
	path, _, _ := strings.Cut(address, "?")
	best, most := "$default", -1
	for _, f := range s.Template.Functions {
		for _, r := range f.Routes {
			if r.Method != method && r.Method != "ANY" || r.Path == "" {
				continue
			}
			if fixed, ok := matches(r.Path, path); ok && fixed > most {
				best, most = r.Key(), fixed
			}
		}
	}
	return best
}

// matches reports whether a path is of a pattern, and how many of its parts are fixed.
func matches(pattern, path string) (fixed int, ok bool) {
	wants, has := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(wants) != len(has) {
		return 0, false
	}
	for i, part := range wants {
		switch {
		case part == has[i]:
			fixed++
		case !strings.HasPrefix(part, "{") || has[i] == "":
			return 0, false
		}
	}
	return fixed, true
}

// at returns an address of a route: one that was found, or its path with made-up parameters.
func (c chart) at(r template.Route) string {
	for _, key := range []string{r.Key(), "GET " + r.Path} {
		if found := c.addresses[key]; found != "" {
			return found
		}
	}
	parts := strings.Split(r.Path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "x"
		}
	}
	return strings.Join(parts, "/")
}
