package signin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
)

func TestSignInByLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, "Maria@LARNACA.example", "next", "/colleagues?page=2")
	if sent.To[0] != maria || sent.Subject != "Your link to sign in to MuNet" {
		t.Errorf("mail to %s: %s", sent.To[0], sent.Subject)
	}
	want(t, browser.get("/sign-in/check"), http.StatusOK, "We have sent an email to Maria@larnaca.example.")
	want(t, browser.get("/sign-in/link?token="+sent.link(t)), http.StatusOK, sent.link(t))
	if browser.signedIn() {
		t.Fatal("opening the link signed in")
	}
	w := browser.post("/sign-in/link", "token", sent.link(t))
	want(t, w, http.StatusSeeOther, "")
	if to := w.Header().Get("Location"); to != "/colleagues?page=2" {
		t.Errorf("sent on to %s", to)
	}
	if !browser.signedIn() || b.sessionsOf(t, b.person) != 1 {
		t.Error("not signed in")
	}
	for _, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("cookie %s", c.Raw)
		}
	}
}

func TestSignInByCode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	code := browser.ask(t, maria).code(t)
	want(t, browser.post("/sign-in/code", "code", "7K3M"), http.StatusUnprocessableEntity, "eight letters and digits")
	w := browser.post("/sign-in/code", "code", " "+strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	want(t, w, http.StatusSeeOther, "")
	if to := w.Header().Get("Location"); to != "/profile" || !browser.signedIn() {
		t.Errorf("sent on to %s", to)
	}
	want(t, browser.get("/sign-in?next=/leave"), http.StatusSeeOther, "")
}

func TestALinkWorksOnlyWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	asked, phone := b.tab(), b.tab()
	sent := asked.ask(t, maria)
	want(t, phone.get("/sign-in/link?token="+sent.link(t)), http.StatusOK, "type the code from the email there")
	want(t, phone.post("/sign-in/link", "token", sent.link(t)), http.StatusForbidden, "Open the link where you asked for it")
	want(t, phone.post("/sign-in/code", "code", sent.code(t)), http.StatusForbidden, "")
	phone.get("/sign-in") // now with a cookie of its own
	want(t, phone.post("/sign-in/link", "token", sent.link(t)), http.StatusForbidden, "")
	want(t, phone.post("/sign-in/code", "code", sent.code(t)), http.StatusForbidden, "")
	want(t, asked.post("/sign-in/code", "code", sent.code(t)), http.StatusSeeOther, "")
	if phone.signedIn() || !asked.signedIn() {
		t.Error("the wrong browser is signed in")
	}
}

func TestForgedExpiredAndUsedLinks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	for _, forged := range []string{"", token.New(), sent.link(t) + "A", strings.ToLower(sent.link(t)), "\r\nX: y"} {
		want(t, browser.post("/sign-in/link", "token", forged), http.StatusForbidden, "")
	}
	b.advance(requestAge)
	want(t, browser.get("/sign-in/link?token="+sent.link(t)), http.StatusGone, "That email has expired")
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusGone, "Send a new email to "+maria)
	want(t, browser.post("/sign-in/code", "code", sent.code(t)), http.StatusGone, "That email has expired")

	sent = browser.ask(t, maria)
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusSeeOther, "")
	// Pressing the button twice goes on; without the session it is refused.
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusSeeOther, "")
	want(t, browser.post("/sign-out"), http.StatusSeeOther, "")
	want(t, browser.get("/sign-in/link?token="+sent.link(t)), http.StatusGone, "That email has been used")
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusGone, "That email has been used")
	want(t, browser.post("/sign-in/code", "code", sent.code(t)), http.StatusGone, "That email has been used")
	if n := b.sessionsOf(t, b.person); n != 0 {
		t.Errorf("%d sessions after signing out", n)
	}
}

func TestANewerMailReplacesTheOlder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	first := browser.ask(t, maria)
	b.advance(limit.SignIn.Pause)
	second := browser.ask(t, maria)
	want(t, browser.post("/sign-in/link", "token", first.link(t)), http.StatusForbidden, "newest email")
	want(t, browser.post("/sign-in/code", "code", first.code(t)), http.StatusUnprocessableEntity, "")
	want(t, browser.post("/sign-in/link", "token", second.link(t)), http.StatusSeeOther, "")
}

