package registration_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

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
