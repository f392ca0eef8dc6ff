package members_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// member makes an organisation of one member.
func member(t *testing.T, s *members.Store, name, address string) (members.Organisation, members.Person) {
	t.Helper()
	org, p := confirmed(t, s, application(name, address))
	decide(t, s, org.ID, members.Approve)
	return org, p
}

func decide(t *testing.T, s *members.Store, id string, a members.Action) {
	t.Helper()
	if _, _, err := s.Decide(t.Context(), id, members.Decision{Action: a, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
}

// colleague makes one more member of an organisation.
func colleague(t *testing.T, s *members.Store, name, address string) members.Person {
	t.Helper()
	_, p := confirmed(t, s, application(name, address))
	p, err := s.DecidePerson(t.Context(), p.Ref, members.Decision{Action: members.Approve, By: "One"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheLastTwoLeaveAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i := range 8 {
		name := fmt.Sprintf("Pafos %d", i)
		org, one := member(t, s, name, fmt.Sprintf("one%d@pafos.example", i))
		two := colleague(t, s, name, fmt.Sprintf("two%d@pafos.example", i))
		both := []members.Ref{one.Ref, two.Ref}
		parallel(t, 2, func(i int) (members.Person, error) {
			return s.DecidePerson(t.Context(), both[i], members.Decision{Action: members.Leave, By: "themselves"})
		})
		if got, _, err := s.Organisation(t.Context(), org.ID); err != nil || got.State != members.Left {
			t.Errorf("everybody left, the organisation is %s, %v", got.State, err)
		}
	}
}

func TestADecisionMeetsOtherChanges(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, p := confirmed(t, s, application("Pafos", "a@pafos.example"))
	var group sync.WaitGroup
	group.Go(func() {
		for i := range 12 {
			prefs := members.Preferences{Newsletter: members.Frequencies[i%3]}
			if err := s.SavePreferences(t.Context(), p.Ref, prefs, "el", members.Consenting{}); err != nil && !fault.Is(err, "conflict") {
				t.Error(err)
			}
		}
	})
	for _, a := range []members.Action{members.Approve, members.Suspend, members.Reinstate, members.Suspend} {
		if _, _, err := s.Decide(t.Context(), org.ID, members.Decision{Action: a, By: "Maria"}); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	group.Wait()
}

func TestLeavingWithdrawsConsent(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, p := member(t, s, "Pafos", "a@pafos.example")
	if _, err := s.DecidePerson(t.Context(), p.Ref, members.Decision{Action: members.Leave}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Consents(t.Context(), p.Ref)
	if err != nil {
		t.Fatal(err)
	}
	var withdrawn []string
	for _, c := range all {
		if !c.Given && c.How == "leaving" {
			withdrawn = append(withdrawn, string(c.Purpose))
		}
	}
	if slices.Sort(withdrawn); !slices.Equal(withdrawn, []string{"membership", "newsletter"}) {
		t.Errorf("withdrawn: %v", withdrawn)
	}
}

func TestAnInvitationDoesNotGetAroundASuspension(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, _ := member(t, s, "Pafos", "a@pafos.example")
	decide(t, s, org.ID, members.Suspend)
	a := application("Pafos", "b@pafos.example")
	a.InvitedBy = "Maria"
	stored, _, err := s.Invite(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	got, p, err := s.Confirm(t.Context(), stored, "invitation")
	if err != nil || got.State != members.Suspended || p.State != members.AwaitingApproval {
		t.Errorf("%s in an organisation that is %s, %v", p.State, got.State, err)
	}
}

func TestWhoeverWasDeclinedTakesNoPlace(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, _ := member(t, s, "Pafos", "a@pafos.example")
	stranger := func(i int) error {
		stored, err := s.Apply(t.Context(), application("Pafos", fmt.Sprintf("%d@pafos.example", i)))
		if err == nil {
			_, _, err = s.Confirm(t.Context(), stored, "registration")
		}
		return err
	}
	for i := range members.MaxPeople - 1 {
		if err := stranger(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := stranger(100); !fault.Is(err, "organisation-full") {
		t.Errorf("one too many: %v", err)
	}
	_, people, err := s.Organisation(t.Context(), org.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if p.State == members.AwaitingApproval {
			if _, err := s.DecidePerson(t.Context(), p.Ref, members.Decision{Action: members.Decline}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := stranger(101); err != nil {
		t.Errorf("after all strangers were declined: %v", err)
	}
}

func TestTwoUnsubscriptionsAtOnceBothCount(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, p := member(t, s, "Pafos", "a@pafos.example")
	all := members.Preferences{Newsletter: members.Every, Announcements: true}
	for range 8 {
		if err := s.SavePreferences(t.Context(), p.Ref, all, "el", members.Consenting{}); err != nil {
			t.Fatal(err)
		}
		purposes := []members.Purpose{members.ForNewsletter, members.ForAnnouncements}
		parallel(t, 4, func(i int) (int, error) {
			return 0, s.Unsubscribe(t.Context(), p.Ref, purposes[i%2], members.Consenting{How: "one-click"})
		})
		got, err := s.Person(t.Context(), p.Ref)
		if err != nil || got.Preferences != (members.Preferences{Newsletter: members.Never}) {
			t.Errorf("after both: %+v, %v", got.Preferences, err)
		}
	}
}

func TestTheFirstCoordinatorMayRegisterFirst(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, _ := confirmed(t, s, application("Pafos", "desk@munet.example"))
	p, err := s.EnsureCoordinator(t.Context(), "desk@munet.example", "en")
	if err != nil || !p.Coordinator || p.State != members.Member || p.Organisation != org.ID {
		t.Errorf("%+v, %v; nobody can approve this person", p, err)
	}
}

func TestTheSecretariatStays(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p, err := s.EnsureCoordinator(t.Context(), "desk@munet.example", "en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DecidePerson(t.Context(), p.Ref, members.Decision{Action: members.Leave}); err != nil {
		t.Fatal(err)
	}
	again, err := s.EnsureCoordinator(t.Context(), "desk@munet.example", "en")
	if err != nil || again.Ref == p.Ref || !again.Coordinator {
		t.Errorf("coming back: %+v, %v", again, err)
	}
	if org, _, err := s.Organisation(t.Context(), members.Secretariat); err != nil || org.State != members.Member {
		t.Errorf("the secretariat is %s, %v", org.State, err)
	}
}

func TestAFullPageIsTheLast(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i := range members.PageSize {
		member(t, s, fmt.Sprintf("Pafos %d", i), fmt.Sprintf("%d@pafos.example", i))
	}
	page, next, err := s.Organisations(t.Context(), members.Filter{State: members.Member}, "")
	if err != nil || len(page) != members.PageSize || next != "" {
		t.Errorf("%d organisations, next %q, %v", len(page), next, err)
	}
}

func TestMovingAnAddressTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, p := member(t, s, "Pafos", "a@pafos.example")
	if err := s.AskAddress(t.Context(), p.Ref, "b@pafos.example"); err != nil {
		t.Fatal(err)
	}
	p, err := s.Person(t.Context(), p.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.MoveAddress(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := s.MoveAddress(t.Context(), p); !errors.Is(err, members.ErrEdited) {
		t.Errorf("the same again: %v; nobody else has taken the address", err)
	}
}
