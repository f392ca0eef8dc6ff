package funding

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// A search that is accepted has an address of its own, which leads to the same search.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"words=housing&topic=housing&country=EL&status=open&sort=newest", "status=all&programme=AMIF", "country=00", "programme=%e2%80%ae", "sort=relevance", "status=x", "next=%00&words=%ff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		values, _ := url.ParseQuery(raw) // what is no parameter is left out, as net/http does
		q, err := readQuery(values)
		if err != nil {
			return
		}
		for name, chosen := range q.Values {
			if len(chosen) > facet.MaxValues || len(chosen) == 0 {
				t.Errorf("%d values of %s", len(chosen), name)
			}
		}
		u, err := url.Parse(q.at("/calls"))
		if err != nil || u.Path != "/calls" || u.Host != "" {
			t.Fatalf("%q has the address %q: %v", raw, q.at("/calls"), err)
		}
		again, err := readQuery(u.Query())
		if err != nil || again.at("/") != q.at("/") || again.order() != q.order() || again.Status != q.Status || again.Next != q.Next {
			t.Errorf("%q is %+v, and then %+v, %v", raw, q, again, err)
		}
	})
}

// An interest that is accepted from a form can be stored, shown and mailed: it is text without control
// characters, within its limits, and the same when its own form is sent back.
func FuzzReadInterest(f *testing.F) {
	reader := members.Ref{Organisation: "ORG", Person: "PERSON"}
	for _, seed := range []string{
		"name=Housing&topics=housing&words=migrants&countries=CY&least=10.000&most=€ 20 000&frequency=weekly&shared=yes", "name=a%0d%0aBcc:x&frequency=none",
		"name=%ff&frequency=weekly", "name=x&programmes=%00&frequency=daily", "name=x&least=-1&most=1e9", "name=x&least=9999999999999", "name=%e2%80%a8&frequency=instant",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		i, refused := readInterest(v, interest.Interest{Organisation: "ORG", By: reader}, reader, "en")
		if len(refused) > 0 {
			return
		}
		for _, typed := range append([]string{i.Name, i.Words}, i.Programmes...) {
			if !utf8.ValidString(typed) || strings.ContainsFunc(typed, unicode.IsControl) {
				t.Errorf("%q was accepted", typed)
			}
		}
		if again, refused := readInterest(valuesOf(i, reader), i, reader, "en"); len(refused) > 0 || valuesOf(again, reader).Encode() != valuesOf(i, reader).Encode() {
			t.Errorf("%+v comes back as %+v, %v", i, again, refused)
		}
	})
}

// What the desk's form says of a call is accepted only if an import might say it too, and is the same
// when the form is sent back.
func FuzzReadContent(f *testing.F) {
	for _, seed := range []string{
		"title=A&programme=AMIF&kind=grant&deadlines=2027-03-01+17:00%0d%0a2027-04-01&budget=1.000.000&rate=90&countries=CY&link=https://a.example",
		"title=A&kind=grant&link=javascript:alert(1)", "title=%00&kind=grant", "title=A&kind=grant&deadlines=9999-99-99", "title=A&kind=grant&rate=101", "title=A&kind=grant&text=%23%23+x%0a-+y", "title=%ff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		c, refused := readContent(v, call.Content{})
		if len(refused) > 0 {
			return
		}
		if bad := (call.Record{ID: "-", Content: c}).Validate(); len(bad) > 0 {
			t.Errorf("%+v was accepted: %+v", c, bad)
		}
		for _, l := range c.Links {
			if u, err := url.Parse(l.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" {
				t.Errorf("a link to %q: %v", l.URL, err)
			}
		}
		for _, line := range []string{c.Title, c.Programme, c.Reference, c.Language, c.Summary} {
			if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("%q was accepted", line)
			}
		}
		if again, refused := readContent(contentValues(&c), c); len(refused) > 0 || contentValues(&again).Encode() != contentValues(&c).Encode() {
			t.Errorf("%+v comes back as %+v, %+v", contentValues(&c), contentValues(&again), refused)
		}
	})
}

// A calendar is lines that programs read (RFC 5545): short, ended by CRLF, UTF-8, with the texts that
// were written and no property that was not.
func FuzzWriteEvents(f *testing.F) {
	for _, seed := range []string{"Call; with, \\ all\nof it", "a\r\nEND:VCALENDAR", strings.Repeat("ώ", 60), "\xff\xfe", strings.Repeat("\x80", 200), "\u2028\u0085", "a\rb", "\\n"} {
		f.Add(seed, "https://munet.example/calls/1?lang=el")
	}
	f.Add("x", "https://munet.example/\r\nX-EVIL:1")
	f.Fuzz(func(t *testing.T, text, address string) {
		var out bytes.Buffer
		e := event{UID: text, Start: time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC), Summary: text, Text: text, URL: address}
		if err := writeEvents(&out, text, "munet.example", []event{e, e}); err != nil {
			t.Fatal(err)
		}
		checkCalendar(t, out.String(), strings.ToValidUTF8(text, ""))
	})
}

func checkCalendar(t *testing.T, written, text string) {
	t.Helper()
	if !utf8.ValidString(written) || !strings.HasSuffix(written, "END:VCALENDAR\r\n") {
		t.Fatalf("not a calendar: %q", written)
	}
	for line := range strings.SplitSeq(written, "\r\n") {
		if len(line) > 75 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
	names := map[string]int{}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSuffix(written, "\r\n"), "\r\n ", ""), "\r\n") {
		name, value, found := strings.Cut(line, ":")
		if !found {
			t.Errorf("no property: %q", line)
		}
		names[name]++
		if name == "SUMMARY" {
			said := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\;`, ";", `\,`, ",").Replace(value)
			if plain(said) != plain(text) {
				t.Errorf("%q was written, %q is read", text, said)
			}
		}
	}
	for name, want := range map[string]int{"BEGIN": 3, "END": 3, "UID": 2, "SUMMARY": 2, "DESCRIPTION": 2, "URL": 2} {
		if names[name] != want {
			t.Errorf("%s is there %d times, want %d: %q", name, names[name], want, written)
		}
	}
	if len(names) != 20 {
		t.Errorf("%d kinds of properties: %v", len(names), names)
	}
}

// plain leaves control characters out, of which a calendar holds none.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r < 0x80 {
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}
