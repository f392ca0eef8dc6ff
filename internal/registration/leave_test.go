package registration_test

import (
	"strings"
	"testing"
)

func TestLeavingTakesTheSessionFromTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	s.signIn(p)
	w := s.do("POST", "/leave", nil)
	if cookie := w.Header().Get("Set-Cookie"); w.Code != 200 || !strings.HasPrefix(cookie, "__Host-session=;") || !strings.Contains(cookie, "Max-Age=0") {
		t.Errorf("%d, cookie %q", w.Code, cookie)
	}
	if len(s.forgotten) != 1 || s.forgotten[0] != p.Ref {
		t.Errorf("forgotten are %v", s.forgotten)
	}
}
