package e2e

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/municipalitiesnet/munet/internal/members"
)

// tartu writes the practice that is followed by keyboard.
var tartu = members.Profile{
	Kind: "localAuthority", Name: "Tartu City Government", Country: "EE", Place: "Tartu", Population: "50to100k",
}

// TestBrowserPractice takes a practice by keyboard and on a phone from a draft to the library and out
// of it. On the way a colleague saves the same page, and the session ends while somebody types. Axe
// looks at every page, in both languages.
func TestBrowserPractice(t *testing.T) {
	s := start(t)
	_, alike := s.inLibrary(t, "SK")
	s.eventually(t, "/api/practices?country=SK", alike)
	s.Kill("PracticesFunction") // a new process looks into the index at once
	t.Parallel()
	const reviewer = "reviewer@munet.example.org"
	s.coordinator(t, reviewer, "en")
	address := s.member(t, "Kadri", "en", tartu)
	colleague := s.visitor(t)
	colleague.signIn(s.member(t, "Jaan", "en", tartu))

	b, desk := s.browser(t), s.browser(t)
	b.phone()
	b.open("/sign-in")
	b.signIn(address)
	own := b.beginsPractice()
	id := strings.TrimPrefix(own, "/my-practices/")
	b.meetsColleague(own, colleague)
	b.losesSession(own, address)
	b.completesPractice(own)
	for _, page := range []string{"/my-practices", "/my-practices/new", "/my-practices/follow", own} {
		b.looksIn("el", page)
	}
	for _, page := range []string{
		"/about", "/practice", "/place", "/results", "/learning", "/terms", "/check", "/alike", "/preview", "/texts/el", "/contact", "/discard",
	} {
		b.looksIn("el", own+page)
	}
	b.handsIn(own)

	desk.phone()
	desk.open("/sign-in")
	desk.signIn(reviewer)
	desk.decides(id, 1, "askChanges", "Changes are asked")
	b.open(b.site.link(t, s.mailTo(t, address, "Please look again"), own))
	b.fits()
	b.sees("Please say more.")
	b.press(`ol.path a[href$="/learning"]`)
	b.changes("transferability", "Any town with a clinic and a list.")
	b.handsIn(own)
	desk.decides(id, 2, "publish", "The practice is published")
	s.mailTo(t, address, "Your practice is published")

	reader := s.browser(t)
	reader.finds(id)
	b.open(own)
	b.press(`main a[href$="/about"]`)
	b.changes("summary", "Somebody speaks your language, by telephone too.")
	reader.open("/practices/" + id + "?lang=en")
	reader.sees("At every visit somebody speaks your language.")
	b.handsIn(own)
	desk.decides(id, 3, "publish", "The practice is published")
	reader.open("/practices/" + id + "?lang=en")
	reader.sees("by telephone too")

	desk.open("/desk/practices/" + id)
	desk.press(`main a[href$="/archive"]`)
	desk.fits()
	desk.fill(`[name="note"]`, "It has ended.")
	desk.press(`main form button`)
	desk.sees("The practice is out of the library")
	reader.looksIn("el", "/practices/"+id)
	reader.open("/practices/" + id + "?lang=en")
	reader.sees("This practice is no longer in the library")
}

// beginsPractice writes the first answers, looks at what looks alike, leaves, and returns the address
// of the practice.
func (b *browser) beginsPractice() string {
	b.t.Helper()
	b.open("/my-practices")
	b.press(`main a[href="/my-practices/new"]`)
	b.fits()
	b.fill(`[name="title"]`, "Interpreters at the health clinic")
	b.fill(`[name="summary"]`, "At every visit somebody speaks your language.")
	b.press(`main button[value="next"]`)
	b.sees("in the library already", "Interpreters at the clinic")
	b.fits()
	own := strings.TrimSuffix(b.path(), "/alike")
	b.press(`main a.button`)
	b.changes("challenge", "Nobody understood.")
	b.fits()
	return own
}

// changes types an answer, saves and leaves.
func (b *browser) changes(field, text string) {
	b.t.Helper()
	b.fill(`[name="`+field+`"]`, text)
	b.press(`main button[value="leave"]`)
	b.sees("Everything is saved as a draft")
}

// meetsColleague has a colleague save the page that is open, in Greek, and keeps what was typed.
func (b *browser) meetsColleague(own string, colleague *visitor) {
	b.t.Helper()
	b.open(own + "/practice?lang=el")
	colleague.revises(strings.TrimPrefix(own, "/my-practices/"), "practice", "goal", "Fewer visits.")
	b.fill(`[name="goal"]`, "Everybody understands.")
	b.press(`main button[value="next"]`)
	b.fits()
	b.sees("Jaan", "Fewer visits.")
	b.tabTo(`#keep-goal-mine`)
	b.press(`main button[value="leave"]`)
	b.open(own + "/practice?lang=en")
	if goal := evaluate[string](b, `document.querySelector("[name=goal]").value`); goal != "Everybody understands." {
		b.t.Errorf("the goal is %q", goal)
	}
}

