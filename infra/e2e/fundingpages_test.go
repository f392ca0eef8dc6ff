package e2e

import (
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// TestBrowserFunding looks for calls by keyboard, saves what was searched as an interest, and has axe
// look at every page about funding on a phone, in both languages.
func TestBrowserFunding(t *testing.T) {
	s := start(t)
	const address = "funding@ayianapa.example"
	people := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now)
	a, ok, err := people.Invite(t.Context(), members.Application{
		Profile: members.Profile{Kind: "localAuthority", Name: "Municipality of Ayia Napa", Country: "CY", Place: "Ayia Napa", Population: "under5k"},
		Contact: members.Contact{Name: "Eleni", Address: address, Language: "en"}, Preferences: members.Preferences{Newsletter: members.Never}, InvitedBy: "Maria",
	})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, _, err := people.Confirm(t.Context(), a, "invitation"); err != nil {
		t.Fatal(err)
	}
	store := call.NewStore(s.DynamoDB(), s.Tables["CallsTable"], time.Now)
	content := call.Content{
		Title: "Welcome centres at the coast", Programme: "AMIF", Kind: call.Grant, Reference: "AMIF-COAST", Language: "en",
		Summary: "For towns by the sea.", Text: "## What is paid\n\nRooms and people.\n\n- interpreters\n- advice", Opens: call.Date(in(-5)),
		Deadlines: []call.Deadline{{Day: call.Date(in(40)), CutOff: "17:00"}}, Budget: call.Money{Amount: 3_000_000, Currency: "EUR"}, Grants: 6, Rate: 90,
		Eligibility: call.Eligibility{Applicants: []members.Kind{"localAuthority"}, Countries: []string{"CY", "GR"}, Partners: 3, PartnerCountries: 2},
		Topics:      []members.Topic{"housing"}, Links: []call.Link{{URL: "https://portal.example/coast"}}, PartnerSearch: true,
	}
	records := []call.Record{{Source: "test", ID: "COAST", Rank: call.RankPortal, Content: content}}
	found, err := store.Upsert(t.Context(), "", records)
	if err != nil {
		t.Fatal(err)
	}
	content.Deadlines = []call.Deadline{{Day: call.Date(in(60)), CutOff: "17:00"}}
	twin := content
	twin.Title, twin.Reference = "Welcome centres by the sea", "COAST-2"
	twins, err := store.Upsert(t.Context(), "", []call.Record{
		{Source: "test", ID: "COAST", Rank: call.RankPortal, Content: content}, {Source: "other", ID: "SEA", Rank: call.RankFeed, Content: twin},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := found[0].Call
	s.eventually(t, "/api/calls?words=coast", id)

	b := s.browser(t)
	b.open("/sign-in?lang=en")
	b.signIn(address)
	b.open("/calls?lang=en")
	b.fill(`[name="words"]`, "coasts")
	b.press(`form[role="search"] button`)
	b.sees("Welcome centres at the coast")
	b.press(`a[href*="/my-funding/new"]`)
	b.press(`main form button[value="next"]`)
	b.fill(`[name="name"]`, "By the sea")
	b.pick("frequency", "weekly")
	b.press(`main form button[value="save"]`)
	b.sees("You will get a mail every Monday at 7:00", "By the sea")
	interest := evaluate[string](b, `document.querySelector('a[href$="/preview"], a[href*="/preview?"]').getAttribute("href").split("/")[2]`)
	b.open("/calls/" + id + "?lang=en")
	b.press(`a[href*="/follow"], button[formaction*="/follow"]`)
	b.press(`main form button.button`)

	b.phone()
	for _, path := range []string{
		"/calls", "/calls?words=zeppelin", "/calls?words=coast&programme=AMIF", "/calls/" + id, "/calls/" + id + "/dismiss", "/calls/" + id + "/partners",
		"/my-funding", "/my-funding/new", "/my-funding/" + interest, "/my-funding/" + interest + "/preview", "/my-funding/" + interest + "/delete", "/my-funding/calendar",
	} {
		b.looksAt(path)
	}
	desk := s.browser(t)
	desk.open("/sign-in")
	desk.signIn(coordinator)
	desk.phone()
	for _, path := range []string{
		"/desk/calls", "/desk/calls/new", "/desk/calls/dismissals", "/desk/sources", "/desk/sources/portal", "/desk/calls/" + id, "/desk/calls/" + id + "/merge?with=" + twins[1].Call,
	} {
		desk.looksAt(path)
	}
}
