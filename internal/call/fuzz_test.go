package call

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Whatever a source says, what is kept of it is text without control characters, within its limits,
// and the same when it is cleaned again: a title that no mail can have as its subject would keep a
// member from all alerts.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{"Call\r\nBcc: x", "a\x00b", "\xff\xfe", "  a\u2028b  ", strings.Repeat("ώ ", 300), "a\u0085\x7f", "\x01", "- a\n\n## b\x0b"} {
		f.Add(seed, "https://a.example/x")
		f.Add("x", seed)
	}
	f.Add("x", "javascript:alert(1)")
	f.Add("x", "HTTPS://a.example/\r\nX: y")
	f.Fuzz(func(t *testing.T, text, address string) {
		r := Record{ID: "x", Content: Content{
			Title: text, Programme: text, Reference: text, Summary: text, Text: Text(text), Links: []Link{{URL: address, Title: text}},
		}}.Clean()
		for line, most := range map[string]int{r.Title: MaxTitle, r.Programme: MaxProgramme, r.Reference: maxID, r.Summary: MaxSummary} {
			if !utf8.ValidString(line) || len(line) > most || strings.ContainsFunc(line, unicode.IsControl) || line != strings.TrimSpace(line) {
				t.Errorf("%q became %q", text, line)
			}
		}
		odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
		if body := string(r.Text); !utf8.ValidString(body) || len(body) > MaxText || strings.ContainsFunc(body, odd) {
			t.Errorf("%q became %q", text, body)
		}
		for _, l := range r.Links {
			if u, err := url.Parse(l.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsFunc(l.URL, unicode.IsControl) {
				t.Errorf("a link to %q: %v", l.URL, err)
			}
		}
		if again := r.Clean(); again.Checksum() != r.Checksum() {
			t.Errorf("%+v is cleaned again to %+v", r, again)
		}
	})
}

// A day that is accepted is one of this century, and its deadline a moment on it in Brussels.
func FuzzParseDate(f *testing.F) {
	for _, seed := range [][2]string{{"2027-04-08", "17:00"}, {"2027-03-28", "02:30"}, {"2027-10-31", "02:30"}, {"2027-02-30", ""}, {"1999-12-31", "24:00"}, {"2027-1-1", "7:00"}, {"", "::"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, day, cutOff string) {
		d := Deadline{Date(day), cutOff}
		if !d.valid() {
			return
		}
		start, at := d.Day.Time(), d.At()
		if start.IsZero() || at.Before(start) || at.After(start.AddDate(0, 0, 1)) || DateOf(start) != d.Day || cutOff != "" && DateOf(at) != d.Day {
			t.Errorf("%v is at %v, of a day that begins at %v", d, at, start)
		}
	})
}
