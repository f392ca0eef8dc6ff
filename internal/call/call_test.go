package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/internal/members"
)

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDeadlinesInBrussels(t *testing.T) {
	for deadline, want := range map[Deadline]string{
		{"2027-04-08", "17:00"}: "2027-04-08T15:00:00Z", // summer
		{"2027-01-08", "17:00"}: "2027-01-08T16:00:00Z",
		{"2027-01-08", ""}:      "2027-01-08T23:00:00Z", // the whole day
		{"2026-10-24", ""}:      "2026-10-24T22:00:00Z", // the clocks go back in the night after
		{"2026-10-25", ""}:      "2026-10-25T23:00:00Z", // a day of 25 hours
		{"2026-10-25", "02:30"}: "2026-10-25T00:30:00Z", // the first of the two
		{"2026-10-25", "17:00"}: "2026-10-25T16:00:00Z",
		{"2027-03-28", "02:30"}: "2027-03-28T01:30:00Z", // the hour that is skipped: as if it had been
		{"2026-12-31", ""}:      "2026-12-31T23:00:00Z",
	} {
		if got := deadline.At().UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", deadline, got, want)
		}
	}
}

func TestStatusFollowsFromTheDates(t *testing.T) {
	one := Content{Opens: "2027-01-10", Deadlines: []Deadline{{"2027-03-01", "17:00"}}, Model: SingleStage}
	two := Content{Opens: "2027-01-10", Deadlines: []Deadline{{"2027-03-01", "17:00"}, {"2027-09-01", ""}}, Model: TwoStage}
	cuts := two
	cuts.Model = MultipleCutOffs
	gone := one
	gone.Withdrawn = true
	for _, test := range []struct {
		content Content
		at      string
		want    Status
		next    Date
	}{
		{one, "2027-01-09T22:59:00Z", Forthcoming, "2027-03-01"},
		{one, "2027-01-09T23:00:00Z", Open, "2027-03-01"}, // midnight in Brussels
		{one, "2027-03-01T15:59:59Z", Open, "2027-03-01"},
		{one, "2027-03-01T16:00:00Z", Closed, ""},
		{two, "2027-02-01T00:00:00Z", Open, "2027-03-01"},
		{two, "2027-03-02T00:00:00Z", SecondStage, "2027-09-01"},
		{two, "2027-09-01T22:00:00Z", Closed, ""},
		{cuts, "2027-03-02T00:00:00Z", Open, "2027-09-01"},
		{gone, "2027-02-01T00:00:00Z", Withdrawn, "2027-03-01"},
		{Content{}, "2027-02-01T00:00:00Z", Undated, ""},
		{Content{Opens: "2027-03-01"}, "2027-02-01T00:00:00Z", Forthcoming, ""},
	} {
		now := moment(t, test.at)
		next, _ := test.content.Next(now)
		if got := test.content.Status(now); got != test.want || next.Day != test.next {
			t.Errorf("%s: %s, next %s; want %s, %s", test.at, got, next, test.want, test.next)
		}
	}
}

func TestBlocks(t *testing.T) {
	blocks := Text("## Scope\n\nOne\ntwo.\n\nBefore:\n- a\n- b\n\n- c").Blocks()
	want := []Block{{Heading: "Scope"}, {Paragraph: "One\ntwo."}, {Paragraph: "Before:"}, {Items: []string{"a", "b"}}, {Items: []string{"c"}}}
	if len(blocks) != len(want) {
		t.Fatalf("%+v", blocks)
	}
	for i, b := range blocks {
		if b.Heading != want[i].Heading || b.Paragraph != want[i].Paragraph || !slices.Equal(b.Items, want[i].Items) {
			t.Errorf("%d: %+v, want %+v", i, b, want[i])
		}
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		most := rapid.IntRange(4, 40).Draw(t, "most")
		short := Cut(s, most)
		if len(short) > most || strings.ToValidUTF8(short, "") != strings.ToValidUTF8(short, "?") && strings.ToValidUTF8(s, "") == s {
			t.Errorf("%q to %d became %q", s, most, short)
		}
	})
}

