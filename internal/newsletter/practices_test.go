package newsletter

import (
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestNewPractices(t *testing.T) {
	t.Parallel()
	client, tables := emulator.Tables(t, "PracticesTable")
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	store := practice.NewStore(client, tables["PracticesTable"], func() time.Time { return now })
	publish := func(title string, themes ...members.Topic) string {
		t.Helper()
		who := practice.Author{Ref: members.Ref{Organisation: "PAFOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Pafos"}
		p, d, err := store.Create(t.Context(), who, practice.Content{
			Facts: practice.Facts{
				Kind: "practice", Themes: themes, Targets: []practice.Target{"refugees"}, Country: "CY", Municipality: "Pafos",
				Population: "50to100k", Status: "running", Begin: "2024-03", Cost: "under10k", Evidence: "none", Licence: "CC-BY-4.0",
			},
			Original: "el",
			Texts: map[language.Tag]practice.Text{
				"el": {
					Title: title + " *ελληνικά*", Summary: "Σύνοψη.", Challenge: "α", Goal: "α", HowItWorks: "α", Results: "α", Transferability: "α",
				},
				"en": {Title: title, Summary: "What it does."},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		v, err := store.Submit(t.Context(), p.ID, d.Revision, "", who)
		if err != nil {
			t.Fatal(err)
		}
		err = store.Decide(t.Context(), p.ID, v.Number, practice.Decision{
			Outcome: practice.Publish, By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria",
		})
		if err != nil {
			t.Fatal(err)
		}
		return "https://munet.example/practices/" + p.ID
	}
	source := NewPractices(store, "https://munet.example")
	blocks := func(tag language.Tag, since time.Time) []Block {
		t.Helper()
		found, err := source.Blocks(t.Context(), tag, since, nil)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}

	publish("Before", "housing")
	since := now
	if found := blocks("en", since); len(found) != 0 {
		t.Errorf("nothing is new, and it tells %v", found)
	}
	now = now.Add(time.Hour)
	health := publish("Nurses", "health", "participation")
	now = now.Add(time.Hour)
	work := publish("First [job]", "health", "employment")
	found := blocks("en", since)
	want := `## New practices

2 practices are new in the library:

### Employment

- [First \[job\]](<` + work + `?lang=en>) (Pafos, Cyprus): What it does\.

### Health care

- [Nurses](<` + health + `?lang=en>) (Pafos, Cyprus): What it does\.`
	if len(found) != 1 || found[0].Title != "New practices" || found[0].Markdown != want {
		t.Errorf("it tells\n%v\nwant\n%s", found, want)
	}
	greek := blocks("el", since)[0].Markdown
	for _, part := range []string{"## Νέες πρακτικές", `[Nurses \*ελληνικά\*](<` + health + "?lang=el>) (Pafos, Κύπρος): Σύνοψη"} {
		if !strings.Contains(greek, part) {
			t.Errorf("the Greek text lacks %q:\n%s", part, greek)
		}
	}
	if all := sections(found[0].Markdown); len(all) != 1 {
		t.Errorf("the block is cut into %d sections", len(all))
	}
}
