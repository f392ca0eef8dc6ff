package atom

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	athens := time.FixedZone("", 2*3600)
	f := Feed{
		Language: "el", ID: "https://munet.example/feed.atom", Page: "https://munet.example/feed", Title: "Τα <νέα>", Author: Person{Name: "MuNet"},
		Entries: []Entry{
			{ID: "https://munet.example/1", Title: "One", Updated: time.Date(2027, 3, 14, 12, 0, 0, 5, athens), Link: HTML("en", "https://munet.example/1?lang=en")},
			{ID: "https://munet.example/2", Title: "Two", Updated: time.Date(2027, 3, 13, 12, 0, 0, 0, athens), Content: &Content{"html", "<p>Hello</p>"}},
		},
	}
	w := httptest.NewRecorder()
	if err := f.Write(w); err != nil {
		t.Fatal(err)
	}
	got := w.Body.String()
	for _, want := range []string{
		`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="el"><id>https://munet.example/feed.atom</id><title>Τα &lt;νέα&gt;</title><updated>2027-03-14T10:00:00Z</updated>`,
		`<link rel="self" type="application/atom+xml" hreflang="el" href="https://munet.example/feed.atom"></link>`,
		`<link rel="alternate" type="text/html" hreflang="en" href="https://munet.example/1?lang=en"></link>`,
		`<content type="html">&lt;p&gt;Hello&lt;/p&gt;</content>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	for _, unwanted := range []string{"<summary>", "<uri>", "05Z"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("%s in\n%s", unwanted, got)
		}
	}
	if w.Header().Get("Content-Language") != "el" {
		t.Errorf("headers %v", w.Header())
	}
	empty := httptest.NewRecorder()
	if err := (Feed{}).Write(empty); err != nil || !strings.Contains(empty.Body.String(), "<updated>1970-01-01T00:00:00Z</updated>") {
		t.Errorf("%v\n%s", err, empty.Body)
	}
}
