package call

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/search"
)

// harness is a store whose clock the test sets.
type harness struct {
	*Store
	at     time.Time
	client *dynamodb.Client
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	client, tables := emulator.Tables(t, "CallsTable")
	h := &harness{at: time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC), client: client}
	h.Store = NewStore(client, tables["CallsTable"], func() time.Time { return h.at })
	return h
}

// record is a call of the portal.
func record(id, deadline string) Record {
	return Record{
		Source: "portal", ID: id, Rank: RankPortal, Keys: []string{TopicKey(id)},
		Content: Content{
			Title: "Support for " + id, Programme: "AMIF", Kind: Grant, Reference: id, Summary: "In short.",
			Text: "## Scope\n\nLocal authorities.", Opens: "2027-01-05", Deadlines: []Deadline{{Day: Date(deadline), CutOff: "17:00"}},
			Model: SingleStage, Budget: Money{1_000_000, "EUR"}, Language: "en",
			Links: []Link{{URL: "https://example.org/" + id}},
		},
	}
}

func (h *harness) upsert(t *testing.T, run string, records ...Record) []Result {
	t.Helper()
	results, err := h.Upsert(t.Context(), run, records)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func (h *harness) get(t *testing.T, id string) Call {
	t.Helper()
	c, err := h.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARecordBecomesACallAndItsChangesBecomeVersions(t *testing.T) {
	h := newHarness(t)
	first := h.upsert(t, "r1", record("A-1", "2027-03-01"))[0]
	if first.Effect != New {
		t.Fatalf("effect %s", first.Effect)
	}
	h.at = h.at.Add(time.Hour)
	if again := h.upsert(t, "r2", record("A-1", "2027-03-01"))[0]; again.Effect != Unchanged || again.Call != first.Call {
		t.Errorf("the same again: %+v", again)
	}
	if c := h.get(t, first.Call); c.Version != 1 || c.Revision != 1 || !c.ChangedAt.Equal(h.at.Add(-time.Hour)) || c.Text == "" {
		t.Errorf("an unchanged call was written: %+v", c)
	}
	extended := h.upsert(t, "r3", record("A-1", "2027-04-01"))[0]
	if extended.Effect != Changed || extended.Call != first.Call {
		t.Fatalf("extended: %+v", extended)
	}
	history, err := h.History(t.Context(), first.Call)
	if err != nil || len(history) != 2 {
		t.Fatalf("history %+v, %v", history, err)
	}
	want := []Difference{{FieldDeadlines, []string{"2027-03-01 17:00"}, []string{"2027-04-01 17:00"}}}
	if got := history[1].Differences; len(got) != 1 || got[0].Field != want[0].Field || !slices.Equal(got[0].After, want[0].After) {
		t.Errorf("differences %+v, want %+v", got, want)
	}
	one, err := h.Version(t.Context(), first.Call, 1)
	if c := h.get(t, first.Call); err != nil || len(Diff(&one.Content, &history[1].Content)) != 1 || c.Version != 2 {
		t.Errorf("version 1 %+v, %v", one, err)
	}
}

func TestARunThatIsRepeatedSaysTheSame(t *testing.T) {
	h := newHarness(t)
	h.upsert(t, "r1", record("A-1", "2027-03-01"))
	changed := record("A-1", "2027-04-01")
	for range 2 {
		results := h.upsert(t, "r2", changed, record("A-2", "2027-05-01"))
		if results[0].Effect != Changed || results[1].Effect != New {
			t.Errorf("%+v", results)
		}
	}
	if c := h.get(t, h.upsert(t, "r3", changed)[0].Call); c.Version != 2 {
		t.Errorf("version %d", c.Version)
	}
}

func TestTwoSourcesOfOneCall(t *testing.T) {
	h := newHarness(t)
	entry := Record{
		Source: "feed-1", ID: "guid", Rank: RankFeed, Keys: []string{TopicKey("a-1")},
		Content: Content{Title: "News: A-1 is open", Kind: Grant, Summary: "From the feed.", Rate: 90},
	}
	fed := h.upsert(t, "f", entry)[0]
	official := h.upsert(t, "p", record("A-1", "2027-03-01"))[0]
	if official.Call != fed.Call || official.Effect != Changed {
		t.Fatalf("%+v and %+v are two calls", fed, official)
	}
	c := h.get(t, fed.Call)
	if c.Title != "Support for A-1" || c.Rate != 90 || len(c.Origins) != 2 || c.Origins[0].Source != "portal" {
		t.Errorf("together: %+v", c)
	}
}

func TestAKeyThatLeadsToAnotherCallIsATwin(t *testing.T) {
	h := newHarness(t)
	a := h.upsert(t, "r", record("A-1", "2027-03-01"))[0]
	b := h.upsert(t, "r", record("B-1", "2027-03-01"))[0]
	both := record("B-1", "2027-03-02")
	both.Keys = append(both.Keys, TopicKey("A-1"))
	if r := h.upsert(t, "r", both)[0]; r.Call != b.Call || r.Twin != a.Call {
		t.Errorf("%+v, want the twin %s", r, a.Call)
	}
}

// A feed may tell ten times of one topic: what a call cannot hold any more begins calls of its own, and
// never keeps a source from being read.
func TestManyRecordsOfOneCall(t *testing.T) {
	h := newHarness(t)
	var records []Record
	for i := range MaxRecords + 3 {
		r := record("AMIF-1", "2027-04-08")
		r.Source, r.ID, r.Rank = "feed", strconv.Itoa(i), RankFeed
		records = append(records, r)
	}
	together := map[string]int{}
	var apart int
	for _, r := range h.upsert(t, "run", records...) {
		together[r.Call]++
		if r.Twin != "" {
			apart++
		}
	}
	if len(together) != 4 || apart != 3 {
		t.Errorf("calls with so many records: %v; %d know their twin", together, apart)
	}
	if r := h.upsert(t, "another", record("AMIF-1", "2027-04-08"))[0]; r.Twin == "" || r.Effect != New {
		t.Errorf("the portal's own record: %+v", r)
	}
}

// Nothing that a feed links to is too long to be asked for.
func TestAKeyThatIsTooLongIsLeftOut(t *testing.T) {
	h := newHarness(t)
	r := record("AMIF-2", "2027-04-08")
	r.Keys = append(r.Keys, TopicKey(strings.Repeat("x", 3000)))
	if got := h.upsert(t, "run", r)[0]; got.Effect != New || len(r.Clean().Keys) != 1 {
		t.Errorf("%+v with the keys %d", got, len(r.Clean().Keys))
	}
}

func TestMergedCallsStayOne(t *testing.T) {
	h := newHarness(t)
	a := h.upsert(t, "r", record("A-1", "2027-03-01"))[0].Call
	other := record("B-1", "2027-03-01")
	other.Source, other.Rank, other.Rate = "feed-1", RankFeed, 80
	b := h.upsert(t, "r", other)[0].Call
	merged, err := h.Merge(t.Context(), a, b, "Eleni")
	if err != nil || merged.Rate != 80 || len(merged.Origins) != 2 {
		t.Fatalf("%+v, %v", merged, err)
	}
	if gone := h.get(t, b); gone.MergedInto != a {
		t.Errorf("the merged call leads to %q", gone.MergedInto)
	}
	other.Deadlines = []Deadline{{Day: "2027-06-01"}}
	other.Rate = 70
	if r := h.upsert(t, "r2", other)[0]; r.Call != a || r.Effect != Changed {
		t.Errorf("a later import: %+v", r)
	}
	list, _, err := h.ListAhead(t.Context(), "")
	if err != nil || len(list) != 1 {
		t.Errorf("%d calls in the list, %v", len(list), err)
	}
	if _, err := h.Merge(t.Context(), a, a, "Eleni"); !errors.Is(err, ErrSame) {
		t.Errorf("into itself: %v", err)
	}
}

func TestACuratedFieldSurvivesImports(t *testing.T) {
	h := newHarness(t)
	id := h.upsert(t, "r", record("A-1", "2027-03-01"))[0].Call
	c := h.get(t, id)
	curation := Curation{Fields: []Field{FieldSummary, FieldGrants}, Content: Content{Summary: "For towns."}, Featured: true, By: "Eleni"}
	if _, err := h.Curate(t.Context(), id, c.Revision, curation); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Curate(t.Context(), id, c.Revision, curation); !errors.Is(err, ErrEdited) {
		t.Errorf("the same revision twice: %v", err)
	}
	next := record("A-1", "2027-03-01")
	next.Summary, next.Title = "Another one.", "A new title"
	h.upsert(t, "r2", next)
	if c = h.get(t, id); c.Summary != "For towns." || c.Title != "A new title" || !c.Featured || c.Version != 3 {
		t.Errorf("%+v", c)
	}
	history, err := h.History(t.Context(), id)
	if err != nil || len(history) != 3 || history[1].By != "Eleni" || len(history[2].Differences) != 1 {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestChangesAreReadOnceAndInOrder(t *testing.T) {
	h := newHarness(t)
	begin := CursorAt(h.at)
	var want []string
	for i := range 5 {
		want = append(want, h.upsert(t, "r", record("A-"+strconv.Itoa(i), "2027-03-01"))[0].Call)
		h.at = h.at.Add(11 * time.Hour) // over three days
	}
	h.at = h.at.Add(-11 * time.Hour)
	changes, after, err := h.Changes(t.Context(), begin, 100)
	if err != nil || len(changes) != 4 {
		t.Fatalf("%d changes, %v: the last is not settled", len(changes), err)
	}
	h.at = h.at.Add(Settling + time.Second)
	last, after, err := h.Changes(t.Context(), after, 100)
	if err != nil || len(last) != 1 {
		t.Fatalf("%d changes, %v", len(last), err)
	}
	for i, c := range append(changes, last...) {
		if c.Call != want[i] || c.Version != 1 {
			t.Errorf("change %d is %+v", i, c)
		}
	}
	if none, same, err := h.Changes(t.Context(), after, 100); err != nil || len(none) != 0 || same != after {
		t.Errorf("nothing new: %v, %q, %v", none, same, err)
	}
	until := CursorAt(h.at.Add(-Settling))
	if none, same, err := h.Changes(t.Context(), until, 100); err != nil || len(none) != 0 || same != until {
		t.Errorf("from where the unsettled ones begin: %v, %q, %v", none, same, err)
	}
	var paged []Change
	for cursor := begin; len(paged) < 5; {
		var part []Change
		if part, cursor, err = h.Changes(t.Context(), cursor, 2); err != nil || len(part) == 0 {
			t.Fatalf("%v, %v", part, err)
		}
		paged = append(paged, part...)
	}
	if len(paged) != 5 || paged[4].Call != want[4] {
		t.Errorf("in pages: %+v", paged)
	}
}

func TestTheListTurnsWithTheClock(t *testing.T) {
	h := newHarness(t)
	two := record("TWO", "2027-02-01")
	two.Deadlines, two.Model = append(two.Deadlines, Deadline{Day: "2027-06-01"}), MultipleCutOffs
	undated := record("UNDATED", "2027-02-01")
	undated.Deadlines = nil
	h.upsert(t, "r", two, undated, record("ONE", "2027-02-15"), record("OVER", "2027-01-06"))
	expect := func(ahead, past []string) {
		t.Helper()
		for _, list := range []struct {
			read func(string) ([]Call, error)
			want []string
		}{
			{func(c string) ([]Call, error) { l, _, err := h.ListAhead(t.Context(), c); return l, err }, ahead},
			{func(c string) ([]Call, error) { l, _, err := h.ListPast(t.Context(), c); return l, err }, past},
		} {
			calls, err := list.read("")
			var got []string
			for _, c := range calls {
				got = append(got, c.Reference)
			}
			if err != nil || !slices.Equal(got, list.want) {
				t.Errorf("%v, want %v; %v", got, list.want, err)
			}
		}
	}
	expect([]string{"TWO", "ONE", "UNDATED"}, []string{"OVER"})
	h.at = time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC)
	expect([]string{"TWO", "UNDATED"}, []string{"OVER"})
	if n, err := h.Turn(t.Context(), 100); n != 2 || err != nil {
		t.Errorf("turned %d, %v", n, err)
	}
	expect([]string{"TWO", "UNDATED"}, []string{"ONE", "OVER"})
	if n, err := h.Turn(t.Context(), 100); n != 0 || err != nil {
		t.Errorf("turned %d again, %v", n, err)
	}
}

func TestOneCallOfManyWriters(t *testing.T) {
	h := newHarness(t)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			r := Record{Source: "feed-" + strconv.Itoa(i), ID: "x", Rank: RankFeed, Keys: []string{TopicKey("A-1")}, Content: Content{Title: "A", Kind: Grant}}
			if _, err := h.Upsert(t.Context(), "r", []Record{r}); err != nil && !errors.Is(err, errMoved) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	list, _, err := h.ListAhead(t.Context(), "")
	if err != nil || len(list) != 1 {
		t.Errorf("%d calls, %v", len(list), err)
	}
}

func TestCursorOfAnotherListIsRefused(t *testing.T) {
	h := newHarness(t)
	forged := dynamo.Cursor(dynamo.Item{"pk": dynamo.S("a"), "sk": dynamo.S("b"), "list": dynamo.S("source"), "listKey": dynamo.S("c")})
	if _, _, err := h.ListAhead(t.Context(), forged); !errors.Is(err, dynamo.ErrCursor) {
		t.Errorf("%v", err)
	}
}

// found searches the index and returns the references of what it finds.
func (h *harness) found(t *testing.T, q search.Query) []string {
	t.Helper()
	index, err := search.NewReader(SearchStore(dynamo.NewClient(h.client), h.table, h.now)).Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	result, err := index.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	var references []string
	for _, hit := range result.Hits {
		shown, err := ReadHit(hit.Show)
		if err != nil || shown.Text != "" {
			t.Fatalf("%+v, %v", shown, err)
		}
		references = append(references, shown.Reference)
	}
	return references
}

func TestCallsAreFoundAsTheyAre(t *testing.T) {
	h := newHarness(t)
	two := record("TWO", "2027-02-01")
	two.Deadlines, two.Model = append(two.Deadlines, Deadline{Day: "2027-06-01"}), MultipleCutOffs
	two.Eligibility.Countries = []string{"GR"}
	results := h.upsert(t, "r", two, record("ONE", "2027-02-15"), record("GONE", "2027-03-01"))
	byDeadline := search.Query{Language: "en", Words: "authorities", Sort: search.Sort{By: NumberDeadline}}
	if got := h.found(t, byDeadline); !slices.Equal(got, []string{"TWO", "ONE", "GONE"}) {
		t.Errorf("%v", got)
	}
	if _, err := h.Merge(t.Context(), results[1].Call, results[2].Call, "Eleni"); err != nil {
		t.Fatal(err)
	}
	h.at = time.Date(2027, 2, 10, 0, 0, 0, 0, time.UTC)
	if n, err := h.Turn(t.Context(), 10); n != 1 || err != nil {
		t.Fatalf("turned %d, %v", n, err)
	}
	if err := h.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := h.found(t, byDeadline); !slices.Equal(got, []string{"ONE", "TWO"}) {
		t.Errorf("after a deadline and a merger: %v", got)
	}
	byDeadline.Filters = map[string][]string{FacetCountry: {"CY", AnyValue}}
	if got := h.found(t, byDeadline); !slices.Equal(got, []string{"ONE"}) {
		t.Errorf("for Cyprus: %v", got)
	}
}
