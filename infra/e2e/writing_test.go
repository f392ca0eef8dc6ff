package e2e

import (
	entities "html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNothingTypedIsLost writes a practice without JavaScript, first with a text that is far too long
// and then with a session that ends, through the gateway and the limits of Lambda.
func TestNothingTypedIsLost(t *testing.T) {
	s := start(t)
	v := s.visitor(t)
	v.signIn(coordinator)
	v.open("/my-practices/new?lang=en")
	v.send("/my-practices/new?lang=en", v.fill(url.Values{
		"original": {"en"}, "kind": {"practice"}, "title": {"Chess in the park"}, "summary": {"Newcomers and neighbours play."},
	}))
	v.sees("The practice", "Step 2 of 7")
	at := v.path

	long := strings.Repeat("“χ” & \"ש\" <b>\r\n", 30_000) // about 400,000 characters
	v.send(at, v.fill(url.Values{"challenge": {long}, "goal": {"A game a week."}}))
	if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, "at most 6,000 characters") ||
		!strings.Contains(entities.UnescapeString(v.page), strings.ReplaceAll(long, "\r\n", "\n")) &&
			!strings.Contains(entities.UnescapeString(v.page), long) {
		t.Fatalf("%d, a page of %d bytes", v.status, len(v.page))
	}

	session := v.cookies
	v.cookies = map[string]string{}
	v.send(at, v.fill(url.Values{"challenge": {"People sat alone.\r\n\r\nEvery day."}, "goal": {"A game a week."}, "act": {"leave"}}))
	if v.status != http.StatusUnauthorized || !strings.Contains(v.page, "Nothing is lost") {
		t.Fatalf("%d: %s", v.status, v.words())
	}
	kept, action := v.form(), v.find(`<form method="post" action="([^"]*my-practices[^"]*)"`)
	v.cookies = session
	v.send(action, kept)
	v.sees("Everything is saved as a draft")
	v.open(at)
	v.sees("People sat alone.", "Every day.", "A game a week.")
}
