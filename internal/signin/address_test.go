package signin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/members"
)

// TestUnknownAndKnownAddressesLookAlike compares everything that a stranger
// can see, and what they could measure: the calls that are made.
func TestUnknownAndKnownAddressesLookAlike(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	suspended := b.join(t, "Pafos", "stavr@larnaca.example")
	for _, action := range []members.Action{members.Approve, members.Suspend} {
		if _, _, err := b.members.Decide(t.Context(), suspended.Organisation, members.Decision{Action: action, By: "Test"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.members.Apply(t.Context(), members.Application{
		Profile: members.Profile{Kind: "ngo", Name: "Unconfirmed", Country: "CY"},
		Contact: members.Contact{Name: "Anna", Address: "annas@larnaca.example", Language: "en"},
	}); err != nil {
		t.Fatal(err)
	}

	type view struct{ answer, check, calls string }
	networks := 0
	look := func(address string, mails int) view {
		b.advance(limit.StrangersMail.Every)
		browser := b.elsewhere(&networks)
		browser.get("/sign-in")
		var v view
		before := len(b.letters())
		v.calls = b.table.since(func() {
			w := browser.post("/sign-in", "address", address)
			v.answer = fmt.Sprint(w.Code, w.Header(), w.Body)
		})
		if got := len(b.letters()) - before; got != mails {
			t.Errorf("%s: %d mails, want %d", address, got, mails)
		}
		v.check = browser.get("/sign-in/check").Body.String()
		id := browser.cookies[browserCookie]
		for _, part := range []*string{&v.answer, &v.check} {
			*part = strings.NewReplacer(address, "ADDRESS", id, "BROWSER").Replace(*part)
		}
		return v
	}
	addresses := map[string]string{
		maria:                     "Your link to sign in to MuNet",
		"nobod@larnaca.example":   "No MuNet account with this address",
		"annas@larnaca.example":   "No MuNet account with this address",
		"stavr@larnaca.example":   "Signing in to MuNet is not possible now",
		coordinator:               "Your link to sign in to MuNet",
		"nobody@xn--bcher-kva.eu": "No MuNet account with this address",
	}
	if _, err := b.members.PersonByAddress(t.Context(), "first@larnaca.example"); !errors.Is(err, members.ErrNone) {
		t.Fatal(err) // the first address that nobody has is looked up twice
	}
	known := look(maria, 1)
	b.advance(time.Hour)
	if known.calls != "UpdateItem UpdateItem UpdateItem UpdateItem GetItem GetItem PutItem" {
		t.Errorf("calls %s", known.calls)
	}
	for address, subject := range addresses {
		if got := look(address, 1); got != known {
			t.Errorf("%s is answered differently:\n%v\n%v", address, got, known)
		}
		if got := b.last(t).Subject; got != subject {
			t.Errorf("%s gets %q, want %q", address, got, subject)
		}
	}
	// Asking again at once sends nothing and still looks the same.
	for address := range addresses {
		got := look(address, 0)
		if got.answer != known.answer || got.check != known.check || got.calls != "UpdateItem UpdateItem PutItem" {
			t.Errorf("%s asked twice is answered differently:\n%v\n%v", address, got, known)
		}
	}
}

func TestARefusedAddressStaysInTheForm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tests := map[string]struct{ typed, words string }{
		"empty":      {"", "This is needed."},
		"malformed":  {"maria@larnaca", `value="maria@larnaca"`},
		"CR and LF":  {"maria@larnaca.example\r\nBcc: x@example.org", "This does not look like an email address."},
		"two":        {"maria@larnaca.example, x@example.org", "This does not look like an email address."},
		"very long":  {strings.Repeat("a", 300) + "@larnaca.example", "This does not look like an email address."},
		"with HTML":  {"<script>@larnaca.example", "&lt;script&gt;@larnaca.example"},
		"not a name": {"Maria <maria@larnaca.example>", "This does not look like an email address."},
	}
	networks := 0
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			calls := b.table.since(func() {
				want(t, b.elsewhere(&networks).post("/sign-in", "address", test.typed, "next", "/leave"), http.StatusUnprocessableEntity, test.words)
			})
			if calls != "UpdateItem" { // the limit of its network
				t.Errorf("called %s", calls)
			}
		})
	}
	want(t, b.tab().post("/sign-in", "address", "", "next", "/leave"), http.StatusUnprocessableEntity, `name="next" value="/leave"`)
	if len(b.letters()) != 0 {
		t.Error("a mail was sent")
	}
}

func TestAnAddressIsNotFlooded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	began := b.now()
	// Minutes after the first request, and whether that one sends a mail.
	for _, step := range []struct {
		after time.Duration
		mail  bool
	}{
		{0, true}, {59 * time.Second, false}, {time.Minute, true}, {2 * time.Minute, true}, {3 * time.Minute, false},
		{14*time.Minute + 59*time.Second, false}, {15 * time.Minute, true}, {16 * time.Minute, false}, {30 * time.Minute, true},
		{75 * time.Minute, true}, {76 * time.Minute, true}, {77 * time.Minute, true}, {78 * time.Minute, false},
	} {
		b.clock.Store(began.Add(step.after).Unix())
		before := len(b.letters())
		want(t, b.tab().post("/sign-in", "address", maria), http.StatusSeeOther, "")
		if sent := len(b.letters()) > before; sent != step.mail {
			t.Errorf("after %s: mail %v, want %v", step.after, sent, step.mail)
		}
	}
}

