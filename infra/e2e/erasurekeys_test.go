package e2e

import (
	"strings"
	"testing"
)

// TestBrowserErasure asks for a copy and erases by keyboard on a phone, and by a coordinator's hand.
func TestBrowserErasure(t *testing.T) {
	s := start(t)
	organisation := larnaca
	organisation.Name, organisation.Place = "Municipality of Polis", "Polis"
	address, other := s.member(t, "Doros", "en", organisation), s.member(t, "Elli", "en", organisation)
	b := s.browser(t)
	b.phone()
	b.open("/sign-in")
	b.signIn(address)
	b.looksAt("/my-data")
	b.open("/my-data")
	b.press(`form[action="/my-data/export"] button`)
	b.sees("We are putting your copy together")
	s.invoke(t, "DataRequestsFunction")
	b.looksAt("/my-data")
	b.open("/my-data")
	b.sees("Download the file")
	b.looksAt("/my-data/erasure")
	b.open("/my-data/erasure")
	b.press(`button.danger`)
	b.sees("You are being forgotten")

	desk := s.browser(t)
	desk.phone()
	desk.open("/sign-in")
	desk.signIn(coordinator)
	desk.open("/desk/erasures")
	desk.fill(`[name="address"]`, other)
	desk.press(`form[action="/desk/erasures/search"] button`)
	desk.sees("Elli of Municipality of Polis")
	desk.press(`main a.button:not(.quiet)`)
	desk.sees("Erase the data of Elli", "Nobody else represents")
	if !strings.HasPrefix(desk.path(), "/desk/erasures/") {
		t.Errorf("the page is at %s", desk.path())
	}
	desk.press(`button.danger`)
	desk.looksAt("/desk/erasures")
	desk.open("/desk/erasures")
	desk.sees("Asked for at the desk", "Asked for by the person")
}
