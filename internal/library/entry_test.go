package library

import (
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// hostile is a practice whose words try to leave their place.
const hostile = `</script><script>alert(1)</script> & "quoted" ]]> <b>`

var greek = practice.Text{
	Title: "Κλειδιά για άδεια διαμερίσματα", Summary: "Ο δήμος νοικιάζει άδεια διαμερίσματα σε οικογένειες.",
	Challenge: "Τα ενοίκια ανέβηκαν.", Goal: "Σπίτια.", HowItWorks: "Ο δήμος μισθώνει και εκμισθώνει.",
	Results: "Σαράντα οικογένειες.", Transferability: "Κάθε δήμος με άδεια διαμερίσματα.",
}

func translated(c *practice.Content) {
	c.Texts["el"] = greek
	c.Texts["fr"] = practice.Text{Title: "Des clés", Summary: "Appartements vides."}
}

func TestAPracticeIsReadInItsLanguages(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("Keys to empty flats", translated, func(c *practice.Content) { c.Mentoring = true }))
	address := site + "/practices/" + id
	for target, want := range map[string][]string{
		"?lang=el": {
			`<html lang="el">`, `<h1 lang="el" dir="auto">Κλειδιά`, `rel="canonical" href="` + address + `?lang=el"`,
			`hreflang="fr" href="` + address + `?text=fr"`, `hreflang="x-default" href="` + address + `"`,
			`property="og:title" content="Κλειδιά`, `"inLanguage":"el"`, `"translationOfWork":{"@type":"Article","@id":"` + address + `?lang=en"`,
		},
		"?lang=en&text=fr": {`<html lang="en">`, `<h1 lang="fr" dir="auto">Des clés`, `rel="canonical" href="` + address + `?text=fr"`},
		"?lang=en&text=xx": {`<h1 lang="en"`, "is ready to help others", `href="mailto:?subject=A%20practice:%20Keys`, "How to cite"},
	} {
		page := s.reads("/practices/" + id + target)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s lacks %s:\n%s", target, w, page)
			}
		}
		if strings.Contains(page, "There is no text in") || strings.Contains(page, "Write to the owners") {
			t.Errorf("%s says what is not so:\n%s", target, page)
		}
	}
	only := s.published(content("Only in English"))
	if page := s.reads("/practices/" + only + "?lang=el"); !strings.Contains(page, "Δεν υπάρχει ακόμη κείμενο") || !strings.Contains(page, `<h1 lang="en"`) {
		t.Errorf("a Greek reader is not told that the text is English:\n%s", page)
	}
	if page := s.reads("/practices/" + only + "?lang=en"); !strings.Contains(page, ">Keys to empty flats</a>") {
		t.Errorf("the practice like it is not shown:\n%s", page)
	}
}

var linkedData = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

func TestLinkedDataIsDataWhateverIsTyped(t *testing.T) {
	s := newShelf(t)
	id := s.published(content(hostile, func(c *practice.Content) {
		text := c.Texts["en"]
		text.Summary, text.Goal = hostile, hostile
		c.Texts["en"], c.Municipality = text, `Town "&" <i>`
	}))
	page := s.reads("/practices/" + id + "?lang=en")
	found := linkedData.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no linked data in\n%s", page)
	}
	var data map[string]any
	if err := json.Unmarshal([]byte(found[1]), &data); err != nil {
		t.Fatalf("%v:\n%s", err, found[1])
	}
	if data["headline"] != hostile || data["license"] != "https://creativecommons.org/licenses/by/4.0/" || data["temporalCoverage"] != "2023-03/2024-06" {
		t.Errorf("the linked data is %s", found[1])
	}
	if n := strings.Count(page, "<script"); n != 2 || strings.Contains(page, "alert(1)</script>") {
		t.Errorf("the page has %d scripts:\n%s", n, page)
	}
	for _, target := range []string{"/practices?lang=en", "/practices.atom", "/practices/data/catalogue.jsonld", "/figures"} {
		if body := s.reads(target); strings.Contains(body, "<script>alert") || strings.Contains(body, "<b>") {
			t.Errorf("%s:\n%s", target, body)
		}
	}
}

