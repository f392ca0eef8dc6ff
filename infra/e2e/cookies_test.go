package e2e

import (
	"maps"
	"slices"
	"testing"
)

// TestCookies: nobody gets a cookie who does not sign in, and then only the two that the privacy page names.
func TestCookies(t *testing.T) {
	s := start(t)
	v := s.visitor(t)
	for _, path := range []string{"/", "/about", "/privacy?lang=el", "/members", "/practices", "/calls", "/newsletters", "/register", "/sign-in"} {
		v.open(path)
		v.sees()
		if path != "/sign-in" && len(v.cookies) > 0 {
			t.Errorf("%s sets %q", path, v.cookies)
		}
	}
	v.signIn(coordinator)
	for _, path := range []string{"/my-data", "/desk", "/desk/erasures"} {
		v.open(path)
		v.sees()
	}
	if names := slices.Sorted(maps.Keys(v.cookies)); !slices.Equal(names, []string{"__Host-session", "__Host-signin"}) {
		t.Errorf("signing in sets %q", names)
	}
}
