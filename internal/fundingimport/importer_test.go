package fundingimport

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestACatalogueIsImportedOnceAndUnchangedCallsCostNoWrite(t *testing.T) {
	calls := portal.Catalogue(130, 1, today)
	h := newHarness(t, calls)
	first := h.run(t)
	if first.Outcome != call.Complete || first.Counts.New != 130 || first.Counts.Refused != 0 || first.Passes != 1 {
		t.Fatalf("%+v", first)
	}
	h.later(6 * time.Hour)
	calls[7].Deadlines = []string{"2027-12-24"}
	h.portal.Replace(calls[:129]) // one is no longer listed
	second := h.run(t)
	if c := second.Counts; c.Seen != 129 || c.New != 0 || c.Changed != 1 || c.Unchanged != 128 {
		t.Errorf("%+v", c)
	}
	h.at = h.at.Add(call.Settling + time.Second)
	changes, _, err := h.Calls.Changes(t.Context(), call.CursorAt(today.Add(time.Hour)), 200)
	if err != nil || len(changes) != 1 || !slices.Equal(changes[0].Fields, []call.Field{call.FieldDeadlines}) {
		t.Errorf("changes %+v, %v", changes, err)
	}
	total := 0
	for _, list := range []func(context.Context, string) ([]call.Call, string, error){h.Calls.ListAhead, h.Calls.ListPast} {
		for cursor := ""; ; {
			page, next, err := list(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			if total += len(page); next == "" {
				break
			}
			cursor = next
		}
	}
	if total != 130 {
		t.Errorf("%d calls in the lists: one that is not listed any more is not closed by that", total)
	}
}

func TestTwelveThousandTopicsWhilePagesShift(t *testing.T) {
	calls := portal.Catalogue(12_000, 2, today)
	for i := range calls {
		calls[i].Description = "<p>" + calls[i].Title + "</p>" // the walk is tested, not the texts
	}
	h := newHarness(t, calls)
	sink := newMemory()
	h.Upsert = sink.upsert
	h.portal.Set(portal.Faults{Shift: 90})
	run := h.run(t)
	for _, c := range calls {
		if sink.writes[c.ID] != 1 {
			t.Fatalf("%s was written %d times", c.ID, sink.writes[c.ID])
		}
	}
	if run.Outcome != call.Complete || run.Passes < 2 || run.Counts.Seen < 12_000 {
		t.Errorf("%+v", run)
	}
}

func TestPagesThatNeverRest(t *testing.T) {
	h := newHarness(t, portal.Catalogue(350, 3, today))
	sink := newMemory()
	h.Upsert = sink.upsert
	h.portal.Set(portal.Faults{Shift: -1})
	run := h.run(t)
	if run.Outcome != call.Incomplete || run.Passes != maxPasses {
		t.Errorf("%+v", run)
	}
	for _, c := range portal.Catalogue(350, 3, today) {
		if sink.writes[c.ID] != 1 {
			t.Errorf("%s was written %d times", c.ID, sink.writes[c.ID])
		}
	}
}

// faults that pass within an invocation: the run is complete as if nothing had been.
func TestPassingFaults(t *testing.T) {
	for name, faults := range map[string]portal.Faults{
		"down": {Down: 3}, "truncated": {Truncated: 3}, "empty": {Empty: 3}, "a web page as JSON": {HTML: 3},
		"a web page": {Page: 3}, "slow": {Slow: 1, SlowFor: 3000}, "other types": {Types: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, portal.Catalogue(120, 4, today))
			h.portal.Set(faults)
			run := h.run(t)
			if run.Outcome != call.Complete || run.Counts.New != 120 || run.Counts.Refused != 0 {
				t.Errorf("%+v", run)
			}
		})
	}
}

func TestARepeatedPageIsReadOver(t *testing.T) {
	h := newHarness(t, portal.Catalogue(250, 5, today))
	sink := newMemory()
	h.Upsert = func(ctx context.Context, run string, records []call.Record) ([]call.Result, error) {
		if len(sink.records) == 0 {
			h.portal.Set(portal.Faults{Repeated: 1}) // the second page is the first once more
		}
		return sink.upsert(ctx, run, records)
	}
	if run := h.run(t); run.Outcome != call.Complete || len(sink.records) != 250 || run.Passes != 2 {
		t.Errorf("%d records, %+v", len(sink.records), run)
	}
}

