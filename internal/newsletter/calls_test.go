package newsletter

import (
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
)

func TestEverySourceHasItsName(t *testing.T) {
	for _, s := range []Source{NewMembers(nil), NewPractices(nil, ""), OpenCalls(nil, "", nil), LastIssue(nil), LatestImages(nil)} {
		for _, tag := range language.Available() {
			if !language.For(tag).Has("newsletter.source." + s.Name) {
				t.Errorf("%s has no name in %s", s.Name, tag)
			}
		}
	}
}

func TestOpenCallsAreToldWithTheirDeadlines(t *testing.T) {
	client, tables := emulator.Tables(t, "CallsTable")
	at := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	store := call.NewStore(client, tables["CallsTable"], now)
	source := OpenCalls(store, "https://munet.example", now)
	if blocks, err := source.Blocks(t.Context(), "en", at, nil); err != nil || len(blocks) != 0 {
		t.Fatalf("without calls: %v, %v", blocks, err)
	}
	ids := map[string]string{}
	for title, deadline := range map[string]string{"Sooner": "2027-04-01", "*Later*": "2027-05-01", "Chosen": "2027-09-01", "Tomorrow": "2027-03-02", "Over": "2027-02-01"} {
		results, err := store.Upsert(t.Context(), "", []call.Record{{Source: call.ByForm, ID: title, Content: call.Content{
			Title: title, Kind: call.Grant, Programme: "AMIF", Deadlines: []call.Deadline{{Day: call.Date(deadline), CutOff: "17:00"}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		ids[title] = results[0].Call
	}
	if _, err := store.Curate(t.Context(), ids["Chosen"], 1, call.Curation{Featured: true, By: "maria"}); err != nil {
		t.Fatal(err)
	}
	blocks, err := source.Blocks(t.Context(), "en", at, nil)
	if err != nil || len(blocks) != 1 {
		t.Fatalf("blocks %v, %v", blocks, err)
	}
	got := blocks[0].Markdown
	for _, want := range []string{
		"[Chosen](<https://munet.example/calls/" + ids["Chosen"] + "?lang=en>) (AMIF): Deadline: 1 September 2027, 17:00 Brussels time",
		`[\*Later\*]`, "## Open calls for funding",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "Tomorrow") || strings.Contains(got, "Over") {
		t.Errorf("what is too late is told:\n%s", got)
	}
	if chosen, sooner := strings.Index(got, "[Chosen]"), strings.Index(got, "[Sooner]"); chosen < 0 || sooner < chosen {
		t.Errorf("what was chosen is not the first:\n%s", got)
	}
}
