package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestParseOrigins(t *testing.T) {
	good := map[string][]string{
		"":                    nil,
		" , ":                 nil,
		"https://a.example":   {"https://a.example"},
		"http://a.example:80": nil, // a browser leaves the scheme's own port out
		"https://a.example, http://localhost:8080 ,https://[::1]:8443": {"https://a.example", "http://localhost:8080", "https://[::1]:8443"},
		"https://xn--mnchen-3ya.example":                               {"https://xn--mnchen-3ya.example"},
	}
	for list, want := range good {
		got, err := ParseOrigins(list)
		if refused := list == "http://a.example:80"; (err != nil) != refused || !refused && !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", list, got, err)
		}
	}
	for _, bad := range []string{
		"null", "*", "https://*", "https://*.example", "a.example", "//a.example", "ftp://a.example", "https://", "https://a.example/", "https://a.example/embed",
		"https://A.example", "HTTPS://a.example", "https://a.example:443", "https://u@a.example", "https://a.example?x", "https://a.example#x",
		"https://a.example;https://b.example", "https://a.example https://b.example", "https://δήμος.example", "https://a.example:", "https://a'b.example", "https://a.example, null",
	} {
		if got, err := ParseOrigins(bad); err == nil {
			t.Errorf("%q is accepted: %q", bad, got)
		}
	}
}

// What is put into the list of a header may end it nowhere.
func FuzzParseOrigins(f *testing.F) {
	f.Add("https://a.example,http://b.example:81")
	f.Fuzz(func(t *testing.T, list string) {
		all, err := ParseOrigins(list)
		if err != nil {
			return
		}
		for _, one := range all {
			if strings.ContainsAny(one, " ;,'\"\r\n*") || !strings.HasPrefix(one, "http") || strings.Count(one, "/") != 2 {
				t.Errorf("%q has %q", list, one)
			}
		}
	})
}

const listedOrigin = "https://www.example.eu"

func newSharedMux(t *testing.T) *Mux {
	t.Helper()
	origins, err := ParseOrigins(listedOrigin + ", http://localhost:8081")
	if err != nil {
		t.Fatal(err)
	}
	m := newTestMux(&sessions{}, &bytes.Buffer{})
	m.options.Origins = origins
	ok := func(w http.ResponseWriter, _ *http.Request) error { return WriteJSON(w, http.StatusOK, struct{}{}) }
	m.Handle("GET /api/things", Everyone, ok)
	m.Handle("OPTIONS /api/echo", Everyone, Preflight)
	m.Handle("GET /embed/things", Everyone, ok)
	m.Handle("POST /embed/things", Everyone, ok)
	return m
}

func TestOriginsMatchExactly(t *testing.T) {
	tests := []struct {
		origin string
		want   bool
	}{
		{listedOrigin, true},
		{"http://localhost:8081", true},
		{"", false},
		{"null", false},
		{"*", false},
		{"http://www.example.eu", false},
		{"https://www.example.eu:8443", false},
		{"https://www.example.eu:443", false},
		{"https://example.eu", false},
		{"https://evil.www.example.eu", false},
		{"https://www.example.eu.evil.example", false},
		{"https://evilwww.example.eu", false},
		{"https://WWW.example.eu", false},
		{"https://www.example.eu/", false},
		{"https://www.example.eu, https://evil.example", false},
		{"http://localhost", false},
		{"http://localhost:80810", false},
	}
	for _, tt := range tests {
		for _, route := range []string{"GET /api/things", "POST /api/refused", "OPTIONS /api/echo", "POST /api/echo"} {
			method, path, _ := strings.Cut(route, " ")
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}"))
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			w := httptest.NewRecorder()
			newSharedMux(t).ServeHTTP(w, r)
			want := ""
			if tt.want {
				want = tt.origin
			}
			h := w.Header()
			if h.Get("Access-Control-Allow-Origin") != want || h.Get("Access-Control-Allow-Credentials") != "" || !slices.Contains(h.Values("Vary"), "Origin") {
				t.Errorf("%s from %q: %v", route, tt.origin, h)
			}
			if refused := w.Code == http.StatusForbidden; method == http.MethodPost && refused == tt.want {
				t.Errorf("%s from %q: %d", route, tt.origin, w.Code)
			}
			if method == http.MethodOptions && (w.Code != http.StatusNoContent || (h.Get("Access-Control-Allow-Methods") == "POST") != tt.want) {
				t.Errorf("%s from %q: %d %v", route, tt.origin, w.Code, h)
			}
		}
	}
}

// The list opens the public JSON routes and nothing else, not even for listed origins.
func TestOriginsOpenNothingElse(t *testing.T) {
	for _, route := range []string{"GET /everyone", "POST /everyone", "POST /members", "POST /api/members", "POST /api/coordinators", "GET /embed/things", "POST /embed/things"} {
		method, path, _ := strings.Cut(route, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Origin", listedOrigin)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		newSharedMux(t).ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may be read by %s", route, got)
		}
		if method == http.MethodPost && w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", route, w.Code)
		}
	}
}

func TestFrames(t *testing.T) {
	tests := map[string]string{
		"/embed/things":  "frame-ancestors 'self' https://www.example.eu http://localhost:8081",
		"/embed/nowhere": "frame-ancestors 'self' https://www.example.eu http://localhost:8081", // the error page too
		"/everyone":      "frame-ancestors 'none'",
		"/embed":         "frame-ancestors 'none'",
		"/x/embed/":      "frame-ancestors 'none'",
		"/api/things":    "frame-ancestors 'none'",
	}
	for path, want := range tests {
		w := httptest.NewRecorder()
		newSharedMux(t).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; "+want) {
			t.Errorf("%s: %s, want %s", path, csp, want)
		}
	}
}

func TestTagged(t *testing.T) {
	m := newTestMux(&sessions{}, &bytes.Buffer{})
	m.Handle("GET /api/tagged", Everyone, Tagged(func(w http.ResponseWriter, _ *http.Request) error {
		Cached(w.Header(), "application/json")
		return WriteJSON(w, http.StatusOK, "same")
	}))
	ask := func(tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/tagged", nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		return w
	}
	first := ask("")
	tag := first.Header().Get("ETag")
	if first.Code != 200 || tag == "" || first.Header().Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%d %v", first.Code, first.Header())
	}
	if again := ask(`"other", ` + tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("%d %q for what is known", again.Code, again.Body)
	}
}