// faults that stay: the invocation gives up, the source is tried again later, and after some times
// the run ends as failed and the alarm hears of it.
func TestStayingFaults(t *testing.T) {
	for name, test := range map[string]struct {
		faults portal.Faults
		reason string
	}{
		"down":      {portal.Faults{Down: -1}, "down"},
		"refused":   {portal.Faults{Refused: -1}, "refused"},
		"empty":     {portal.Faults{Empty: -1}, "empty"},
		"truncated": {portal.Faults{Truncated: -1}, "truncated"},
		"HTML":      {portal.Faults{HTML: -1}, "shape"},
		"web page":  {portal.Faults{Page: -1}, "type"},
		"50 MB":     {portal.Faults{Large: -1}, "large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, portal.Catalogue(30, 6, today))
			h.run(t)
			h.later(6 * time.Hour)
			h.portal.Set(test.faults)
			for i := 1; i <= maxFailures; i++ {
				run := h.run(t)
				want := call.Running
				if i == maxFailures {
					want = call.Failed
				}
				if run.Outcome != want || run.Reason != test.reason {
					t.Fatalf("failure %d: %+v", i, run)
				}
				h.later(6 * time.Hour)
			}
			if h.metrics["SourceTrouble"] != 1 {
				t.Error("no alarm")
			}
			h.portal.Set(portal.Faults{})
			if run := h.run(t); run.Outcome != call.Complete || run.Counts.Unchanged != 30 || h.metrics["SourceTrouble"] != 0 {
				t.Errorf("afterwards: %+v", run)
			}
		})
	}
}

func TestWrongAndMissingDates(t *testing.T) {
	h := newHarness(t, portal.Catalogue(20, 7, today))
	h.run(t)
	h.later(6 * time.Hour)
	h.portal.Set(portal.Faults{Dates: -1})
	run := h.run(t)
	if c := run.Counts; c.Refused != 20 || c.Changed != 0 || run.Refusals[0].Reason != "date" {
		t.Errorf("dates that are none: %+v", run)
	}
	fresh := newHarness(t, portal.Catalogue(20, 7, today))
	fresh.portal.Set(portal.Faults{Undated: -1})
	if run := fresh.run(t); run.Counts.New != 20 {
		t.Errorf("no deadlines: %+v", run)
	}
	ahead, _, err := fresh.Calls.ListAhead(t.Context(), "")
	if err != nil || len(ahead) != 20 {
		t.Errorf("%d calls without a deadline in the list, %v", len(ahead), err)
	}
}

// errKilled stands for the end of a process: nothing that it knew is left.
var errKilled = errors.New("killed")

func TestAnImportThatDiesGoesOnWhereItStopped(t *testing.T) {
	h := newHarness(t, portal.Catalogue(350, 8, today))
	writes := 0
	h.Upsert = func(ctx context.Context, run string, records []call.Record) ([]call.Result, error) {
		if writes++; writes == 9 || writes == 13 {
			_, _ = h.Calls.Upsert(ctx, run, records) // it dies after the write
			return nil, errKilled
		}
		return h.Calls.Upsert(ctx, run, records)
	}
	for deaths := range 2 {
		if err := h.Run(t.Context()); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if err := h.Run(t.Context()); err != nil { // the lease of the dead run holds
			t.Fatal(err)
		}
		if runs, err := h.Calls.Runs(t.Context(), "portal", 5); err != nil || len(runs) != 0 {
			t.Fatalf("after death %d there are reports: %+v, %v", deaths, runs, err)
		}
		h.later(lease + time.Second)
	}
	before := h.portal.Requests()
	run := h.run(t)
	if run.Outcome != call.Complete || run.ID != "run1" || run.Counts.New != 350 || run.Counts.Seen != 350 || run.Passes != 1 {
		t.Errorf("%+v", run)
	}
	if n := h.portal.Requests() - before; n > 3 {
		t.Errorf("the last run asked for %d pages; it began anew", n)
	}
}