func TestAnArchivedPracticeSaysSo(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("Keys"))
	if err := s.store.Archive(t.Context(), id, maria); err != nil {
		t.Fatal(err)
	}
	w := s.get("/practices/" + id + "?lang=en")
	if w.Code != 410 || !strings.Contains(w.Body.String(), "no longer in the library") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if w := s.get("/api/practices/" + id); w.Code != 410 || !strings.Contains(w.Body.String(), `"practice-archived"`) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if w := s.get("/practices/NOTHING"); w.Code != 404 {
		t.Errorf("what never was: %d", w.Code)
	}
}

// The person who is the contact is nowhere, only the form is.
func TestTheContactStaysPrivate(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("Keys"))
	ref := members.Ref{Organisation: "STROVOLOS", Person: "ELENIREF"}
	if err := s.store.SetContact(t.Context(), id, ref, eleni); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/practices/" + id, "/api/practices/" + id, "/practices/data/practices.json", "/practices", "/practices.atom"} {
		body := s.reads(target)
		if strings.Contains(body, ref.Person) {
			t.Errorf("%s tells who it is:\n%s", target, body)
		}
		if wants := strings.Contains(target, id) || strings.HasSuffix(target, ".json"); wants != strings.Contains(body, "/practices/"+id+"/contact") {
			t.Errorf("%s: leads to the form: %v", target, !wants)
		}
	}
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("Keys", translated))
	for _, target := range []string{"/practices/" + id, "/practices", "/practices.atom", "/api/practices", "/api/practices/" + id, "/figures", "/sitemap.xml"} {
		tag := s.get(target).Header().Get("ETag")
		if tag == "" {
			t.Errorf("%s has no tag", target)
		}
		if w := s.get(target, "If-None-Match", `"other", `+tag); w.Code != 304 || w.Body.Len() > 0 {
			t.Errorf("%s again: %d, %d bytes", target, w.Code, w.Body.Len())
		}
		if w := s.get(target, "If-None-Match", `"other"`); w.Code != 200 {
			t.Errorf("%s with another tag: %d", target, w.Code)
		}
	}
	english, greek := s.get("/practices/"+id+"?lang=en").Header(), s.get("/practices/"+id+"?lang=el").Header()
	if english.Get("ETag") == greek.Get("ETag") || english.Get("Last-Modified") == "" {
		t.Errorf("%v\n%v", english, greek)
	}
}

// What RFC 4287 asks of a feed and its entries (4.1.1, 4.1.2).
func TestFeed(t *testing.T) {
	s := newShelf(t)
	type atom struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"http://www.w3.org/2005/Atom id"`
		Title   string   `xml:"http://www.w3.org/2005/Atom title"`
		Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID      string `xml:"http://www.w3.org/2005/Atom id"`
			Title   string `xml:"http://www.w3.org/2005/Atom title"`
			Updated string `xml:"http://www.w3.org/2005/Atom updated"`
			Author  string `xml:"http://www.w3.org/2005/Atom author>name"`
			Summary string `xml:"http://www.w3.org/2005/Atom summary"`
			Lang    string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	read := func(target string) (f atom) {
		if err := xml.Unmarshal([]byte(s.reads(target)), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	if empty := read("/practices.atom"); empty.Updated == "" || len(empty.Entries) != 0 {
		t.Errorf("the empty feed is %+v", empty)
	}
	id := s.published(content("Keys", translated))
	s.published(content("Doctors", func(c *practice.Content) { c.Themes[0] = "health" }))
	if all := read("/practices.atom?lang=en"); len(all.Entries) != 2 || all.Entries[0].Title != "Doctors" {
		t.Errorf("the feed is %+v", all)
	}
	f := read("/practices.atom?theme=housing&lang=el&sort=title")
	if len(f.Entries) != 1 || f.ID != site+"/practices.atom?lang=el&theme=housing" || f.Links[0].Href != f.ID ||
		f.Links[1].Href != site+"/practices?lang=el&theme=housing" || !strings.Contains(f.Title, "Στέγαση") {
		t.Fatalf("the feed of a theme is %+v", f)
	}
	if e := f.Entries[0]; e.ID != site+"/practices/"+id || e.Title != greek.Title || e.Lang != "el" || e.Author != eleni.OrganisationName ||
		e.Summary != greek.Summary || e.Updated != f.Updated {
		t.Errorf("the entry is %+v", e)
	}
}
