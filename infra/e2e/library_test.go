package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// inLibrary publishes a practice in English and Greek, past the pages for it. The tests share a site;
// each has a country of its own.
func (s *site) inLibrary(t *testing.T, country string) (*practice.Store, string) {
	t.Helper()
	return s.published(t, country, eleni, time.Now)
}

// eleni writes what tests find in the library.
var eleni = practice.Author{Ref: members.Ref{Organisation: "STROVOLOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}

// published is inLibrary for an author, who is the contact person too, and a time.
func (s *site) published(t *testing.T, country string, who practice.Author, now func() time.Time) (*practice.Store, string) {
	t.Helper()
	store := practice.NewStore(s.DynamoDB(), s.Tables["PracticesTable"], now)
	p, d, err := store.Create(t.Context(), who, practice.Content{
		Facts: practice.Facts{
			Kind: "practice", Themes: []members.Topic{"health"}, Principles: []practice.Principle{6}, Targets: []practice.Target{"refugees"},
			Country: country, Municipality: "Strovolos", Population: "50to100k", Status: "finished", Begin: "2023-03", End: "2024-06",
			Cost: "under10k", Funding: []practice.Funding{"own"}, Evidence: "monitoring", Licence: "CC-BY-4.0", Mentoring: true,
			Links: []practice.Link{{Label: "Report", URL: "https://strovolos.example/report"}},
		},
		Original: "en",
		Texts: map[language.Tag]practice.Text{
			"en": {
				Title: "Interpreters at the clinic", Summary: "Somebody who speaks your language, at every visit.", Challenge: "Nobody understood.",
				Goal: "Understanding.", HowItWorks: "A list of **interpreters**.", Results: "Fewer missed visits.", Transferability: "Every town.",
			},
			"el": {
				Title: "Διερμηνείς στο ιατρείο", Summary: "Κάποιος που μιλά τη γλώσσα σας σε κάθε επίσκεψη.", Challenge: "Κανείς δεν καταλάβαινε.",
				Goal: "Κατανόηση.", HowItWorks: "Ένας κατάλογος διερμηνέων.", Results: "Λιγότερες χαμένες επισκέψεις.", Transferability: "Κάθε δήμος.",
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.SetContact(t.Context(), p.ID, who.Ref, who); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Submit(t.Context(), p.ID, d.Revision, "", who); err != nil {
		t.Fatal(err)
	}
	if err := store.Decide(t.Context(), p.ID, 1, decision(practice.Publish)); err != nil {
		t.Fatal(err)
	}
	return store, p.ID
}

func decision(o practice.Outcome) practice.Decision {
	return practice.Decision{Outcome: o, By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria"}
}

// soon is longer than the library looks away from its index.
const soon = 5 * time.Second

// What is published can be found within seconds, in every form, and what is archived cannot.
func TestTheLibraryShowsWhatIsPublished(t *testing.T) {
	s := start(t)
	v := s.visitor(t)
	store, id := s.inLibrary(t, "MT")
	s.eventually(t, "/api/practices?words=interpreting&country=MT", id)
	s.invoke(t, "PracticeIndexFunction") // from now on it is in a segment
	s.Kill("LibraryFunction")            // and a new process has to find it there
	v.open("/practices?lang=el&words=διερμηνέας&theme=health&country=MT")
	v.sees("Διερμηνείς στο ιατρείο", "Υγειονομική περίθαλψη")
	v.open("/practices/" + id + "?lang=el")
	v.sees("Διερμηνείς στο ιατρείο", `rel="canonical"`, `application/ld+json`, `"inLanguage":"el"`)
	v.open("/practices.atom?country=MT&lang=en")
	v.sees("<title>Interpreters at the clinic</title>")
	v.open("/sitemap.xml")
	v.sees(s.URL + "/practices/" + id)
	s.api(t, http.MethodGet, "/api/practices?country=MT&theme=health&limit=10", "", 200)
	s.api(t, http.MethodGet, "/api/practices?sort=price", "", 422)
	s.api(t, http.MethodGet, "/api/practices?next=forged", "", 400)
	s.api(t, http.MethodGet, "/api/figures", "", 200)
	s.api(t, http.MethodGet, "/api/practices/"+id, "", 200)
	if err := store.Archive(t.Context(), id, decision("")); err != nil {
		t.Fatal(err)
	}
	s.api(t, http.MethodGet, "/api/practices/"+id, "", 410)
	s.eventually(t, "/api/practices?words=interpreting&country=MT", `"total":0`)
}

// eventually waits until an answer of the interface has the text, not longer than is promised.
func (s *site) eventually(t *testing.T, path, text string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		body := string(s.api(t, http.MethodGet, path, "", 200))
		if strings.Contains(body, text) {
			return
		}
		if time.Since(began) > soon {
			t.Fatalf("%s has no %s after %s:\n%s", path, text, soon, body)
		}
	}
}

// TestBrowserLibrary has axe look at the library on a phone, in both languages.
func TestBrowserLibrary(t *testing.T) {
	s := start(t)
	b := s.browser(t)
	b.phone()
	_, id := s.inLibrary(t, "IS")
	s.eventually(t, "/api/practices?country=IS", id)
	for _, path := range []string{
		"/practices", "/practices?words=clinic&theme=health&country=IS", "/practices?words=zeppelin", "/practices/" + id, "/practices/data", "/figures",
	} {
		b.looksAt(path)
	}
	b.open("/practices?lang=en&country=IS")
	b.press(`.facets a[href*="theme=health"]`)
	b.sees("1 result", "Interpreters at the clinic")
	b.press(`.chosen a.tag`)
	b.press(`.card-title a`)
	b.sees("How to cite", "Write to the owners", "Copy the address")
}
