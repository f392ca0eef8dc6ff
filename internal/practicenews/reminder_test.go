package practicenews

import (
	"testing"

	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestReminders(t *testing.T) {
	o := newOffice(t)
	maria := o.coordinator("maria@munet.example", "en")
	nikos := o.coordinator("nikos@munet.example", "el")
	former := o.coordinator("former@munet.example", "en")
	o.member("member@pafos.example", "en", "housing")
	first := o.handIn(strovolos, "Keys", "housing") // on Wednesday 10 March
	own := practice.Author{Ref: nikos.Ref, Name: nikos.Name, OrganisationName: "Δήμος Νίκου"}
	o.handIn(own, "Nurses", "health")
	_, err := o.practices.SaveReview(t.Context(), practice.Review{
		Practice: first.Practice, Version: 1, By: maria.Ref, Name: "Maria", Advice: practice.Publish, Scores: map[practice.Criterion]int{"need": 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.people.ChangeRole(t.Context(), former.Ref, false); err != nil {
		t.Fatal(err)
	}

	o.on("2027-03-17 08:00")
	o.silent(maria.Address, "less than a week")
	o.on("2027-03-18 07:00")
	o.one(maria.Address, "2 practices have waited for a review", "* Keys\n  Waiting for 7 days\n", "Δήμος Στροβόλου (Cyprus)", "Who reviews it: Maria",
		"Nobody reviews it yet.", "https://munet.example/desk/practices/"+first.Practice+"/versions/1?lang=en", "because you are a coordinator")
	if got := o.one(nikos.Address, "Μία πρακτική αναμένει αξιολόγηση", "Αναμένει 7 ημέρες", "?lang=el"); len(got) == 0 {
		t.Error("no mail in Greek")
	}
	o.silent(former.Address, "no coordinator any more")
	o.silent("member@pafos.example", "no coordinator")

	for _, when := range []string{"2027-03-18 07:05", "2027-03-19 07:00", "2027-03-24 23:00"} {
		o.on(when)
		o.silent(maria.Address, "once a week is enough, at "+when)
	}
	o.on("2027-03-25 07:00")
	o.one(maria.Address, "Waiting for 14 days")

	// What was decided between the two functions is not told.
	o.decide(first)
	o.set(at("2027-04-01 07:00"))
	if err := o.editor(o.client).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	versions, _, err := o.practices.Waiting(t.Context(), "")
	if err != nil || len(versions) != 1 {
		t.Fatalf("%d wait, %v", len(versions), err)
	}
	if err := o.practices.Withdraw(t.Context(), versions[0].Practice, own); err != nil {
		t.Fatal(err)
	}
	o.run()
	o.silent(maria.Address, "nothing waits any more")
	o.on("2027-04-09 07:00")
	o.silent(maria.Address, "nothing waits")
}