func TestASourceThatGivesFarLessThanUsualIsAnAlarm(t *testing.T) {
	calls := portal.Catalogue(60, 9, today)
	h := newHarness(t, calls)
	for range 3 {
		h.run(t)
		h.later(6 * time.Hour)
	}
	h.portal.Replace(calls[:20])
	run := h.run(t)
	if !run.Silent || run.Usual != 60 || h.metrics["SourceTrouble"] != 1 {
		t.Errorf("%+v", run)
	}
	h.portal.Replace(calls[:50])
	h.later(6 * time.Hour)
	if run = h.run(t); run.Silent || run.Usual != 60 {
		t.Errorf("%+v", run)
	}
}

func TestDetailsFillWhatTheSearchLeavesOut(t *testing.T) {
	c := portal.Catalogue(1, 10, today)[0]
	c.Conditions, c.Opens, c.Deadlines = "", "2027-01-01", []string{"2027-06-01"}
	h := newHarness(t, []portal.Call{c})
	h.run(t)
	list, _, err := h.Calls.ListAhead(t.Context(), "")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	got, err := h.Calls.Get(t.Context(), list[0].ID)
	if err != nil || !strings.Contains(string(got.Eligibility.Notes), "municipalities") || got.Eligibility.Partners != 2 || len(got.Links) == 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if !slices.Equal(got.Eligibility.Applicants, []members.Kind{"localAuthority", "region"}) {
		t.Errorf("applicants %v", got.Eligibility.Applicants)
	}
	h.later(6 * time.Hour)
	if run := h.run(t); run.Counts.Unchanged != 1 || run.Counts.Requests != 1 {
		t.Errorf("unchanged: %+v", run.Counts)
	}
}

func TestTheOtherTypesAndInterreg(t *testing.T) {
	h := newHarness(t, []portal.Call{
		{Type: portal.External, ID: "186571", Topic: "EuropeAid/186571/DD/ACT/ZA", Title: "Civil society", Opens: "2027-01-02", Deadlines: []string{"2027-07-23"}, Budget: 5_164_000},
		{Type: portal.Cascade, ID: "14741", Topic: "CREA-CULT-2026-PERFORM-EU", Title: "Open call for theatres", Opens: "2027-01-02", Deadlines: []string{"2027-03-01"}, Model: "multiple cut-off", Budget: 1_400_000},
		{Type: portal.Interreg, ID: "77", Title: "Border towns", Programme: "Greece-Cyprus", Opens: "2027-01-02", Deadlines: []string{"2027-05-05"}, Countries: []string{"EL43", "CY00"}},
	})
	h.Standing = slices.Concat(PortalSources()[1:], []call.Source{InterregSource()})
	if err := h.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, _, err := h.Calls.ListAhead(t.Context(), "")
	if err != nil || len(list) != 3 {
		t.Fatalf("%d calls, %v", len(list), err)
	}
	byTitle := map[string]call.Call{}
	for _, c := range list {
		byTitle[c.Title] = c
	}
	if c := byTitle["Civil society"]; c.Kind != call.External || c.Budget.Amount != 5_164_000 || c.Deadlines[0].CutOff != "" {
		t.Errorf("%+v", c)
	}
	if c := byTitle["Open call for theatres"]; c.Kind != call.Cascade || c.Programme != "CREA" || c.Model != call.MultipleCutOffs {
		t.Errorf("%+v", c)
	}
	if c := byTitle["Border towns"]; !slices.Equal(c.Eligibility.Countries, []string{"CY", "GR"}) || c.Programme != "INTERREG" {
		t.Errorf("%+v", c)
	}
}

// A source that ends the process whenever it is read takes its turn like any other: the others are read.
func TestAPoisonousSourceKeepsNoOtherFromItsTurn(t *testing.T) {
	h := newHarness(t, nil)
	h.Standing = []call.Source{{ID: "a", Name: "A", Kind: call.Feed, Hours: 1}, {ID: "b", Name: "B", Kind: call.Feed, Hours: 1}}
	read := map[string]int{}
	h.Adapters[call.Feed] = Adapter{Page: func(_ context.Context, s call.Source, _ string) (Page, error) {
		if read[s.ID]++; s.ID == "a" {
			panic("the process ends")
		}
		return Page{Total: -1}, nil
	}}
	for range 2 {
		func() {
			defer func() { _ = recover() }()
			_ = h.Run(t.Context())
		}()
		h.later(lease + time.Minute)
	}
	if read["b"] == 0 {
		t.Errorf("read %v", read)
	}
}
