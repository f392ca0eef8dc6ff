package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Origins are the websites whose pages may use the public JSON routes from a browser and show the pages
// made for frames: an exact allow-list. An origin is scheme, host and port as browsers write it
// (RFC 6454, section 6.2), such as "https://www.example.org".
type Origins []string

// ParseOrigins reads a list that is divided by commas; an empty one is none. It refuses whatever a
// browser never sends as an origin, because such an entry would never match: a path, a slash at the
// end, capital letters, the scheme's own port, a pattern, "null".
func ParseOrigins(list string) (Origins, error) {
	var all Origins
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		u, err := url.Parse(one)
		if err != nil || serialised(u) != one {
			return nil, fmt.Errorf("web: %q is not an origin, such as https://www.example.org", one)
		}
		all = append(all, one)
	}
	return all, nil
}

// serialised writes the origin of an address as browsers do, or is "".
func serialised(u *url.URL) string {
	usual := map[string]string{"http": "80", "https": "443"}
	port, known := usual[u.Scheme]
	host := strings.ToLower(u.Hostname())
	if !known || host == "" || strings.ContainsFunc(host, func(r rune) bool { return r > '~' || strings.ContainsRune(" *'\";,", r) }) {
		return ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.Port() != "" && u.Port() != port {
		host += ":" + u.Port()
	}
	return u.Scheme + "://" + host
}

// Has reports whether an origin is on the list, character for character.
func (o Origins) Has(origin string) bool { return slices.Contains(o, origin) }

// Headers of cross-origin requests: https://fetch.spec.whatwg.org/#http-cors-protocol
const (
	// sharedRequest are the headers that a page of another origin may send, beside those that need no
	// leave, such as Accept-Language.
	sharedRequest = "Content-Type, Idempotency-Key"
	// sharedAnswer are those that its script may read, beside the usual ones.
	sharedAnswer = "ETag, Link, Retry-After"
	// preflightAge is how long, in seconds, a browser may remember the answer to a preflight.
	preflightAge = "3600"
)

// public reports whether pages of listed origins may use a route: the JSON routes for everyone. Their
// requests come without cookies, because no answer allows credentials.
func public(pattern string, who Access) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return who == Everyone && strings.HasPrefix(path, "/api/")
}

// share says who may read the answer of a public route.
func (o Origins) share(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); o.Has(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", sharedAnswer)
	}
}

// Preflight answers the question of a browser whether a page of another origin may post to a route:
// the OPTIONS request before it. Who is not listed gets an answer that allows nothing.
func Preflight(w http.ResponseWriter, _ *http.Request) error {
	if h := w.Header(); h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", http.MethodPost)
		h.Set("Access-Control-Allow-Headers", sharedRequest)
		h.Set("Access-Control-Max-Age", preflightAge)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// framePrefix begins the paths of pages that are made for frames of other websites.
const framePrefix = "/embed/"

// InFrame reports whether a request is for a page that is made for the frames of other websites.
func InFrame(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, framePrefix) }

// ancestors are the sources that may show a page in a frame, as the Content-Security-Policy writes
// them: nobody, or for the pages made for it the site itself and the listed origins.
func (o Origins) ancestors(r *http.Request) string {
	if !InFrame(r) {
		return "'none'"
	}
	return strings.Join(append([]string{"'self'"}, o...), " ")
}

func withOrigins(ctx context.Context, o Origins) context.Context {
	return context.WithValue(ctx, originsKey, o)
}

// AllowedOrigins returns the origins that may show the pages made for frames.
func AllowedOrigins(ctx context.Context) Origins {
	o, _ := ctx.Value(originsKey).(Origins)
	return o
}
