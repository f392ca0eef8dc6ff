package signin

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

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
		path := localPath(next)
		if path == "" {
			return
		}
		if again := localPath(path); again != path {
			t.Errorf("%q is a path of ours once, and then %q", next, again)
		}
		r := httptest.NewRequest(http.MethodGet, "/sign-in?"+url.Values{"lang": {language}}.Encode(), nil)
		w := httptest.NewRecorder()
		m := web.NewMux(web.Options{})
		m.Handle("GET /sign-in", web.Everyone, func(w http.ResponseWriter, r *http.Request) error { return web.SeeOther(w, r, path) })
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

// The cookie of a browser that wants to sign in is ours in every byte, or it is a new one.
func FuzzBrowser(f *testing.F) {
	id, proof := token.New(), token.Hash("")
	for _, value := range []string{id, id + "." + proof, id + "." + proof + "x", id + ".", "." + proof, "\"" + id + "\"", id + "; a=b", "\x00"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", browserCookie+"="+value)
		b, _ := browserOf(r)
		if len(b.id) != token.Size || b.proof != "" && len(b.proof) != len(proof) {
			t.Fatalf("%q is the browser %+v", value, b)
		}
		w := httptest.NewRecorder()
		b.remember(w)
		again := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, c := range w.Result().Cookies() {
			again.AddCookie(c)
		}
		if kept, known := browserOf(again); !known || kept != b {
			t.Errorf("%q is the browser %+v, and then %+v", value, b, kept)
		}
	})
}
