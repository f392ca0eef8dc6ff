package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// joiner is an organisation that takes the whole way into the network.
type joiner struct {
	name, country, address, language string
}

var joiners = []joiner{
	{"Municipality of Sliema", "MT", "anna@sliema.example", "en"},
	{"Δήμος Πάφου", "CY", "andreas@pafos.example", "el"},
	{"Riga City Council", "LV", "ilze@riga.example", "en"},
}

// confirmLink returns the link in the confirmation mail.
func (s *site) confirmLink(t *testing.T, address string) string {
	t.Helper()
	return s.link(t, s.mailTo(t, address, ""), "/confirm")
}

// TestFromRegistrationToUnsubscribing takes the way of the README's first paragraph: registration,
// confirmation, sign-in, approval, newsletter, one click to stop it.
func TestFromRegistrationToUnsubscribing(t *testing.T) {
	s := start(t)
	for _, j := range joiners {
		v := s.visitor(t)
		v.register(j.address, "organisation.name", j.name, "organisation.country", j.country, "representative.language", j.language)
		link := s.confirmLink(t, j.address)
		v.open(link)
		v.sees(j.name)
		v.send(link, url.Values{"revision": {v.find(`name="revision" value="(\d+)"`)}})
		v.sees()
		v.signIn(j.address)
		v.open("/profile")
		v.sees(j.name)
		if !strings.Contains(v.page, `lang="`+j.language+`"`) {
			t.Errorf("%s does not see the profile in %s", j.address, j.language)
		}
	}

	c := s.visitor(t)
	c.signIn(coordinator)
	for _, j := range joiners {
		c.open("/desk")
		c.sees(j.name)
		c.open("/desk/members?state=awaitingApproval&words=" + url.QueryEscape(j.name))
		organisation := c.find(`href="(/desk/members/[A-Z0-9]{16})"`)
		c.open(organisation)
		c.sees(j.name, j.address)
		c.send(organisation+"/approve", url.Values{"note": {"Welcome, " + j.name}})
		c.sees()
		mail := s.mailTo(t, j.address, "")
		if !strings.Contains(mail.Text, "Welcome, "+j.name) {
			t.Errorf("the mail about the approval has no note:\n%s", mail.Text)
		}
	}

	first := c.newsletter("First issue", "Πρώτο τεύχος")
	s.sendAll(t, first)
	for _, j := range joiners {
		want := map[string]string{"en": "First issue", "el": "Πρώτο τεύχος"}[j.language]
		mail := s.mailTo(t, j.address, want)
		if mail.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" || mail.HTML == "" || mail.Text == "" {
			t.Errorf("the newsletter to %s has no one-click header or lacks a part: %v", j.address, mail.Headers)
		}
	}
	c.open("/desk/newsletters/" + first + "/progress")
	c.sees("First issue")
	s.archived(t, first, map[string]string{"en": "First issue", "el": "Πρώτο τεύχος"})

	leaver := joiners[1]
	stop := strings.Trim(s.mailTo(t, leaver.address, "Πρώτο τεύχος").Headers["List-Unsubscribe"], "<>")
	s.oneClick(t, stop)
	s.sendAll(t, c.newsletter("Second issue", "Δεύτερο τεύχος"))
	s.mailTo(t, joiners[0].address, "Second issue")
	all, err := s.Mail()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.To[0] == leaver.address && strings.Contains(m.Subject, "Δεύτερο τεύχος") {
			t.Error("the second issue was sent after the one click that stops it")
		}
	}
}

// oneClick does what a mail provider does (RFC 8058): a bare POST without cookies.
func (s *site) oneClick(t *testing.T, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	if w.StatusCode != http.StatusOK {
		t.Errorf("one click: %d, want 200", w.StatusCode)
	}
}

func TestRegistrationOverTheAPI(t *testing.T) {
	s := start(t)
	tests := map[string]struct {
		body   string
		status int
	}{
		"accepted": {`{"organisation":{"kind":"ngo","name":"Generation 2.0","country":"EL"},"representative":{"name":"Maria","address":"maria@generation.example","language":"el"},"consent":true}`, 202},
		"refused":  {`{"organisation":{"kind":"ngo","name":"","country":"EL"},"representative":{"name":"Maria","address":"maria","language":"el"},"consent":true}`, 422},
		"unread":   {`{"organisation":`, 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := s.api(t, http.MethodPost, "/api/registrations", tt.body, tt.status)
			if tt.status == 422 && !strings.Contains(string(body), `"organisation.name"`) {
				t.Errorf("the answer names no field: %s", body)
			}
		})
	}
	s.api(t, http.MethodGet, "/api/organisations?country=CY", "", 200)
	s.api(t, http.MethodGet, "/api/organisations?kind=kingdom", "", 422)
	s.api(t, http.MethodGet, "/api/nothing", "", 404)
}

// api calls the JSON API.
func (s *site) api(t *testing.T, method, path, body string, status int) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	var answer json.RawMessage
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil || w.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d; %v\n%s", method, path, w.StatusCode, status, err, answer)
	}
	return answer
}