func TestManyRequestsAtOnceSendOneMail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			address := maria
			if i%2 == 0 {
				address = strings.ToUpper(maria)
			}
			b.tab().post("/sign-in", "address", address)
		})
	}
	all.Wait()
	if n := len(b.letters()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestPressingTwiceLeavesTheFirstMailGood(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	browser.ask(t, maria)
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusSeeOther, "")
	// Having got in, the person may ask again at once.
	browser.post("/sign-out")
	browser.post("/sign-in/code", "code", browser.ask(t, maria).code(t))
	if len(b.letters()) != 2 || !browser.signedIn() {
		t.Errorf("%d mails, signed in %v", len(b.letters()), browser.signedIn())
	}
}

func TestAStrangerLocksNobodyOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser, stranger := b.tab(), b.tab()
	browser.post("/sign-in/link", "token", browser.ask(t, maria).link(t))
	browser.post("/sign-out")
	for range 4 {
		stranger.ask(t, maria)
		b.advance(limit.SignIn.Pause)
	}
	before := len(b.letters())
	sent := browser.ask(t, maria)
	if len(b.letters()) != before+1 {
		t.Fatal("the browser in which the person signed in before gets no mail")
	}
	want(t, browser.post("/sign-in/link", "token", sent.link(t)), http.StatusSeeOther, "")

	// The proof is worth nothing for another address, nor without its id.
	id, proof, _ := strings.Cut(browser.cookies[browserCookie], ".")
	forged := b.tab()
	forged.cookies[browserCookie] = strings.Repeat("A", len(id)) + "." + proof
	before = len(b.letters())
	forged.post("/sign-in", "address", maria)
	if len(b.letters()) != before {
		t.Error("a proof works under another id")
	}
}

func TestANetworkIsLimited(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range limit.MailFrom.Burst {
		want(t, b.tab().post("/sign-in", "address", fmt.Sprintf("p%d@larnaca.example", i)), http.StatusSeeOther, "")
	}
	w := b.tab().post("/sign-in", "address", maria)
	want(t, w, http.StatusTooManyRequests, `value="`+maria+`"`)
	if got := w.Header().Get("Retry-After"); got != "15" {
		t.Errorf("to try again after %q seconds, want 15", got)
	}
	elsewhere := b.tab()
	elsewhere.address = "198.51.100.7:40000"
	want(t, elsewhere.post("/sign-in", "address", maria), http.StatusSeeOther, "")
	b.advance(limit.MailFrom.Every)
	want(t, b.tab().post("/sign-in", "address", "later@larnaca.example"), http.StatusSeeOther, "")
}

func TestWhenMailFailsThePersonIsToldAndCanTryAgain(t *testing.T) {
	t.Parallel()
	always := ses.Fault{Probability: 1}
	tests := map[string]struct {
		faults   ses.Faults
		accepted int // of five mails
	}{
		"refused":     {ses.Faults{Reject: always}, 0},
		"throttled":   {ses.Faults{Throttle: always}, 0},
		"answer lost": {ses.Faults{Drop: always}, 5},
	}
	for name, tt := range tests {
		for _, address := range []string{maria, "nobody@larnaca.example"} {
			t.Run(name+" "+address, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				browser := b.tab()
				b.post.SetFaults(tt.faults)
				for range 5 {
					w := browser.post("/sign-in", "address", address, "next", "/leave")
					want(t, w, http.StatusServiceUnavailable, `value="`+address+`"`)
					want(t, w, http.StatusServiceUnavailable, "We could not send the email just now.")
					want(t, w, http.StatusServiceUnavailable, `name="next" value="/leave"`)
				}
				b.post.SetFaults(ses.Faults{})
				browser.ask(t, address)
				if n := len(b.letters()); n != tt.accepted+1 {
					t.Errorf("%d mails, want %d: one for each time that somebody asked", n, tt.accepted+1)
				}
			})
		}
	}
}

// TestNothingStoredGivesAnythingAway looks at the items of the table for
// what must be there only as a hash.
func TestNothingStoredGivesAnythingAway(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	browser := b.tab()
	sent := browser.ask(t, maria)
	browser.ask(t, "nobody@larnaca.example")
	browser.post("/sign-in/link", "token", sent.link(t))
	dump := b.dump(t)
	for what, secret := range map[string]string{
		"link": sent.link(t), "code": sent.code(t), "code as typed": strings.ReplaceAll(sent.code(t), "-", ""),
		"browser": browser.cookies[browserCookie],
	} {
		if strings.Contains(dump, secret) {
			t.Errorf("the table holds the %s", what)
		}
	}
	if !strings.Contains(dump, "signin#") {
		t.Errorf("the table was not read: %s", dump)
	}
}
