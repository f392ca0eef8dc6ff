package members

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// newDesk returns a store whose clock moves on by a minute whenever it is asked.
func newDesk(t *testing.T) *Store {
	client, tables := emulator.Tables(t, "MembersTable")
	now := noon
	return NewStore(client, tables["MembersTable"], func() time.Time {
		now = now.Add(time.Minute)
		return now
	})
}

func town(name string) Profile {
	return Profile{Kind: "localAuthority", Name: name, Country: "CY", Place: name, Population: "20to50k"}
}

func contact(address string) Contact {
	return Contact{Name: "Eleni", Address: address, Language: "en"}
}

// join confirms an application without an invitation.
func join(t *testing.T, s *Store, p Profile, address string) (Organisation, Person) {
	t.Helper()
	a, err := s.Apply(t.Context(), Application{Profile: p, Contact: contact(address), Preferences: Preferences{Newsletter: Never}})
	if err != nil {
		t.Fatal(err)
	}
	org, person, err := s.Confirm(t.Context(), a, "registration")
	if err != nil {
		t.Fatal(err)
	}
	return org, person
}

func TestQueueIsOldestFirstAndTellsColleaguesFromFounders(t *testing.T) {
	s := newDesk(t)
	first, _ := join(t, s, town("Strovolos"), "a@strovolos.example")
	second, _ := join(t, s, town("Aglantzia"), "a@aglantzia.example")
	member, _ := join(t, s, town("Lakatamia"), "a@lakatamia.example")
	if _, _, err := s.Decide(t.Context(), member.ID, Decision{Action: Approve, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
	_, colleague := join(t, s, town("Lakatamia"), "b@lakatamia.example")
	join(t, s, town("Strovolos"), "b@strovolos.example")

	q, err := s.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Organisations) != 2 || q.Organisations[0].ID != first.ID || q.Organisations[1].ID != second.ID {
		t.Errorf("organisations = %v, want Strovolos before Aglantzia", q.Organisations)
	}
	if len(q.Colleagues) != 1 || q.Colleagues[0].Person.Ref != colleague.Ref || q.Colleagues[0].Organisation.Name != "Lakatamia" || q.More {
		t.Errorf("colleagues = %+v, more = %t; want the second person of Lakatamia", q.Colleagues, q.More)
	}
}

func TestCountApplications(t *testing.T) {
	s := newDesk(t)
	for i := range 3 {
		if _, err := s.Apply(t.Context(), Application{Profile: town("Paphos"), Contact: contact(fmt.Sprintf("%d@paphos.example", i))}); err != nil {
			t.Fatal(err)
		}
	}
	if n, more, err := s.CountApplications(t.Context()); n != 3 || more || err != nil {
		t.Errorf("CountApplications = %d, %t, %v; want 3", n, more, err)
	}
}

func TestOwedUntilSettled(t *testing.T) {
	s := newDesk(t)
	org, person := join(t, s, town("Strovolos"), "a@strovolos.example")
	if _, _, err := s.Decide(t.Context(), org.ID, Decision{Action: Approve}); err != nil {
		t.Fatal(err)
	}
	owed := func() []Colleague {
		t.Helper()
		owed, _, err := s.Owed(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return owed
	}
	settle := func() {
		t.Helper()
		if err := s.Settle(t.Context(), org.ID); err != nil {
			t.Fatal(err)
		}
	}
	settle() // too early: the mail is not sent
	if got := owed(); len(got) != 1 || got[0].Person.Ref != person.Ref || got[0].Organisation.Name != "Strovolos" {
		t.Fatalf("owed = %+v, want the person of Strovolos", got)
	}
	if err := s.Told(t.Context(), person.Ref, Member); err != nil {
		t.Fatal(err)
	}
	settle()
	settle()
	if got := owed(); len(got) != 0 {
		t.Errorf("owed after telling = %+v", got)
	}
	if err := s.Owe(t.Context(), org.ID); err != nil {
		t.Fatal(err)
	}
	if _, more, err := s.Owed(t.Context(), 1); more || err != nil {
		t.Errorf("more = %t, %v", more, err)
	}
}

func TestSimilar(t *testing.T) {
	s := newDesk(t)
	website := town("Δημοτική Αρχή Πρωτεύουσας")
	website.Website = "https://www.strovolos.example/el"
	foreign := town("Strovolos")
	foreign.Country = "GR"
	for i, p := range []Profile{town("Strovolos Municipality"), town("Municipality of Aglantzia"), website, foreign} {
		join(t, s, p, fmt.Sprintf("%d@towns.example", i))
	}
	profile := town("Municipality of Strovolo")
	profile.Website = "http://strovolos.example"
	org, _ := join(t, s, profile, "new@strovolos.example")

	similar, err := s.Similar(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range similar {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	if want := []string{"Strovolos Municipality", "Δημοτική Αρχή Πρωτεύουσας"}; !slices.Equal(names, want) {
		t.Errorf("similar = %q, want %q", names, want)
	}
}

func TestKnown(t *testing.T) {
	s := newDesk(t)
	org, _ := join(t, s, town("Δήμος Στροβόλου"), "Eleni@strovolos.example")
	if _, err := s.Apply(t.Context(), Application{Profile: town("Paphos"), Contact: contact("a@paphos.example")}); err != nil {
		t.Fatal(err)
	}
	all := []Application{
		{Profile: town("ΔΗΜΟΣ ΣΤΡΟΒΟΛΟΥ"), Contact: contact("new@strovolos.example")},
		{Profile: town("Limassol"), Contact: contact("eleni@STROVOLOS.example")},
		{Profile: town("Paphos"), Contact: contact("a@paphos.example")},
	}
	want := []Known{{Organisation: org.ID}, {Member: true}, {Applied: true}}
	for i := range 120 { // more than one call can read
		all = append(all, Application{Profile: town(fmt.Sprint("Town ", i)), Contact: contact(fmt.Sprintf("%d@towns.example", i))})
		want = append(want, Known{})
	}
	known, err := s.Known(t.Context(), all)
	if err != nil || !slices.Equal(known, want) {
		t.Errorf("Known = %+v, %v; want %+v", known, err, want)
	}
}

func TestWithPeople(t *testing.T) {
	s := newDesk(t)
	a, _ := join(t, s, town("Strovolos"), "a@strovolos.example")
	join(t, s, town("Strovolos"), "b@strovolos.example")
	people, err := s.WithPeople(t.Context(), []Organisation{{ID: "GONE"}, a})
	if err != nil || len(people) != 2 || len(people[0]) != 0 || len(people[1]) != 2 {
		t.Errorf("WithPeople = %v, %v; want nobody and two", people, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.WithPeople(ctx, []Organisation{a}); err == nil {
		t.Error("an export that could not read everybody did not say so")
	}
}

func TestChangeRole(t *testing.T) {
	s := newDesk(t)
	org, person := join(t, s, town("Strovolos"), "a@strovolos.example")
	if _, err := s.ChangeRole(t.Context(), person.Ref, true); err == nil {
		t.Error("someone who awaits approval became a coordinator")
	}
	if _, _, err := s.Decide(t.Context(), org.ID, Decision{Action: Approve}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		if changed, err := s.ChangeRole(t.Context(), person.Ref, true); changed != want || err != nil {
			t.Errorf("time %d: ChangeRole = %t, %v; want %t", i+1, changed, err, want)
		}
	}
	if p, err := s.Person(t.Context(), person.Ref); err != nil || !p.Coordinator {
		t.Errorf("person = %+v, %v; want a coordinator", p, err)
	}
}
