package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A route leads from a method and path to a function.
type route struct {
	template.Route
	function string
	segments []string // of the path; nil for the default route
}

func newRoute(r template.Route, function string) route {
	made := route{Route: r, function: function}
	if r.Path != "" {
		made.segments = strings.Split(r.Path, "/")
	}
	return made
}

// decodedPath is the path as the gateway sees it. It decodes percent signs, so
// that %2F separates segments like a slash, and it cuts the path at a decoded
// question mark.
func decodedPath(r *http.Request) string {
	path, err := url.PathUnescape(r.URL.EscapedPath())
	if err != nil {
		path = r.URL.Path
	}
	path, _, _ = strings.Cut(path, "?")
	return path
}

// match finds the route for a request. A route that matches completely wins
// over one with a greedy variable ({proxy+}), and this over the default route.
// Of several, the one with more fixed text to the left wins, and then the one
// with the method over ANY.
func (g *Gateway) match(method, path string) (*route, map[string]string, bool) {
	segments := strings.Split(path, "/")
	var best *route
	var parameters map[string]string
	for i := range g.routes {
		r := &g.routes[i]
		if r.Method != method && r.Method != "ANY" {
			continue
		}
		found, ok := r.parameters(segments)
		if ok && (best == nil || r.before(best)) {
			best, parameters = r, found
		}
	}
	return best, parameters, best != nil
}

// parameters are the values of the route's variables if it matches.
func (r *route) parameters(path []string) (map[string]string, bool) {
	if r.segments == nil {
		return nil, true
	}
	found := map[string]string{}
	for i, segment := range r.segments {
		if i >= len(path) {
			return nil, false
		}
		name, kind := variable(segment)
		switch kind {
		case fixed:
			if segment != path[i] {
				return nil, false
			}
		case single:
			if path[i] == "" {
				return nil, false
			}
			found[name] = path[i]
		case greedy:
			found[name] = strings.Join(path[i:], "/")
			return found, found[name] != ""
		}
	}
	return found, len(path) == len(r.segments)
}

// before tells whether the route wins over another that matches as well.
func (r *route) before(other *route) bool {
	for i := range max(len(r.segments), len(other.segments)) {
		a, b := r.kind(i), other.kind(i)
		if a != b {
			return a < b
		}
	}
	return r.Method != "ANY" && other.Method == "ANY"
}

// The kinds of path segments, the most specific first.
type segmentKind int

const (
	fixed segmentKind = iota
	single
	greedy
	missing
)

func (r *route) kind(i int) segmentKind {
	if i >= len(r.segments) {
		return missing
	}
	_, kind := variable(r.segments[i])
	return kind
}

func variable(segment string) (string, segmentKind) {
	name, ok := strings.CutPrefix(segment, "{")
	if !ok || !strings.HasSuffix(name, "}") {
		return "", fixed
	}
	name = strings.TrimSuffix(name, "}")
	if name, ok := strings.CutSuffix(name, "+"); ok {
		return name, greedy
	}
	return name, single
}
