package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// TestBrowserReview reviews an update of a practice by keyboard, from the desk to the library, and
// looks at every page on the way as a phone shows it.
func TestBrowserReview(t *testing.T) {
	s := start(t)
	b := s.browser(t)
	store, id := s.inLibrary(t, "LU")
	who := practice.Author{Ref: members.Ref{Organisation: "STROVOLOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}
	d, err := store.Draft(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	text := d.Texts["en"]
	text.Goal = "Understanding at every visit."
	d.Texts["en"] = text
	if d, err = store.Save(t.Context(), id, d.Content, d.Revision, who); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Submit(t.Context(), id, d.Revision, "We have a year more.", who); err != nil {
		t.Fatal(err)
	}

	b.open("/sign-in")
	b.signIn(coordinator)
	at := "/desk/practices/" + id
	b.phone()
	for _, path := range []string{
		"/desk/practices", "/desk/practices?show=mine", "/desk/practices/published", at, at + "/versions/2", at + "/versions/2?text=el",
		at + "/compare?from=1&to=2", at + "/versions/2/publish", at + "/versions/2/decline", at + "/versions/1",
	} {
		b.looksAt(path)
	}

	b.open("/desk?lang=en")
	b.press(`a[href^="/desk/practices"]`)
	b.sees("Update of a published practice", "Nobody yet")
	b.open(at + "/versions/2?lang=en")
	b.sees("We have a year more.")
	b.fill(`[name="comment.goal"]`, "How many visits?")
	b.tabTo(`[name="score.need"]`)
	b.do(chromedp.KeyEvent("4"))
	b.tabTo(`[name="advice"]`)
	b.do(chromedp.KeyEvent(" "))
	b.press(`main form p.buttons button`)
	b.sees("Your review is saved", "4 – well")
	b.press(`a[href*="/compare"]`)
	b.sees("What changed from version 1 to version 2")
	if got := evaluate[string](b, `[...document.querySelectorAll("ins")].map(e => e.innerText).join("|")`); got != "Understanding at every visit." {
		t.Errorf("what was put in is %q", got)
	}
	b.open(at + "/versions/2?lang=en")
	b.press(`a[href*="/versions/2/publish"]`)
	b.sees("How many visits?")
	b.fill(`[name="note"]`, "Thank you.")
	b.press(`main form button`)
	b.sees("The practice is published")
	b.open(at + "/archive?lang=en")
	b.fits()
	b.open(at + "?lang=en")
	b.fits()

	pub, err := store.Publication(t.Context(), id)
	if err != nil || pub.Version != 2 {
		t.Errorf("the public sees version %d, %v", pub.Version, err)
	}
	if err := store.Archive(t.Context(), id, practice.Decision{By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria"}); err != nil {
		t.Fatal(err)
	}
}
