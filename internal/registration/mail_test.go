package registration_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/members"
)

var againPattern = regexp.MustCompile(`name="token" value="([A-Za-z0-9_-]+)"`)

// again presses "send the mail again" on a page.
func (s *site) again(page string) int {
	s.t.Helper()
	token := againPattern.FindStringSubmatch(page)
	if token == nil {
		s.t.Fatalf("no token in:\n%s", page)
	}
	return s.do("POST", "/register/again", url.Values{"token": {token[1]}}).Code
}

func TestMailAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.confirmed("known@pafos.example")
	for _, address := range []string{"known@pafos.example", "new@pafos.example"} {
		s.wait(24 * time.Hour)
		s.take()
		page := s.do("POST", "/register", form(address)).Body.String()
		if code := s.again(page); code != 200 || len(s.take()) != 1 {
			t.Errorf("%s: %d; want one mail within a minute", address, code)
		}
		if s.wait(time.Minute); s.again(page) != 200 || len(s.take()) != 1 {
			t.Errorf("%s: no mail after a minute", address)
		}
	}
	for _, forged := range []url.Values{{"address": {"known@pafos.example"}}, {"token": {"x"}}} {
		s.wait(time.Hour)
		if w := s.do("POST", "/register/again", forged); w.Code != 400 || len(s.take()) != 0 {
			t.Errorf("%v: %d; only who registered may ask again", forged, w.Code)
		}
	}
}

func TestARetryAfterAFailureMails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("known@pafos.example")
	s.take()
	s.signIn(p)
	tests := map[string]func() int{
		"registering a known address": func() int { return s.do("POST", "/register", form("known@pafos.example")).Code },
		"registering a new one":       func() int { return s.do("POST", "/register", form("new@pafos.example")).Code },
		"a new address for a member": func() int {
			return s.do("POST", "/profile/address", url.Values{"address": {"other@pafos.example"}}).Code
		},
	}
	for name, press := range tests {
		s.wait(time.Hour)
		s.ses.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1}})
		for range 2 {
			if code := press(); code != http.StatusBadGateway {
				t.Errorf("%s: %d while SES refuses; the person must be told each time", name, code)
			}
		}
		s.ses.SetFaults(ses.Faults{})
		if code := press(); code >= 400 || len(s.take()) != 1 {
			t.Errorf("%s: %d and no mail when SES is back", name, code)
		}
	}
}

func TestPressingConfirmOftenTellsEveryoneOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register", form("a@pafos.example"))
	path := link(t, s.take()[0])
	var presses sync.WaitGroup
	for range 10 {
		presses.Go(func() {
			if w := s.do("POST", path, url.Values{"revision": {"1"}}); w.Code != 200 && w.Code != http.StatusGone {
				t.Errorf("confirm: %d", w.Code)
			}
		})
	}
	presses.Wait()
	if mails := s.take(); len(mails) != 2 {
		t.Errorf("%d mails, want one to the person and one to the coordinators", len(mails))
	}
	if n := s.registrations.Load(); n != 1 {
		t.Errorf("the metric counts %d registrations", n)
	}
}

func TestSomebodyIsAlwaysToldOfAColleague(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("one@pafos.example")
	for _, a := range []members.Action{members.Approve, members.Suspend} {
		if _, _, err := s.members.Decide(t.Context(), p.Organisation, members.Decision{Action: a, By: "Maria"}); err != nil {
			t.Fatal(err)
		}
	}
	s.take()
	s.confirmed("two@pafos.example")
	if mails := s.take(); !strings.Contains(strings.Join(mails, ""), "desk@munet.example") {
		t.Errorf("nobody who can decide was told: %q", mails)
	}
}

func TestConsentNamesTheWordsThatWereShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("POST", "/register?lang=en", form("a@pafos.example", "representative.language", "el"))
	a, err := s.members.ApplicationOf(t.Context(), "a@pafos.example")
	if err != nil {
		t.Fatal(err)
	}
	s.do("POST", "/register?lang=el", form("b@pafos.example", "representative.language", "el"))
	b, err := s.members.ApplicationOf(t.Context(), "b@pafos.example")
	if err != nil || a.TextsIn != "en" || b.TextsIn != "el" || a.Texts[members.ForMembership] == b.Texts[members.ForMembership] {
		t.Errorf("%s %v, %s %v, %v", a.TextsIn, a.Texts, b.TextsIn, b.Texts, err)
	}
}

func TestANewAddressMovesOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	s.take()
	s.signIn(p)
	s.do("POST", "/profile/address", url.Values{"address": {"b@pafos.example"}})
	path := link(t, s.take()[0])
	for range 2 {
		if w := s.do("POST", path, nil); w.Code != http.StatusSeeOther {
			t.Errorf("pressed: %d; pressing twice is pressing once", w.Code)
		}
	}
}

func TestANetworkIsLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range limit.MailFrom.Burst {
		if wait, err := s.limits.Take(t.Context(), limit.Count{Limit: limit.MailFrom, What: "192.0.2.1/32"}); wait > 0 || err != nil {
			t.Fatal(wait, err)
		}
	}
	w := s.do("POST", "/register", form("a@pafos.example"))
	if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), `value="a@pafos.example"`) {
		t.Errorf("%d; want 429 and the form as it was", w.Code)
	}
	if waiting, err := s.members.Applications(t.Context()); err != nil || len(waiting) != 0 || len(s.take()) != 0 {
		t.Errorf("%d applications stayed, %v", len(waiting), err)
	}
}

func TestAnUnknownColleagueIsNotFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	if _, _, err := s.members.Decide(t.Context(), p.Organisation, members.Decision{Action: members.Approve}); err != nil {
		t.Fatal(err)
	}
	p.State = members.Member
	s.signIn(p)
	if w := s.do("POST", "/colleagues/NOBODY", url.Values{"action": {"approve"}}); w.Code != http.StatusNotFound {
		t.Errorf("%d, want 404", w.Code)
	}
}
