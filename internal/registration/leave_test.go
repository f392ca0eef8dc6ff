package registration_test

import (
	"strings"
	"testing"
)

func TestLeavingTakesTheSessionFromTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.signIn(s.confirmed("a@pafos.example"))
	w := s.do("POST", "/leave", nil)
	if cookie := w.Header().Get("Set-Cookie"); w.Code != 200 || !strings.HasPrefix(cookie, "__Host-session=;") || !strings.Contains(cookie, "Max-Age=0") {
		t.Errorf("%d, cookie %q", w.Code, cookie)
	}
}
