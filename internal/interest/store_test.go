package interest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	client, tables := emulator.Tables(t, "InterestsTable")
	at := time.Date(2027, 1, 10, 12, 0, 0, 0, time.UTC)
	return NewStore(client, tables["InterestsTable"], func() time.Time { return at })
}

func person(organisation, id string) members.Ref {
	return members.Ref{Organisation: organisation, Person: id}
}

// housing is an interest of a person who gets mail about it.
func housing(by members.Ref, shared bool) Interest {
	return Interest{
		Organisation: by.Organisation, By: by, Shared: shared, Name: "Housing",
		Criteria:    Criteria{Topics: []members.Topic{"housing"}, Words: "refugee"},
		Subscribers: []Subscriber{{Person: by, Frequency: Weekly}},
	}
}

func create(t *testing.T, s *Store, i Interest) Interest {
	t.Helper()
	i, err := s.Create(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestSaveAndConflict(t *testing.T) {
	s, maria := newStore(t), person("org1", "maria")
	i := create(t, s, housing(maria, false))
	got, err := s.Get(t.Context(), "org1", i.ID)
	if err != nil || got.Name != "Housing" || got.Version != 1 || !slices.Equal(got.Topics, i.Topics) || got.Subscribers[0].Person != maria {
		t.Fatalf("got %+v, %v", got, err)
	}
	mine, theirs := got, got
	mine.Name, theirs.Name = "Homes", "Flats"
	if mine, err = s.Save(t.Context(), mine); err != nil || mine.Version != 2 {
		t.Fatalf("saved %+v, %v", mine, err)
	}
	if _, err := s.Save(t.Context(), theirs); !errors.Is(err, ErrEdited) {
		t.Fatalf("the second of two who edit at once got %v", err)
	}
	if err := s.Delete(t.Context(), "org1", i.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), mine); !errors.Is(err, ErrEdited) {
		t.Errorf("saving what was deleted gave %v", err)
	}
	if _, err := s.Get(t.Context(), "org1", i.ID); fault.From(err).Status != 404 {
		t.Errorf("reading what was deleted gave %v", err)
	}
	if err := s.Delete(t.Context(), "org1", i.ID); err != nil {
		t.Errorf("deleting twice gave %v", err)
	}
}

func TestOfOrganisation(t *testing.T) {
	s := newStore(t)
	create(t, s, housing(person("org1", "maria"), true))
	create(t, s, housing(person("org1", "nikos"), false))
	create(t, s, housing(person("org10", "maria"), true)) // its name begins like the other's
	for organisation, want := range map[string]int{"org1": 2, "org10": 1, "org2": 0} {
		got, err := s.OfOrganisation(t.Context(), organisation)
		if err != nil || len(got) != want {
			t.Errorf("%s has %d interests, %v; want %d", organisation, len(got), err, want)
		}
	}
}

func TestTooMany(t *testing.T) {
	s, maria := newStore(t), person("org1", "maria")
	for range MaxInterests {
		create(t, s, housing(maria, false))
	}
	if _, err := s.Create(t.Context(), housing(maria, false)); !fault.Is(err, ErrMany.Code) {
		t.Errorf("one too many gave %v", err)
	}
}

func TestOrganisations(t *testing.T) {
	s := newStore(t)
	want := map[string]int{}
	for n := range 100 { // several organisations in one shard
		organisation := fmt.Sprintf("org%d", n)
		want[organisation] = n%3 + 1
		for range want[organisation] {
			create(t, s, housing(person(organisation, "maria"), true))
		}
	}
	got := map[string]int{}
	for shard := range Shards {
		err := s.Organisations(t.Context(), shard, func(organisation string, has []Interest) error {
			if _, again := got[organisation]; again || ShardOf(organisation) != shard {
				t.Errorf("%s came again, or in shard %d", organisation, shard)
			}
			got[organisation] = len(has)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for organisation, n := range want {
		if got[organisation] != n {
			t.Errorf("%s came with %d interests, want %d", organisation, got[organisation], n)
		}
	}
}

func TestForget(t *testing.T) {
	s, maria, nikos := newStore(t), person("org1", "maria"), person("org1", "nikos")
	create(t, s, housing(maria, false))
	shared := create(t, s, housing(maria, true))
	shared.Subscribers = append(shared.Subscribers, Subscriber{Person: nikos, Frequency: Daily})
	if _, err := s.Save(t.Context(), shared); err != nil {
		t.Fatal(err)
	}
	create(t, s, housing(nikos, false))
	if _, err := s.SaveMarks(t.Context(), Marks{Person: maria, Calendar: "secret"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // repeating it changes nothing
		if err := s.Forget(t.Context(), maria); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := s.Marks(t.Context(), maria); err != nil || m.Version != 0 || m.Calendar != "" {
		t.Errorf("marks that stay: %+v, %v", m, err)
	}
	left, err := s.OfOrganisation(t.Context(), "org1")
	if err != nil || len(left) != 2 {
		t.Fatalf("left are %+v, %v", left, err)
	}
	for _, i := range left {
		if len(i.Subscribers) != 1 || i.Subscribers[0].Person != nikos {
			t.Errorf("%s still mails %+v", i.ID, i.Subscribers)
		}
	}
}

func TestMarks(t *testing.T) {
	s, maria := newStore(t), person("org1", "maria")
	none, err := s.Marks(t.Context(), maria)
	if err != nil || none.Person != maria || none.Version != 0 {
		t.Fatalf("the marks of somebody who made none are %+v, %v", none, err)
	}
	m := none
	m.Followed = map[string]int{"call1": 2}
	m.Dismissed = map[string]Dismissal{"call2": {Why: "We have no partners.", At: s.now()}}
	if m, err = s.SaveMarks(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveMarks(t.Context(), none); !errors.Is(err, ErrEdited) {
		t.Errorf("the second of two who save at once got %v", err)
	}
	all, err := s.MarksOf(t.Context(), ShardOf("org1"))
	if got := all[maria]; err != nil || got.Followed["call1"] != 2 || got.Dismissed["call2"].Why != "We have no partners." || got.Version != m.Version {
		t.Errorf("the shard has %+v, %v", all, err)
	}
}
