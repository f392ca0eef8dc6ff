package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

// TestBrowserCalls saves a search as an interest and follows a call by keyboard, and has axe look at
// the pages about funding on a phone.
func TestBrowserCalls(t *testing.T) {
	t.Parallel()
	const curator = "curator@munet.example.org"
	s := start(t)
	s.coordinator(t, curator, "en")
	orchards := call.Record{
		Source: call.ByForm, ID: "orchards", Rank: call.RankForm, Content: call.Content{
			Title: "Orchards where neighbours meet", Programme: "CERV", Kind: call.Grant, Summary: "Shared gardens of towns.",
			Text: "## Scope\n\nTrees.\n\n- Apples\n- Pears", Opens: call.Date(in(-5)), Deadlines: []call.Deadline{{Day: call.Date(in(40)), CutOff: "17:00"}},
			Budget: call.Money{Amount: 500_000, Currency: "EUR"}, Language: "en", Links: []call.Link{{URL: "https://orchards.example/"}},
		},
	}
	twin := orchards
	twin.ID, twin.Title = "groves", "Groves where neighbours meet"
	results, err := call.NewStore(s.DynamoDB(), s.Tables["CallsTable"], time.Now).Upsert(t.Context(), "", []call.Record{orchards, twin})
	if err != nil {
		t.Fatal(err)
	}
	id := results[0].Call
	s.eventually(t, "/api/calls?words=orchards", id)
	b := s.browser(t)
	b.phone()
	for _, path := range []string{"/calls", "/calls?words=orchards&programme=CERV", "/calls?words=zeppelin", "/calls/" + id} {
		b.looksAt(path)
	}
	b.open("/sign-in?lang=en")
	b.signIn(curator)
	b.open("/calls?lang=en&words=orchards")
	b.press(`a[href^="/my-funding/new"]`)
	b.press(`button[value="next"]`)
	b.sees("You will get a mail every Monday at 7:00")
	b.press(`button[value="preview"]`)
	b.sees("1 call would have fitted", "“Orchards” in the title")
	b.press(`button[value="save"]`)
	b.sees("Saved. You will get a mail every Monday at 7:00", "Words: orchards")
	interest := evaluate[string](b, `document.querySelector('a[href*="/preview"]').pathname`)
	interest = strings.TrimSuffix(interest, "/preview")
	b.open("/calls/" + id + "?lang=en")
	b.press(`a[href^="/calls/` + id + `/follow"]`)
	b.press(`main form .button`)
	b.sees("You follow this call")
	b.open("/my-funding/calendar?lang=en")
	b.press(`button[value="new"]`)
	b.sees("shown only once", "you follow it")
	for _, path := range []string{
		"/my-funding", "/my-funding/new", interest, interest + "/preview", interest + "/delete", "/my-funding/calendar", "/calls/" + id + "/dismiss", "/calls/" + id + "/partners",
		"/desk/calls", "/desk/calls/new", "/desk/calls/upload", "/desk/calls/dismissals", "/desk/sources",
		"/desk/calls/" + id, "/desk/calls/" + id + "/merge", "/desk/calls/" + id + "/merge?with=" + results[1].Call,
	} {
		b.looksAt(path)
	}
}