func TestRecordsAreCleanedAndRefused(t *testing.T) {
	r := Record{Source: "form", ID: " x ", Content: Content{
		Title: " A \n call ", Kind: National,
		Deadlines: []Deadline{{"2027-09-01", ""}, {"2027-03-01", "17:00"}, {"2027-09-01", ""}},
		Topics:    []members.Topic{"housing", "rights", "housing"},
		Links:     []Link{{URL: "javascript:alert(1)"}, {URL: "https://example.org"}, {URL: "https://example.org"}},
	}}.Clean()
	if r.ID != "x" || r.Title != "A call" || len(r.Deadlines) != 2 || r.Deadlines[0].Day != "2027-03-01" || len(r.Links) != 1 || r.Topics[0] != "rights" {
		t.Errorf("%+v", r)
	}
	if refused := r.Validate(); len(refused) > 0 {
		t.Errorf("%+v", refused)
	}
	for field, spoil := range map[Field]func(*Record){
		FieldTitle:      func(r *Record) { r.Title = "" },
		FieldKind:       func(r *Record) { r.Kind = "gift" },
		FieldDeadlines:  func(r *Record) { r.Opens = "2028-01-01" },
		FieldOpens:      func(r *Record) { r.Opens = "soon" },
		FieldRate:       func(r *Record) { r.Rate = 101 },
		FieldTopics:     func(r *Record) { r.Topics = []members.Topic{"soil"} },
		FieldCountries:  func(r *Record) { r.Eligibility.Countries = []string{"Greece"} },
		FieldApplicants: func(r *Record) { r.Eligibility.Applicants = []members.Kind{"firm"} },
	} {
		bad := r
		spoil(&bad)
		if refused := bad.Validate(); len(refused) != 1 || refused[0].Name != string(field) {
			t.Errorf("%s: %+v", field, refused)
		}
	}
}

func TestOnlyCuratedFieldsAreJudged(t *testing.T) {
	c := Curation{Fields: []Field{FieldRate, FieldTitle}, Content: Content{Title: "A", Rate: 120, Kind: "gift"}}
	if refused := c.Validate(); len(refused) != 1 || refused[0].Name != string(FieldRate) {
		t.Errorf("%+v", refused)
	}
}

func TestWhoMayApply(t *testing.T) {
	said := Eligibility{Applicants: []members.Kind{"ngo"}, Countries: []string{"CY"}}
	for _, test := range []struct {
		e       Eligibility
		kind    members.Kind
		country string
		want    bool
	}{
		{said, "ngo", "CY", true}, {said, "region", "CY", false}, {said, "ngo", "GR", false},
		{Eligibility{}, "region", "GR", true}, // not said is not no
	} {
		if got := test.e.Applies(test.kind, test.country); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}

func TestFeedsThatCoordinatorsType(t *testing.T) {
	good := Source{Name: "News", URL: "https://example.org/feed", Hours: 24, Topics: []members.Topic{"housing"}}
	if refused := good.Validate(); len(refused) > 0 {
		t.Errorf("%+v", refused)
	}
	for field, spoil := range map[string]func(*Source){
		"name": func(s *Source) { s.Name = " " }, "url": func(s *Source) { s.URL = "ftp://example.org" },
		"hours": func(s *Source) { s.Hours = 0 }, "topics": func(s *Source) { s.Topics = []members.Topic{"soil"} },
	} {
		bad := good
		spoil(&bad)
		if refused := bad.Validate(); len(refused) != 1 || refused[0].Name != field {
			t.Errorf("%s: %+v", field, refused)
		}
	}
}

// Whatever two contents say, the difference is empty exactly when they say the same, and taking over
// the fields that differ makes them the same.
func TestDifferencesAreWhole(t *testing.T) {
	draw := func(t *rapid.T, name string) Content {
		return Content{
			Title: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, name+"title"), Opens: rapid.SampledFrom([]Date{"", "2027-01-01"}).Draw(t, name+"opens"),
			Deadlines: rapid.SampledFrom([][]Deadline{nil, {{"2027-03-01", ""}}, {{"2027-03-01", "17:00"}}}).Draw(t, name+"deadlines"),
			Budget:    Money{rapid.SampledFrom([]int64{0, 5}).Draw(t, name+"budget"), "EUR"}, Text: rapid.SampledFrom([]Text{"", "x\n\ny", "y"}).Draw(t, name+"text"),
			Rate: rapid.IntRange(0, 2).Draw(t, name+"rate"), Withdrawn: rapid.Bool().Draw(t, name+"withdrawn"),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if d := Diff(&a, &a); d != nil {
			t.Fatalf("with itself: %+v", d)
		}
		differences := Diff(&a, &b)
		for _, p := range parts {
			if slices.ContainsFunc(differences, func(d Difference) bool { return d.Field == p.field }) {
				p.take(&a, &b)
			}
		}
		if left := Diff(&a, &b); left != nil {
			t.Fatalf("left: %+v", left)
		}
	})
}
