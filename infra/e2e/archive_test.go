package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// archived fails the test unless everybody can read a newsletter that was sent: as a page in both
// languages, in the feed, and over the API.
func (s *site) archived(t *testing.T, id string, subjects map[string]string) {
	t.Helper()
	v := s.visitor(t)
	for language, subject := range subjects {
		v.open(withLanguage("/newsletters", language))
		v.sees(subject)
		v.open(withLanguage("/newsletters/"+id, language))
		v.sees(subject, `rel="canonical"`)
		v.open(withLanguage("/newsletters.atom", language))
		v.sees("<title>" + subject + "</title>")
	}
	if answer := s.api(t, http.MethodGet, "/api/newsletters", "", 200); !bytes.Contains(answer, []byte(id)) {
		t.Errorf("the API does not list %s: %s", id, answer)
	}
	mail := s.mailTo(t, joiners[0].address, subjects["en"])
	if !strings.Contains(mail.Text, s.URL+"/newsletters/"+id) {
		t.Errorf("the mail does not lead to the archive:\n%s", mail.Text)
	}
}
