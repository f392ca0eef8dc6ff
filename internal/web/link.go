package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
)

// InLanguage returns the address of one of our pages, a path with or without a query, in a language
// that is chosen by the address itself.
func InLanguage(to string, tag language.Tag) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	q := u.Query()
	q.Set("lang", string(tag))
	u.RawQuery = q.Encode()
	return u.String()
}

// Link returns the address of another of our pages. If the reader chose the language by the address,
// the choice stays.
func Link(r *http.Request, to string) string {
	if chosen := ChosenLanguage(r.Context()); chosen != "" {
		return InLanguage(to, chosen)
	}
	return to
}

// SeeOther answers a form that was done (status 303): the browser goes to another of our pages, as
// [Link] leads there.
func SeeOther(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, Link(r, to), http.StatusSeeOther) //nolint:gosec // callers name our own pages
	return nil
}

// maxLocalPath is the length of the longest path that a person is sent on to, in bytes.
const maxLocalPath = 500

// LocalPath returns next, where a request wants to be sent on to, if it is a path of this site, or "".
// A browser reads "//host" and "/\host" as another site, and strips tabs and line breaks before it looks.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || len(next) > maxLocalPath || u.IsAbs() || u.Host != "" || u.User != nil ||
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }) {
		return ""
	}
	return next
}