func TestAHundredUsesMakeOneSession(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"link": "/sign-in/link", "code": "/sign-in/code"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			browser := b.tab()
			sent := browser.ask(t, maria)
			cookie := browser.cookies[browserCookie]
			cookies := make(chan string, 100)
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					one := b.tab()
					one.cookies[browserCookie] = cookie
					one.post(path, "token", sent.link(t), "code", sent.code(t))
					if id := one.cookies[session.Cookie]; id != "" {
						cookies <- id
					}
				})
			}
			all.Wait()
			if n := len(cookies); n != 1 {
				t.Errorf("%d browsers got a session", n)
			}
			if n := b.sessionsOf(t, b.person); n != 1 {
				t.Errorf("%d sessions", n)
			}
		})
	}
}

func TestReadingALinkChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	scanner := b.tab()
	scanner.cookies[browserCookie] = browser.cookies[browserCookie] // at the worst
	calls := b.table.since(func() {
		for i := range 1000 {
			method := http.MethodGet
			if i%2 == 1 {
				method = http.MethodHead
			}
			if w := scanner.do(method, "/sign-in/link?token="+sent.link(t), nil); w.Code != http.StatusOK {
				t.Fatalf("request %d: status %d", i, w.Code)
			}
		}
	})
	if writes := strings.ReplaceAll(strings.ReplaceAll(calls, "GetItem", ""), " ", ""); writes != "" {
		t.Errorf("reading a link called %q", writes)
	}
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusSeeOther, "")
}

func TestFiveCodesAtMost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	wrong := "0000-0000"
	want(t, browser.post("/sign-in/code", "code", wrong), http.StatusUnprocessableEntity, "You have 4 more tries")
	want(t, browser.post("/sign-in/code", "code", wrong), http.StatusUnprocessableEntity, `value="0000-0000"`)
	want(t, browser.post("/sign-in/code", "code", wrong), http.StatusUnprocessableEntity, "You have 2 more tries")
	want(t, browser.post("/sign-in/code", "code", wrong), http.StatusUnprocessableEntity, "You have one more try")
	want(t, browser.post("/sign-in/code", "code", wrong), http.StatusTooManyRequests, "Too many wrong codes")
	want(t, browser.post("/sign-in/code", "code", sent.code(t)), http.StatusTooManyRequests, "")
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusTooManyRequests, "")

	// Nobody is locked out: another browser, and a new mail, work.
	b.advance(limit.SignIn.Pause)
	other := b.tab()
	want(t, other.post("/sign-in/code", "code", wrong), http.StatusForbidden, "")
	want(t, other.post("/sign-in/code", "code", other.ask(t, maria).code(t)), http.StatusSeeOther, "")
}

func TestTheFifthCodeMayBeRight(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	for range maxAttempts - 1 {
		browser.post("/sign-in/code", "code", "0000-0000")
	}
	want(t, browser.post("/sign-in/code", "code", sent.code(t)), http.StatusSeeOther, "")
}

func TestGuessingAtOnceIsNoMoreThanInARow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	browser.ask(t, maria)
	statuses := make(chan int, 50)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { statuses <- browser.post("/sign-in/code", "code", "0000-0000").Code })
	}
	all.Wait()
	close(statuses)
	looked := 0
	for status := range statuses {
		if status == http.StatusUnprocessableEntity {
			looked++
		}
	}
	if looked != maxAttempts-1 {
		t.Errorf("%d of 50 guesses were compared and may go on, want %d", looked, maxAttempts-1)
	}
}

func TestABrowserHasOneSession(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	browser.post("/sign-in/link", "token", browser.ask(t, maria).link(t))
	first := browser.cookies[session.Cookie]
	// A signed-in browser is not shown the form, but a second tab may have it.
	w := browser.post("/sign-in", "address", maria)
	want(t, w, http.StatusSeeOther, "")
	browser.post("/sign-in/link", "token", b.last(t).link(t))
	if browser.cookies[session.Cookie] == first || b.sessionsOf(t, b.person) != 1 {
		t.Errorf("%d sessions after signing in twice", b.sessionsOf(t, b.person))
	}
}

func TestStatesThatMayNotSignIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	b.decide(t, members.Approve)
	b.decide(t, members.Suspend)
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusForbidden, "You cannot sign in now")
	if b.sessionsOf(t, b.person) != 0 {
		t.Error("someone suspended has a session")
	}
}

func TestTheFirstCoordinator(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	w := browser.post("/sign-in/link", "token", browser.ask(t, strings.ToUpper(coordinator)).link(t))
	if to := w.Header().Get("Location"); to != "/second-factor?next=%2Fdesk" {
		t.Errorf("sent on to %s", to)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Cookie", session.Cookie+"="+browser.cookies[session.Cookie])
	if who, err := b.sessions.Identify(r); err != nil || who == nil || !who.Coordinator {
		t.Errorf("Identify = %+v, %v", who, err)
	}
}

func TestTheCheckPageBelongsToTheBrowser(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, path := range []string{"/sign-in/check", "/sign-in/code"} {
		w := b.tab().get(path)
		want(t, w, http.StatusSeeOther, "")
		if to := w.Header().Get("Location"); to != "/sign-in" {
			t.Errorf("%s without a wish sends on to %s", path, to)
		}
	}
}

func TestGreek(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	want(t, browser.get("/sign-in?lang=el"), http.StatusOK, "Στείλτε μου το μήνυμα")
	w := browser.post("/sign-in?lang=el", "address", "nobody@larnaca.example")
	if to := w.Header().Get("Location"); to != "/sign-in/check?lang=el" {
		t.Errorf("sent on to %s", to)
	}
	if got := b.last(t).Subject; got != "Δεν υπάρχει λογαριασμός MuNet με αυτή τη διεύθυνση" {
		t.Errorf("subject %s", got)
	}
	// A known person is written to in their own language.
	w = browser.post("/sign-in?lang=el", "address", maria)
	want(t, w, http.StatusSeeOther, "")
	if got := b.last(t).Subject; got != "Your link to sign in to MuNet" {
		t.Errorf("subject %s", got)
	}
}

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := b.tab(), b.tab()
	first.post("/sign-in/link", "token", first.ask(t, maria).link(t))
	b.advance(time.Hour)
	second.post("/sign-in/link", "token", second.ask(t, maria).link(t))
	w := second.get("/sessions")
	want(t, w, http.StatusOK, "This browser")
	if n := strings.Count(main(w), `name="session"`); n != 2 {
		t.Errorf("%d sessions on the page:\n%s", n, main(w))
	}
	want(t, second.post("/sessions/revoke"), http.StatusSeeOther, "")
	if first.signedIn() || !second.signedIn() {
		t.Error("signing out everywhere else signed out here or not there")
	}
	want(t, second.get("/sessions?done=ended"), http.StatusOK, "That browser is signed out.")
	stranger := b.tab()
	want(t, stranger.post("/sessions/revoke", "session", token.Hash(second.cookies[session.Cookie])), http.StatusUnauthorized, "")
	w = second.post("/sessions/revoke", "session", token.Hash(second.cookies[session.Cookie]))
	want(t, w, http.StatusSeeOther, "")
	if second.cookies[session.Cookie] != "" || b.sessionsOf(t, b.person) != 0 {
		t.Error("signing out here left a session")
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	browser.post("/sign-in/link", "token", browser.ask(t, maria).link(t))
	id := browser.cookies[session.Cookie]
	want(t, browser.post("/sign-out"), http.StatusSeeOther, "")
	if browser.cookies[session.Cookie] != "" || b.sessionsOf(t, b.person) != 0 {
		t.Error("signing out left a session")
	}
	browser.cookies[session.Cookie] = id
	if browser.signedIn() {
		t.Error("the old cookie still works")
	}
	want(t, browser.post("/sign-out"), http.StatusSeeOther, "")
}
