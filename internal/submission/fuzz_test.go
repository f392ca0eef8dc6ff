package submission

import (
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// fieldNames are all fields of the form of a practice.
func fieldNames() []string {
	names := []string{
		"original", "kind", "country", "municipality", "population", "themes", "targets", "principles", "status", "begin", "end", "cost", "funding", "evidence",
		"mentoring", "links", "source", "licence",
	}
	for _, s := range practice.Sections {
		names = append(names, string(s))
	}
	return names
}

// What a form says of a practice is, once it is cleaned, the same when its own form is sent back; the
// practice that it began from stays as it was.
func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		"original=el&title=A&kind=practice&country=CY&themes=housing&themes=x&begin=2024-03&links.label=a&links.url=https://a.example&links.url=javascript:x&mentoring=yes",
		"original=%00&title=%ff%00%e2%80%ae", "goal=<script>alert(1)</script>&principles=1&principles=x&principles=99999999999999999999", "links.url=a&links.url=b&links.label=%0d%0a", "original=en&summary=%0d%0a%0d%0a",
	} {
		f.Add(seed)
	}
	start := practice.Content{Original: "en", Texts: map[language.Tag]practice.Text{"en": {Title: "before"}, "el": {Title: "πριν"}}}
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		c, tag := apply(start, "en", fieldNames(), v)
		c = c.Clean()
		if start.Texts["en"].Title != "before" || start.Original != "en" || len(start.Texts) != 2 {
			t.Fatalf("the practice that was given is now %+v", start)
		}
		values := valuesOf(c, tag)
		again, sameTag := apply(c, tag, fieldNames(), values)
		if sameTag != tag || valuesOf(again.Clean(), tag).Encode() != values.Encode() {
			t.Errorf("%v comes back as %v in %q", values, valuesOf(again.Clean(), tag), sameTag)
		}
		for _, l := range c.Links {
			if u, err := url.Parse(l.URL); c.Check() == nil && l.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http") {
				t.Errorf("a link to %q: %v", l.URL, err)
			}
		}
	})
}

// A message that is accepted can be mailed: its writer's name is one line, and its address one that
// other programs take.
func FuzzParseMessage(f *testing.F) {
	for _, seed := range [][3]string{
		{"Maria", "maria@pafos.example", "Hello\r\nthere"}, {"a\r\nBcc: b@c.example", "a@b.example\r\nBcc: c@d.example", "x"}, {"\u202eairaM", "a@b.example", "\x00"},
		{"\xff", "a@b.example", "\xff"}, {"=?utf-8?q?x?=", "a@δήμος.example", "--=_"}, {"a\u2029b", "\"a b\"@c.example", "."},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, name, address, words string) {
		m, refused := parseMessage(url.Values{"name": {name}, "address": {address}, "message": {words}})
		if len(refused) > 0 {
			return
		}
		if parsed, err := netmail.ParseAddress(m.Address); err != nil || parsed.Address != m.Address || len(m.Address) > 254 {
			t.Errorf("the address %q: %v", m.Address, err)
		}
		if !utf8.ValidString(m.Words) || utf8.RuneCountInString(m.Words) > maxMessage || utf8.RuneCountInString(m.Name) > members.MaxRole || strings.ContainsFunc(m.Name, unicode.IsControl) {
			t.Errorf("%+v was accepted", m)
		}
		letter := mail.Letter{Language: "en", Subject: m.Name, Quote: m.Words, Facts: [][2]string{{"From", m.Name}}}
		message, err := letter.Message(mail.Site{Name: "MuNet", URL: "https://munet.example"}, mail.Address{Email: "a@b.example"}, mail.Address{Email: "a@b.example"})
		if err != nil {
			t.Fatal(err)
		}
		message.ReplyTo = mail.Address{Name: m.Name, Email: m.Address}
		if _, err := message.MIME(); err != nil {
			t.Errorf("%+v cannot be mailed: %v", m, err)
		}
	})
}

// No field is forgotten above.
func TestFieldNamesAreComplete(t *testing.T) {
	for name := range valuesOf(practice.Content{Facts: practice.Facts{Mentoring: true, Principles: practice.Principles, Links: []practice.Link{{}}}}, "") {
		if name != linkLabels && name != linkURLs && !slices.Contains(fieldNames(), name) {
			t.Errorf("%s is missing", name)
		}
	}
}
