package fundingalerts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

var wantsHousing = interest.Criteria{Topics: []members.Topic{"housing"}, Words: "refugees", Countries: []string{"CY"}}

func wants(t *testing.T, mail string, parts ...string) {
	t.Helper()
	onOneLine := strings.Join(strings.Fields(mail), " ")
	for _, part := range parts {
		if !strings.Contains(onOneLine, part) {
			t.Errorf("no %q in\n%s", part, mail)
		}
	}
}

func TestFromNewCallToReminder(t *testing.T) {
	o := newTown(t)
	const address = "officer@pafos.example"
	officer := o.member(address, "en")
	i := o.interest(officer, interest.AtOnce, wantsHousing)
	o.publish(housing("A", "2027-06-01"))

	o.run()
	wants(t, o.one(address), "Housing for refugees A", "Deadline: 1 June 2027, 17:00 Brussels time", "the theme", "“refugees” in the title", "Your interest: What Officer")
	o.run()
	o.silent(address, "nothing is new")

	o.publish(housing("A", "2027-07-15"))
	o.run()
	wants(t, o.one(address), "Calls that changed", "Deadlines: was 1 June 2027, 17:00 Brussels time, is now 15 July 2027, 17:00 Brussels time")

	o.wait(77 * 24 * time.Hour) // to the end of May: the old deadline would be near now
	o.run()
	o.silent(address, "the old deadline does not count any more")
	o.wait(17 * 24 * time.Hour)
	o.run()
	wants(t, o.one(address), "Deadlines that come near", "15 July 2027")
	o.wait(24 * time.Hour)
	o.run()
	o.silent(address, "this reminder was sent")

	i.Subscribers[0].Paused = true
	if _, err := o.Interests.Save(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	o.publish(housing("B", "2027-09-01"))
	o.wait(14 * 24 * time.Hour)
	o.run()
	o.silent(address, "the interest is paused")
}

func TestFrequencies(t *testing.T) {
	o := newTown(t)
	daily, weekly, both := o.member("daily@x.example", "en"), o.member("weekly@x.example", "el"), o.member("both@x.example", "en")
	o.interest(daily, interest.Daily, wantsHousing)
	o.interest(weekly, interest.Weekly, wantsHousing)
	o.interest(both, interest.Weekly, wantsHousing)
	o.interest(both, interest.AtOnce, interest.Criteria{Programmes: []string{"AMIF"}})
	o.publish(housing("A", "2027-12-01"))
	o.run()
	wants(t, o.one("both@x.example"), "Housing for refugees A")
	o.silent("daily@x.example", "it is not seven yet")
	o.wait(19*time.Hour - 10*time.Minute) // Monday, shortly before seven in Brussels
	o.run()
	o.silent("weekly@x.example", "it is not seven yet")
	o.wait(10 * time.Minute)
	o.run()
	wants(t, o.one("daily@x.example"), "Housing for refugees A")
	wants(t, o.one("weekly@x.example"), "Προθεσμία: 1 Δεκεμβρίου 2027")
	o.silent("both@x.example", "the call was told at once")
}

func TestOneMailForManyInterests(t *testing.T) {
	o := newTown(t)
	p := o.member("officer@x.example", "en")
	o.interest(p, interest.AtOnce, wantsHousing)
	o.interest(p, interest.AtOnce, interest.Criteria{}) // which fits everything
	var records []call.Record
	for n := range shown + 5 {
		records = append(records, housing(string(rune('A'+n)), "2027-12-01"))
	}
	o.publish(records...)
	o.run()
	got := o.one("officer@x.example")
	wants(t, got, "25 calls for you", "Your interests: ", "5 more:")
	for _, r := range records {
		wants(t, got, r.Title)
	}
}

func TestWhatFailedIsToldInTheNextMail(t *testing.T) {
	o := newTown(t)
	p := o.member("officer@x.example", "en")
	o.interest(p, interest.AtOnce, wantsHousing)
	o.refuse["officer@x.example"] = true
	o.publish(housing("A", "2027-12-01"))
	o.run()
	o.silent("officer@x.example", "SES refused it")
	o.refuse["officer@x.example"] = false
	o.publish(housing("B", "2027-12-01"))
	o.run()
	wants(t, o.one("officer@x.example"), "Housing for refugees A", "Housing for refugees B")
	o.publish(housing("C", "2027-12-01"))
	o.run()
	if got := o.one("officer@x.example"); strings.Contains(got, "refugees A") || strings.Contains(got, "refugees B") {
		t.Errorf("what was told is told again\n%s", got)
	}
}

func TestMarks(t *testing.T) {
	o := newTown(t)
	follows, dismisses := o.member("follows@x.example", "en"), o.member("dismisses@x.example", "en")
	o.publish(housing("A", "2027-06-01"))
	calls, _, err := o.Calls.ListAhead(t.Context(), "")
	if err != nil || len(calls) != 1 {
		t.Fatal(calls, err)
	}
	o.interest(dismisses, interest.AtOnce, wantsHousing)
	if _, err := o.Interests.SaveMarks(t.Context(), interest.Marks{Person: follows.Ref, Followed: map[string]int{calls[0].ID: 1}}); err != nil {
		t.Fatal(err)
	}
	o.run()
	o.one("dismisses@x.example")
	o.silent("follows@x.example", "they saw the call")
	if _, err := o.Interests.SaveMarks(t.Context(), interest.Marks{Person: dismisses.Ref, Dismissed: map[string]interest.Dismissal{calls[0].ID: {Why: "too large"}}}); err != nil {
		t.Fatal(err)
	}
	o.publish(housing("A", "2027-07-01"))
	o.wait(24 * time.Hour)
	o.run()
	wants(t, o.one("follows@x.example"), "Calls that changed", "You follow this call")
	o.silent("dismisses@x.example", "it is not for them")
}

func TestWhoStopsGetsNothing(t *testing.T) {
	o := newTown(t)
	p := o.member("officer@x.example", "en")
	o.interest(p, interest.AtOnce, wantsHousing)
	o.publish(housing("A", "2027-12-01"))
	if err := o.Run(t.Context()); err != nil { // matched, not mailed
		t.Fatal(err)
	}
	if err := o.people.Unsubscribe(t.Context(), p.Ref, members.ForFunding, members.Consenting{How: "one-click"}); err != nil {
		t.Fatal(err)
	}
	o.deliver()
	o.wait(time.Hour)
	o.run()
	o.silent("officer@x.example", "they stopped it")
}

func TestMornings(t *testing.T) {
	for now, want := range map[string]struct {
		monday bool
		at     string
	}{
		"2027-03-27T05:59:00Z": {false, "2027-03-27T06:00:00Z"},
		"2027-03-27T06:00:00Z": {false, "2027-03-28T05:00:00Z"}, // summer time begins
		"2027-10-30T05:00:00Z": {false, "2027-10-31T06:00:00Z"}, // and ends
		"2027-03-14T12:00:00Z": {true, "2027-03-15T06:00:00Z"},
		"2027-03-15T06:00:00Z": {true, "2027-03-22T06:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextMorning(at, want.monday).UTC().Format(time.RFC3339); got != want.at {
			t.Errorf("after %s comes %s, want %s", now, got, want.at)
		}
	}
}

func TestOrder(t *testing.T) {
	w := &window{run: &run{}, now: time.Date(2027, 3, 14, 11, 0, 0, 0, time.UTC)}
	r := &reader{owed: []Entry{{Kind: New, Call: "x", Score: 10}, {Kind: New, Call: "y", Score: 90}, {Kind: Deadline, Call: "z", Days: 14}, {Kind: Deadline, Call: "u", Days: 3}, {Kind: Changed, Call: "v"}}}
	entries, err := w.entries(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Call)
	}
	if !slices.Equal(got, []string{"u", "z", "y", "x", "v"}) {
		t.Error(got)
	}
}

func TestWhatWasToldIsForgottenInTheEnd(t *testing.T) {
	long := time.Date(2027, 3, 14, 11, 0, 0, 0, time.UTC)
	knows := told{}.with([]Entry{{Call: "A", Version: 2}}, long).with([]Entry{{Call: "B", Version: 1, Deadline: "2027-06-01", Days: 14}}, long.Add(keptTold/2))
	if c := knows.Calls["A"]; c.Version != 2 || len(knows.Calls) != 2 {
		t.Errorf("%+v", knows)
	}
	knows = knows.with(nil, long.Add(keptTold))
	if _, there := knows.Calls["A"]; there || !slices.Contains(knows.Calls["B"].Reminded, "2027-06-01|14") {
		t.Errorf("%+v", knows)
	}
}
