package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestBrowserPathByKeyboard takes the whole way with the keyboard alone, and axe looks at every page
// on it.
func TestBrowserPathByKeyboard(t *testing.T) {
	s := start(t)
	member := s.browser(t)
	const address, name = "officer@valletta.example", "Valletta Local Council"

	member.open("/")
	member.press(`a[href="/register"]`)
	member.fill(`[name="organisation.name"]`, name)
	member.pick("organisation.kind", "localAuthority")
	member.fill(`[name="organisation.country"]`, "Malta")
	member.fill(`[name="organisation.place"]`, "Valletta")
	member.fill(`[name="organisation.population"]`, "5,000 to")
	member.tick(`[name="organisation.topics"][value="housing"]`)
	member.fill(`[name="representative.name"]`, "Anna Vella")
	member.fill(`[name="representative.address"]`, address)
	member.pick("mail.newsletter", "every")
	member.tick(`[name="consent"]`)
	member.press(`form button.button`)
	member.sees("Please open your mailbox", address)

	member.open(s.confirmLink(t, address))
	member.sees(name)
	member.press(`form button.button`)
	member.sees("Your address is confirmed")
	member.press(`main a[href^="/sign-in"]`)
	member.signIn(address)
	member.sees(name, "Awaiting approval")

	desk := s.browser(t)
	desk.open("/sign-in")
	desk.signIn(coordinator)
	desk.open("/desk")
	desk.press(`a[href^="/desk/members/"]`)
	desk.sees(name)
	desk.press(`a[href$="/approve"]`)
	desk.fill(`[name="note"]`, "Welcome to the network.")
	desk.press(`form button.button`)
	desk.sees("Member")
	s.mailTo(t, address, "")

	id := desk.newsletter("News by keyboard")
	s.sendAll(t, id)
	desk.open("/desk/newsletters/" + id + "/progress")
	desk.press(`a[href$="/report"]`)
	desk.sees("By country", "Malta")
	issue := s.mailTo(t, address, "News by keyboard")

	member.open(strings.Trim(issue.Headers["List-Unsubscribe"], "<>"))
	member.press(`form button.button`)
	member.sees("It has stopped")
}

// signIn goes on from the page that asks for the address, for coordinators over their second factor.
func (b *browser) signIn(address string) {
	b.t.Helper()
	b.enterByLink(address)
	if asksForFactor(b.path()) {
		b.confirm(address)
	}
}

// enterByLink goes on from the page that asks for the address.
func (b *browser) enterByLink(address string) {
	b.t.Helper()
	b.fill(`[name="address"]`, address)
	b.press(`form button.button`)
	b.open(b.site.link(b.t, b.site.mailTo(b.t, address, ""), "/sign-in/link"))
	b.press(`form button.button`)
}

// newsletter writes an English newsletter, looks at it, sends it now, and returns its identifier.
func (b *browser) newsletter(subject string) string {
	b.t.Helper()
	b.open("/desk/newsletters")
	b.press(`a[href="/desk/newsletters/new"]`)
	b.pick("kind", "special")
	b.press(`form button.button`)
	id := strings.Split(b.path(), "/")[3]
	b.open("/desk/newsletters/" + id + "/texts/en")
	b.fill(`[name="subject"]`, subject)
	b.fill(`[name="body"]`, "## What is new\n\nRead [more](https://munet.example/news).")
	b.press(`button[value="preview"]`)
	b.sees(subject)
	b.open("/desk/newsletters/" + id)
	b.press(`a[href$="/send"]`)
	b.pick("moment", "now")
	b.fill(`[name="number"]`, evaluate[string](b, `document.querySelector("[data-reach]").dataset.reach`))
	b.press(`form button.button`)
	return id
}

// TestBrowserPages has axe look at the pages beside that path, in both languages and on a phone.
func TestBrowserPages(t *testing.T) {
	t.Parallel()
	const colleague = "pages@munet.example.org"
	s := start(t)
	s.coordinator(t, colleague, "en")
	b := s.browser(t)
	b.phone()
	for _, path := range []string{
		"/", "/about", "/privacy", "/accessibility", "/register", "/sign-in", "/members", "/members?words=nobody", "/newsletters",
		"/nothing", "/confirm?token=forged", "/preferences?token=forged", "/unsubscribe?token=forged",
	} {
		b.looksAt(path)
	}
	b.open("/sign-in")
	b.signIn(colleague)
	for _, path := range []string{
		"/profile", "/preferences", "/sessions", "/second-factor", "/second-factor/passkeys", "/second-factor/app", "/second-factor/recovery-codes", "/colleagues", "/leave",
		"/my-data", "/my-data/erasure", "/desk/erasures", "/desk/audit",
		"/desk", "/desk/members", "/desk/members?state=left", "/desk/imports", "/desk/newsletters", "/desk/newsletters/new", "/desk/newsletters/images",
	} {
		b.looksAt(path)
	}
}

// looksAt opens a page in both languages on a phone.
func (b *browser) looksAt(path string) {
	b.t.Helper()
	b.looksIn("en", path)
	b.looksIn("el", path)
}

// looksIn opens a page in one language on a phone.
func (b *browser) looksIn(language, path string) {
	b.t.Helper()
	b.open(withLanguage(path, language))
	if want, _, _ := strings.Cut(path, "?"); b.path() != want {
		b.t.Fatalf("%s leads to %s", path, b.path())
	}
	b.fits()
}

// TestBrowserFindsFaults breaks a page and expects axe and the measure of its width to say so.
func TestBrowserFindsFaults(t *testing.T) {
	b := start(t).browser(t)
	b.phone()
	b.open("/")
	evaluate[bool](b, `(document.documentElement.removeAttribute("lang"), document.querySelector("h1").style.width = "900px", true)`)
	if len(b.faults()) == 0 {
		t.Error("axe does not mind a page without a language")
	}
	if b.overflow() == "" {
		t.Error("a heading of 900 pixels fits on a phone")
	}
}

func withLanguage(path, language string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set("lang", language)
	u.RawQuery = q.Encode()
	return u.String()
}

// browserTime bounds one browser test.
const browserTime = 4 * time.Minute
