package page

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/web"
)

func fetch(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	m := web.NewMux(web.Options{Fail: Fail})
	m.Handle("GET /static/{file}", web.Everyone, ServeAsset)
	m.Handle("GET /favicon.ico", web.Everyone, ServeFavicon)
	r := get(path)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Result()
}

func TestAssets(t *testing.T) {
	types := map[string]string{"site.css": "text/css; charset=utf-8", "site.js": "text/javascript; charset=utf-8", "composer.js": "text/javascript; charset=utf-8",
		"autosave.js": "text/javascript; charset=utf-8", "embed.js": "text/javascript; charset=utf-8", "passkey.js": "text/javascript; charset=utf-8",
		"favicon.svg": "image/svg+xml"}
	for name := range assets {
		path, err := Asset(name)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^/static/[a-z]+\.[0-9a-f]{12}\.(css|js|svg)$`).MatchString(path) {
			t.Errorf("%s: address %s", name, path)
		}
		res := fetch(t, path)
		content, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusOK || len(content) == 0 || res.Header.Get("Content-Type") != types[name] {
			t.Errorf("%s: status %d, %s, %d bytes", name, res.StatusCode, res.Header.Get("Content-Type"), len(content))
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if res := fetch(t, path, "If-None-Match", res.Header.Get("ETag")); res.StatusCode != http.StatusNotModified {
			t.Errorf("%s: status %d for what the browser has", name, res.StatusCode)
		}
	}
	if _, err := Asset("other.css"); err == nil {
		t.Error("an unknown file has an address")
	}
}

func TestAssetIsCompressed(t *testing.T) {
	path, err := Asset("site.css")
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := io.ReadAll(fetch(t, path).Body)
	res := fetch(t, path, "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(res.Body)
	if err != nil || res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("not compressed: %v, %v", err, res.Header)
	}
	if unpacked, err := io.ReadAll(z); err != nil || string(unpacked) != string(plain) {
		t.Errorf("the compressed file differs (%v)", err)
	}
}

func TestAssetsOfAnotherReleaseAndOthers(t *testing.T) {
	tests := []struct {
		path, cache string
		status      int
	}{
		{"/static/site.000000000000.css", "no-cache", 200},
		{"/static/site.css", "no-cache", 200},
		{"/static/other.000000000000.css", "no-store", 404},
		{"/static/..%2fassets%2fsite.css", "no-store", 404},
		{"/static/site.css.map", "no-store", 404},
		{"/favicon.ico", "public, max-age=86400", 200},
	}
	for _, tt := range tests {
		res := fetch(t, tt.path)
		if got := res.Header.Get("Cache-Control"); res.StatusCode != tt.status || got != tt.cache {
			t.Errorf("%s: status %d, Cache-Control %q, want %d, %q", tt.path, res.StatusCode, got, tt.status, tt.cache)
		}
	}
}

func TestScriptNeedsNothingFromElsewhere(t *testing.T) {
	for name := range assets {
		content, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(content), "http://www.w3.org/2000/svg", "")
		for _, refused := range []string{"http://", "https://", "@import", "eval(", "innerHTML"} {
			if strings.Contains(text, refused) {
				t.Errorf("%s has %s", name, refused)
			}
		}
	}
}
