package registration_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestOnlyARepresentativeChangesTheOrganisation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	founder := s.confirmed("one@pafos.example")
	save := func(name string) int {
		v := form("", "organisation.name", name)
		return s.do("POST", "/profile/organisation", v).Code
	}
	if s.signIn(founder); save("Δήμος Πάφου (Κύπρος)") != http.StatusSeeOther {
		t.Error("a founder cannot correct the registration")
	}
	if _, _, err := s.members.Decide(t.Context(), founder.Organisation, members.Decision{Action: members.Approve}); err != nil {
		t.Fatal(err)
	}
	s.take()
	stranger := s.confirmed("two@pafos.example", "organisation.name", "Δήμος Πάφου (Κύπρος)")
	s.signIn(stranger)
	if code := save("Ours now"); code != http.StatusForbidden {
		t.Errorf("somebody whom nobody has approved: %d, want 403", code)
	}
	if page := s.do("GET", "/profile", nil).Body.String(); strings.Contains(page, `action="/profile/organisation"`) {
		t.Error("the form is offered to them")
	}
	if org, _, err := s.members.Organisation(t.Context(), founder.Organisation); err != nil || org.Name != "Δήμος Πάφου (Κύπρος)" {
		t.Errorf("the organisation is called %q, %v", org.Name, err)
	}
	if w := s.do("POST", "/profile", url.Values{"name": {"Two"}, "language": {"el"}}); w.Code != http.StatusSeeOther {
		t.Errorf("their own name: %d", w.Code)
	}
}

func TestTheOldAddressIsToldOfTheMove(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	s.take()
	s.signIn(p)
	s.do("POST", "/profile/address", url.Values{"address": {"b@pafos.example"}})
	s.do("POST", link(t, s.take()[0]), nil)
	mails := s.take()
	if len(mails) != 1 || !strings.HasPrefix(mails[0], "a@pafos.example") || !strings.Contains(mails[0], "desk@munet.example") {
		t.Errorf("the old address got %q; it must learn of the change and whom to write to", mails)
	}
}

func TestANewAddressThatCannotBeMailedStaysInTheForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.signIn(s.confirmed("a@pafos.example"))
	s.ses.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1}})
	w := s.do("POST", "/profile/address", url.Values{"address": {"b@pafos.example"}})
	if w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), `value="b@pafos.example"`) {
		t.Errorf("%d; what was typed is lost", w.Code)
	}
}

func TestAnAddressCannotPutWordsOnAPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.confirmed("a@pafos.example")
	p.State = members.Member
	s.signIn(p)
	for _, path := range []string{"/profile", "/colleagues"} {
		if w := s.do("GET", path+"?done=Call+0900", nil); w.Code != 200 || strings.Contains(w.Body.String(), "done.Call") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