// losesSession types while the session lasts, which the page saves, and after it has ended, which is
// saved after signing in again.
func (b *browser) losesSession(own, address string) {
	b.t.Helper()
	b.open(own + "/learning?lang=en")
	b.fill(`[name="lessons"]`, "Begin small.")
	b.turnsAway()
	b.waitFor(`#autosave`, "Saved at")
	elsewhere := b.site.visitor(b.t)
	elsewhere.signIn(address)
	elsewhere.send("/sessions/revoke", nil) // all but the one that asks
	elsewhere.sees()
	b.fill(`[name="transferability"]`, "Any town with a clinic.")
	b.turnsAway()
	b.waitFor(`#autosave`, "Your sign-in has ended")
	b.press(`main button[value="leave"]`)
	b.sees("Nothing is lost")
	b.fits()
	other := b.tab()
	other.open("/sign-in")
	other.signIn(address)
	b.press(`main form button.button`)
	b.sees("Everything is saved as a draft")
	b.open(own + "/learning")
	if got := evaluate[string](b, `["lessons", "transferability"].map(n => document.querySelector("[name=" + n + "]").value).join("|")`); got != "Begin small.|Any town with a clinic." {
		b.t.Errorf("saved is %q", got)
	}
}

// turnsAway looks at another tab, as the page sees it.
func (b *browser) turnsAway() {
	b.t.Helper()
	evaluate[bool](b, `(Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true}),
		document.dispatchEvent(new Event("visibilitychange")), delete document.visibilityState)`)
}

// waitFor waits until a part of the page says something.
func (b *browser) waitFor(selector, text string) {
	b.t.Helper()
	for began := time.Now(); time.Since(began) < soon; time.Sleep(20 * time.Millisecond) {
		if strings.Contains(evaluate[string](b, "document.querySelector(`"+selector+"`).innerText"), text) {
			return
		}
	}
	b.t.Fatalf("%s does not come to say %q:\n%s", selector, text, b.words())
}

// completesPractice answers what is still asked, step by step.
func (b *browser) completesPractice(own string) {
	b.t.Helper()
	b.open(own)
	b.press(`ol.path a[href$="/practice"]`)
	b.fill(`[name="howItWorks"]`, "An interpreter comes.")
	b.press(`main button[value="next"]`)
	b.fits()
	b.tick(`[name="themes"][value="health"]`)
	b.tick(`[name="targets"][value="refugees"]`)
	b.press(`main button[value="next"]`)
	b.fits()
	b.pick("status", "running")
	b.tabTo(`[name="begin"]`)
	b.do(chromedp.KeyEvent("mar"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent("2024"))
	if begin := evaluate[string](b, `document.activeElement.value`); begin != "2024-03" {
		b.t.Fatalf("the month is %q", begin)
	}
	b.fill(`[name="cost"]`, "Less than")
	b.pick("evidence", "monitoring")
	b.fill(`[name="results"]`, "Fewer missed visits.")
	b.press(`main button[value="next"]`)
	b.fits()
	b.press(`main button[value="next"]`)
	b.fits()
	b.press(`main button[value="go:contact"]`)
	b.fits()
	b.tick(`[name="consent"]`)
	b.press(`main button[value="agree"]`)
	b.sees("You are the contact person from now on")
}

// handsIn presses the button of the last step.
func (b *browser) handsIn(own string) {
	b.t.Helper()
	b.open(own)
	b.press(`main a[href$="/check"]`)
	b.fits()
	b.press(`main p.buttons button:not([name])`)
	b.sees("It is handed in")
}

// decides comments on a version, and decides, from the page of the version on.
func (b *browser) decides(id string, version int, outcome, done string) {
	b.t.Helper()
	b.open("/desk/practices")
	b.press(`main a[href^="/desk/practices/` + id + `"]`)
	if !strings.Contains(b.path(), "/versions/") {
		b.press(`main a[href$="/versions/` + strconv.Itoa(version) + `"]`)
	}
	b.fits()
	b.fill(`[name="comment.goal"]`, "Please say more.")
	b.press(`main form p.buttons button`)
	b.press(`main a[href$="/` + outcome + `"]`)
	b.fits()
	b.fill(`[name="note"]`, "Thank you.")
	b.press(`main form button`)
	b.sees(done)
	b.fits()
}

// finds looks for the practice by facet and by other forms of its words, reads it, and looks at the
// form for a message.
func (b *browser) finds(id string) {
	b.t.Helper()
	b.phone()
	b.site.eventually(b.t, "/api/practices?country=EE", id)
	b.open("/practices?lang=en&country=EE")
	b.press(`.facets a[href*="theme=health"]`)
	b.fill(`[name="words"]`, "interpreting clinics")
	b.enter()
	b.fits()
	b.press(`.card-title a[href*="` + id + `"]`)
	b.sees("Interpreters at the health clinic", "How to cite")
	b.press(`main a[href*="/contact"]`)
	b.fits()
	b.looksIn("el", "/practices/"+id+"/contact")
}
