package registration

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web/jsonbody"
)

// The body of a registration is refused, or can be confirmed by mail: its address is one that other
// programs take, its names are single lines, and the letter to it can be written.
func FuzzRegistration(f *testing.F) {
	const body = `{"organisation":{"kind":"localAuthority","name":"Δήμος Πάφου","country":"EL","place":"Pafos","population":"20to50k","website":"pafos.example","languages":["el"],"topics":["housing"]},"representative":{"name":"Maria","role":"Officer","address":"maria@pafos.example","language":"el"},"mail":{"newsletter":"monthly"},"consent":true}`
	f.Add([]byte(body))
	for _, change := range [][2]string{
		{"maria@pafos.example", "maria@pafos.example\\r\\nBcc: x@example.org"}, {"maria@pafos.example", `\"a b\"@example.org`}, {"maria@pafos.example", "a@δήμος.example"},
		{"Maria", "a\\u2028b"}, {"Maria", "a\\r\\nSubject: b"}, {"Maria", strings.Repeat("ώ", 120)}, {"Maria", "=?utf-8?q?x?="}, {"Δήμος Πάφου", "\\ud800"},
		{"pafos.example\"", "javascript:alert(1)\""}, {"pafos.example\"", "https://a:b@c.example\""}, {"\"EL\"", "\"uk\""}, {"true", "false"}, {"[\"el\"]", "[\"el\",\"el\",\"xx\"]"},
	} {
		f.Add([]byte(strings.Replace(body, change[0], change[1], 1)))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r := httptest.NewRequest(http.MethodPost, "/api/registrations", bytes.NewReader(content))
		r.Header.Set("Content-Type", "application/json")
		var g registration
		if jsonbody.Decode(r, &g) != nil {
			return
		}
		g = g.clean()
		if g.validate() != nil {
			return
		}
		checkRegistration(t, g)
		if b, err := json.Marshal(g.clean()); err != nil || !bytes.Equal(b, mustJSON(t, g)) {
			t.Errorf("%+v is cleaned again to %s, %v", g, b, err)
		}
	})
}

// A form says the same as the body of the API that has its values.
func FuzzRegistrationForm(f *testing.F) {
	f.Add("organisation.kind=ngo&organisation.name=A&organisation.country=MT&representative.name=B&representative.address=b@a.example&representative.language=en&mail.newsletter=never&consent=yes")
	f.Add("organisation.name=%ff&organisation.name=b&organisation.topics=housing&organisation.topics=x&consent=YES")
	f.Add("representative.address=a%40b.example%0d%0a&consent=yes&organisation.kind=ngo")
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		g := parseRegistration(v).clean()
		if g.validate() == nil {
			checkRegistration(t, g)
		}
		p, tag := parsePreferences(v)
		if again, same := parsePreferences(preferenceValues(p, tag)); again != p || same != tag {
			t.Errorf("%+v in %q comes back as %+v in %q", p, tag, again, same)
		}
	})
}

func checkRegistration(t *testing.T, g registration) {
	t.Helper()
	c := g.Representative
	parsed, err := netmail.ParseAddress(c.Address)
	if err != nil || parsed.Address != c.Address || len(c.Address) > 254 {
		t.Errorf("the address %q: %v", c.Address, err)
	}
	for _, line := range []string{g.Organisation.Name, g.Organisation.Place, g.Organisation.Website, c.Name, c.Role} {
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || len(line) > 4*members.MaxWebsite {
			t.Errorf("%q was accepted", line)
		}
	}
	if w := g.Organisation.Website; w != "" {
		if u, err := url.Parse(w); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
			t.Errorf("the website %q: %v", w, err)
		}
	}
	letter := mail.Letter{Language: c.Language, Subject: g.Organisation.Name, Heading: c.Name, Reason: g.Organisation.Place}
	message, err := letter.Message(mail.Site{Name: "MuNet", URL: "https://munet.example"}, mail.Address{Name: "MuNet", Email: "notices@munet.example"}, mail.Address{Name: c.Name, Email: c.Address})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := message.MIME(); err != nil {
		t.Errorf("no mail can be written to %+v: %v", c, err)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v: %v", reflect.TypeOf(v), err)
	}
	return b
}
