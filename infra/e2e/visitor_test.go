package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/local/mailbox"
)

// visitor is somebody with a browser in which JavaScript is off: what they can do, works without it.
type visitor struct {
	t       *testing.T
	site    *site
	cookies map[string]string
	// page is the page that they look at, and path its address.
	page, path string
	status     int
}

func (s *site) visitor(t *testing.T) *visitor {
	return &visitor{t: t, site: s, cookies: map[string]string{}}
}

// in is the same visitor in a part of the test.
func (v *visitor) in(t *testing.T) *visitor {
	return &visitor{t: t, site: v.site, cookies: v.cookies}
}

// open goes to a path of the site.
func (v *visitor) open(path string) {
	v.t.Helper()
	v.request("GET", path, "", nil)
}

// send posts a form to a path of the site.
func (v *visitor) send(path string, form url.Values) {
	v.t.Helper()
	v.post(path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// post sends a body of any type to a path of the site.
func (v *visitor) post(path, contentType string, body []byte) {
	v.t.Helper()
	v.request("POST", path, contentType, body)
}

// request follows redirects as browsers do. It keeps Secure cookies for http://localhost, which
// browsers trust and Go's cookie jar does not.
func (v *visitor) request(method, path, contentType string, body []byte) {
	v.t.Helper()
	path = strings.TrimPrefix(path, v.site.URL)
	if to, err := url.Parse(path); err == nil {
		logs().hide(to.Query().Get("token"))
	}
	for range 5 {
		r, err := http.NewRequestWithContext(v.t.Context(), method, v.site.URL+path, bytes.NewReader(body))
		if err != nil {
			v.t.Fatal(err)
		}
		if method == "POST" {
			r.Header.Set("Content-Type", contentType)
			r.Header.Set("Origin", v.site.URL)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		for name, value := range v.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w, err := v.site.client.Do(r)
		if err != nil {
			v.t.Fatal(err)
		}
		page, err := io.ReadAll(w.Body)
		_ = w.Body.Close()
		if err != nil {
			v.t.Fatal(err)
		}
		for _, c := range w.Cookies() {
			v.cookies[c.Name] = c.Value
			logs().hide(c.Value)
			if c.MaxAge < 0 {
				delete(v.cookies, c.Name)
			}
		}
		v.page, v.path, v.status = string(page), path, w.StatusCode
		if w.StatusCode != http.StatusSeeOther && w.StatusCode != http.StatusMovedPermanently {
			return
		}
		method, body, path = "GET", nil, w.Header.Get("Location")
	}
	v.t.Fatalf("too many redirects at %s", path)
}

// sees fails the test unless the page is fine and has all of these texts.
func (v *visitor) sees(texts ...string) {
	v.t.Helper()
	if v.status != http.StatusOK {
		v.t.Fatalf("%s: status %d\n%s", v.path, v.status, v.words())
	}
	for _, text := range texts {
		if !strings.Contains(v.page, text) {
			v.t.Fatalf("%s does not show %q:\n%s", v.path, text, v.words())
		}
	}
}

var (
	tags  = regexp.MustCompile(`(?s)<(script|style|svg)[^>]*>.*?</(script|style|svg)>|<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
)

// words is the page's text, for messages of failed tests.
func (v *visitor) words() string {
	return strings.TrimSpace(space.ReplaceAllString(tags.ReplaceAllString(v.page, " "), " "))
}

// find returns the first group of a pattern in the page.
func (v *visitor) find(pattern string) string {
	v.t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(v.page)
	if found == nil {
		v.t.Fatalf("%s has no %s:\n%s", v.path, pattern, v.words())
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// mailTo returns the newest mail to an address whose subject has these words.
func (s *site) mailTo(t *testing.T, address, subject string) mailbox.Message {
	t.Helper()
	all, err := s.Mail()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(all) {
		if slices.Contains(m.To, address) && strings.Contains(m.Subject, subject) {
			return m
		}
	}
	var subjects []string
	for _, m := range all {
		if slices.Contains(m.To, address) {
			subjects = append(subjects, m.Subject)
		}
	}
	t.Fatalf("no mail %q to %s; there are %q", subject, address, subjects)
	return mailbox.Message{}
}

// link returns the first link in a mail to a path of the site.
func (s *site) link(t *testing.T, m mailbox.Message, path string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(s.URL+path) + `[^\s<>")]*`).FindString(m.Text)
	if found == "" {
		t.Fatalf("no link to %s in the mail %q:\n%s", path, m.Subject, m.Text)
	}
	return strings.TrimPrefix(found, s.URL)
}

// register fills in and sends the form.
func (v *visitor) register(address string, change ...string) {
	v.t.Helper()
	form := url.Values{
		"organisation.name": {"Municipality of Sliema"}, "organisation.kind": {"localAuthority"}, "organisation.country": {"MT"},
		"organisation.place": {"Sliema"}, "organisation.population": {"20to50k"}, "organisation.topics": {"housing"},
		"representative.name": {"Anna Vella"}, "representative.address": {address}, "representative.language": {"en"},
		"mail.newsletter": {"every"}, "consent": {"yes"},
	}
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	v.open("/register")
	v.sees()
	v.send("/register", form)
	v.sees(address)
}

// signIn takes the way over the mailed link, and for coordinators over their second factor.
func (v *visitor) signIn(address string) {
	v.t.Helper()
	v.enter(address)
	if asksForFactor(v.path) {
		v.confirm(address)
	}
}

// enter takes the way over the mailed link.
func (v *visitor) enter(address string) {
	v.t.Helper()
	v.open("/sign-in")
	v.sees()
	v.send("/sign-in", url.Values{"address": {address}})
	v.sees()
	mail := v.site.mailTo(v.t, address, "")
	link := v.site.link(v.t, mail, "/sign-in/link")
	v.open(link)
	v.sees()
	v.send("/sign-in/link", url.Values{"token": {v.find(`name="token" value="([^"]+)"`)}})
	v.sees()
	if len(v.cookies) == 0 {
		v.t.Fatalf("%s has no session after signing in", address)
	}
}

// newsletter writes a newsletter in English and Greek, sends it now, and returns its identifier.
func (v *visitor) newsletter(english, greek string) string {
	v.t.Helper()
	id := v.draft(english, greek)
	v.schedule(id, url.Values{"moment": {"now"}})
	return id
}

// draft writes a newsletter in English and Greek and returns its identifier.
func (v *visitor) draft(english, greek string) string {
	v.t.Helper()
	v.open("/desk/newsletters/new")
	v.sees()
	v.send("/desk/newsletters/new", url.Values{"kind": {"monthly"}, "main": {"en"}})
	v.sees()
	id := strings.Split(v.path, "/")[3]
	for language, subject := range map[string]string{"en": english, "el": greek} {
		text := "/desk/newsletters/" + id + "/texts/" + language
		v.open(text)
		v.send(text, url.Values{
			"version": {v.find(`name="version" value="(\d+)"`)},
			"subject": {subject}, "body": {"## " + subject + "\n\nRead [more](https://munet.example/news) about **housing**."},
		})
		v.sees()
	}
	return id
}

// schedule sends a newsletter to everybody at the moment that the form names.
func (v *visitor) schedule(id string, moment url.Values) {
	v.t.Helper()
	path := "/desk/newsletters/" + id + "/send"
	v.open(path)
	v.sees()
	moment.Set("version", v.find(`name="version" value="(\d+)"`))
	moment.Set("number", v.find(`data-reach="(\d+)"`))
	v.send(path, moment)
	v.sees()
}
