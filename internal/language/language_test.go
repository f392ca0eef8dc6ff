package language

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// official are the 24 official languages of the European Union (Regulation No 1, Article 1).
var official = strings.Fields("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv")

// allOfficial is a library with a catalogue for each official language.
func allOfficial() *library {
	files := fstest.MapFS{}
	for _, tag := range official {
		files[tag+"/greeting.json"] = &fstest.MapFile{Data: []byte(`{
			"greeting.hello": "[` + tag + `] {{.Name}}",
			"greeting.votes": {"one": "one", "few": "few", "many": "many", "other": "{{.Count}}"}
		}`)}
	}
	return newLibrary(files)
}

func TestEveryOfficialLanguageNeedsOnlyAFolder(t *testing.T) {
	l := allOfficial()
	if got := l.tags(); len(got) != len(official) || got[0] != Default {
		t.Fatalf("tags() = %v, want all %d, %s first", got, len(official), Default)
	}
	for _, s := range official {
		tag, ok := l.parse(strings.ToUpper(s))
		if !ok {
			t.Errorf("parse(%q) refused", s)
			continue
		}
		p := l.printer(tag)
		if got, want := p.Text("greeting.hello", "Name", "Ana"), "["+s+"] Ana"; got != want {
			t.Errorf("%s: Text = %q, want %q", s, got, want)
		}
		if got := l.negotiate("", "", s+"-XX, en;q=0.5"); got != tag {
			t.Errorf("%s: negotiate = %s", s, got)
		}
		if p.Country("CY") == "CY" || p.Language("en") == "en" || tag.Own() == s {
			t.Errorf("%s: no name for a country or a language", s)
		}
	}
}

func TestNegotiate(t *testing.T) {
	l := allOfficial()
	tests := map[string]struct {
		chosen, profile, accept string
		want                    Tag
	}{
		"nothing":                         {want: "en"},
		"explicit choice first":           {chosen: "el", profile: "fr", accept: "de", want: "el"},
		"choice in capitals":              {chosen: "EL", want: "el"},
		"choice that we do not have":      {chosen: "tlh", profile: "fr", accept: "de", want: "fr"},
		"choice that is no language":      {chosen: "../../etc", accept: "de", want: "de"},
		"profile before browser":          {profile: "fr", accept: "de", want: "fr"},
		"browser":                         {accept: "el-CY,el;q=0.9,en;q=0.8", want: "el"},
		"browser by quality":              {accept: "en;q=0.3, sv;q=0.7", want: "sv"},
		"browser's region":                {accept: "pt-BR", want: "pt"},
		"browser's second wish":           {accept: "ja, lt;q=0.4", want: "lt"},
		"related, but not understood":     {accept: "ja", want: "en"},
		"anything":                        {accept: "*", want: "en"},
		"not a header":                    {accept: "\x00;;q=,", want: "en"},
		"a header that is too long":       {accept: "de," + strings.Repeat("x-y-", 5000), want: "en"},
		"refused with quality zero":       {accept: "de;q=0, fr;q=0.1", want: "fr"},
		"underscore as some systems send": {chosen: "el_GR", want: "el"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := l.negotiate(tt.chosen, tt.profile, tt.accept); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTextFillsPlaceholders(t *testing.T) {
	files := fstest.MapFS{"en/a.json": {Data: []byte(`{
		"a.plain": "No value",
		"a.values": "{{.Name}} has {{.Number}} and {{.Other}}",
		"a.count": {"one": "{{.Count}} member", "other": "{{.Count}} members"},
		"a.html": "<b>{{.Name}}</b>"
	}`)}}
	p := newLibrary(files).printer("en")
	tests := []struct {
		key  string
		args []any
		want string
	}{
		{"a.plain", nil, "No value"},
		{"a.plain", []any{"Count", 1}, "No value"},
		{"a.values", []any{"Name", "{{.Other}}", "Number", 12345, "Other", true}, "{{.Other}} has 12,345 and true"},
		{"a.count", []any{"Count", 1}, "1 member"},
		{"a.count", []any{"Count", 0}, "0 members"},
		{"a.count", []any{"Count", 1001}, "1,001 members"},
		{"a.html", []any{"Name", "<i>"}, "<b><i></b>"},
	}
	for _, tt := range tests {
		if got := p.Text(tt.key, tt.args...); got != tt.want {
			t.Errorf("Text(%s, %v) = %q, want %q", tt.key, tt.args, got, tt.want)
		}
	}
}

func TestTextPanicsUnderTestFor(t *testing.T) {
	files := fstest.MapFS{"en/a.json": {Data: []byte(`{
		"a.name": "{{.Name}}", "a.open": "{{.Name", "a.code": "{{.Name | html}}",
		"a.count": {"one": "one", "other": "{{.Count}}"}
	}`)}}
	p := newLibrary(files).printer("en")
	for name, call := range map[string]func(){
		"a missing key":               func() { p.Text("a.missing") },
		"a missing value":             func() { p.Text("a.name") },
		"a placeholder left open":     func() { p.Text("a.open", "Name", "x") },
		"a placeholder with a script": func() { p.Text("a.code", "Name", "x") },
		"a plural without its count":  func() { p.Text("a.count") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("nothing was noticed")
				}
			}()
			call()
		})
	}
}

func TestDates(t *testing.T) {
	winter := time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)
	summer := time.Date(2027, 5, 31, 22, 30, 0, 0, time.UTC) // already June in Brussels
	tests := []struct {
		tag              Tag
		at               time.Time
		date, dateMinute string
	}{
		{"en", winter, "14 March 2027", "14 March 2027, 17:00 Brussels time"},
		{"en", summer, "1 June 2027", "1 June 2027, 00:30 Brussels time"},
		{"el", winter, "14 Μαρτίου 2027", "14 Μαρτίου 2027, 17:00 (ώρα Βρυξελλών)"},
	}
	for _, tt := range tests {
		p := For(tt.tag)
		if got := p.Date(tt.at); got != tt.date {
			t.Errorf("%s: Date = %q, want %q", tt.tag, got, tt.date)
		}
		if got := p.DateTime(tt.at); got != tt.dateMinute {
			t.Errorf("%s: DateTime = %q, want %q", tt.tag, got, tt.dateMinute)
		}
	}
}

func TestNames(t *testing.T) {
	en, el := For("en"), For("el")
	for _, tt := range []struct{ got, want string }{
		{en.Country("CY"), "Cyprus"},
		{el.Country("CY"), "Κύπρος"},
		{en.Country("EL"), "Greece"},
		{el.Country("gr"), "Ελλάδα"},
		{en.Country("UK"), "United Kingdom"},
		{en.Country("150"), "150"}, // a region of the UN, not a country
		{en.Country("<b>"), "<b>"},
		{en.Language("el"), "Greek"},
		{el.Language("en"), "Αγγλικά"},
		{Tag("el").Own(), "Ελληνικά"},
		{en.Number(1234567), "1,234,567"},
		{el.Number(1234567), "1.234.567"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "x", "english", "..", "en/../el", "<script>"} {
		if tag, ok := Parse(s); ok {
			t.Errorf("Parse(%q) = %q", s, tag)
		}
	}
}

func TestForAnUnknownLanguageIsDefault(t *testing.T) {
	if got := For("xx").Tag(); got != Default {
		t.Errorf("For(xx) speaks %s", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	l := allOfficial()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			tag := Tag(official[i%len(official)])
			if got := l.printer(tag).Text("greeting.hello", "Name", "x"); got == "" {
				t.Errorf("%s: no text", tag)
			}
		})
	}
	wg.Wait()
}
