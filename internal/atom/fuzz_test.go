package atom

import (
	"encoding/xml"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A feed is well-formed whatever its entries say, and has their texts and no other elements.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"a & b <c>", "]]>", "</title><script>", "\x00\x0b\ufffe", "\xff", "a\r\nb", "\u2028", `" onload="x`, "<![CDATA["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := httptest.NewRecorder()
		feed := Feed{Language: "en", ID: "https://a.example/?x=" + text, Title: text, Entries: []Entry{{
			ID: text, Title: text, Summary: text, Updated: time.Unix(0, 0), Author: &Person{Name: text},
			Link: HTML("en", text), Categories: []Category{{text, text}}, Content: &Content{"html", text},
		}}}
		if err := feed.Write(w); err != nil {
			t.Fatal(err)
		}
		var read Feed
		if err := xml.Unmarshal(w.Body.Bytes(), &read); err != nil {
			t.Fatalf("%q: %v", w.Body, err)
		}
		want := strings.Map(character, text)
		if len(read.Entries) != 1 || read.Title != want || read.Entries[0].Content.HTML != want || read.Entries[0].Link.URL != want || len(read.Entries[0].Categories) != 1 {
			t.Errorf("%q was written, %+v is read", text, read)
		}
	})
}

// character puts a mark in the place of what XML cannot hold (XML 1.0, 2.2).
func character(r rune) rune {
	if r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
		return r
	}
	return '\ufffd'
}
