package authenticator

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The secret and the times are those of RFC 6238, appendix B; its codes have two digits more.
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestCode(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		if got, err := Code("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("Code at %d = %s, %v; want %s", at, got, err, want)
		}
	}
}

func TestAccountsAreKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "authenticator.json")
	now := func() time.Time { return time.Unix(59, 0) }
	ask := func(method, key string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "/_local/authenticator", strings.NewReader(url.Values{"key": {key}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		New(file, now).ServeHTTP(w, r)
		return w
	}
	for key, status := range map[string]int{
		"": 422, "not a key!": 422, "otpauth://totp/x": 422,
		"gezd gnbv gy3t qojq gezd gnbv gy3t qojq": 200, "otpauth://totp/MuNet:maria@x.example?issuer=MuNet&secret=" + secret: 200,
	} {
		if w := ask(http.MethodPost, key); w.Code != status {
			t.Errorf("%q: %d, want %d", key, w.Code, status)
		}
	}
	if page := ask(http.MethodGet, "").Body.String(); strings.Count(page, "287082") != 2 || !strings.Contains(page, "maria@x.example") {
		t.Errorf("the page does not show the codes of both accounts:\n%s", page)
	}
}
