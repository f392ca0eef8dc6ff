package session

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/municipalitiesnet/munet/internal/token"
)

// Of a cookie only the hash of an id becomes a key of the table, whatever browsers send; of a
// browser's own words only names that we know are kept.
func FuzzRequest(f *testing.F) {
	id := token.New()
	for _, cookie := range []string{
		Cookie + "=" + id, Cookie + "=\"" + id + "\"", Cookie + "=x; " + Cookie + "=" + id, Cookie + "=", "=", ";;;", Cookie + "=\x00\xff", "session=" + id,
	} {
		f.Add(cookie, "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/130.0")
	}
	f.Add("", "Edg/Firefox/<script>")
	f.Fuzz(func(t *testing.T, cookie, userAgent string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", cookie)
		hash, ok := hashOf(r)
		if ok && len(hash) != len(token.Hash("")) || !ok && hash != "" {
			t.Errorf("%q has the key %q", cookie, hash)
		}
		known := func(signs []sign, name string) bool {
			return name == "" || slices.ContainsFunc(signs, func(s sign) bool { return s.name == name })
		}
		if b := ParseBrowser(userAgent); !known(programs, b.Name) || !known(systems, b.System) {
			t.Errorf("%q is %+v", userAgent, b)
		}
	})
}
