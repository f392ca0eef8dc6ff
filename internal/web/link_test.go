package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/desk":                                 "/desk",
		"/desk?page=2":                          "/desk?page=2",
		"/" + strings.Repeat("a", 9):            "/aaaaaaaaa",
		"":                                      "",
		"desk":                                  "",
		"//evil.example":                        "",
		`/\evil.example`:                        "",
		"/\t/evil.example":                      "",
		"https://evil.example/":                 "",
		"javascript:alert(1)":                   "",
		"/a\r\nSet-Cookie: x=y":                 "",
		"/" + strings.Repeat("a", maxLocalPath): "",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}

// Wherever somebody is to be led after signing in, it is a page of this site, as browsers read
// addresses (WHATWG URL: tabs and line breaks count for nothing, a backslash is a slash).
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{
		"/profile?a=1#b", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "javascript:alert(1)", "/..//evil.example",
		"/.//evil.example", "/%2F/evil.example", "/%5Cevil.example", "/?next=//evil.example", "/a%0d%0aX:y", "/;//evil", "/@evil.example", "/.\\evil.example",
	} {
		f.Add(seed, "el")
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, next, language string) {
		path := LocalPath(next)
		if path == "" {
			return
		}
		if again := LocalPath(path); again != path {
			t.Errorf("%q is a path of ours once, and then %q", next, again)
		}
		r := httptest.NewRequest(http.MethodGet, "/sign-in?"+url.Values{"lang": {language}}.Encode(), nil)
		w := httptest.NewRecorder()
		m := NewMux(Options{})
		m.Handle("GET /sign-in", Everyone, func(w http.ResponseWriter, r *http.Request) error { return SeeOther(w, r, path) })
		m.ServeHTTP(w, r)
		location := w.Header().Get("Location")
		if !httpguts.ValidHeaderFieldValue(location) {
			t.Fatalf("Location %q", location)
		}
		browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimSpace(location))
		to, err := r.URL.Parse(browser)
		if err != nil || !strings.HasPrefix(browser, "/") || strings.HasPrefix(browser, "//") || to.Host != r.URL.Host {
			t.Errorf("%q leads to %q: %v", next, location, err)
		}
	})
}
