package members_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

func newStore(t *testing.T) *members.Store {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable")
	return members.NewStore(client, tables["MembersTable"], atNoon)
}

func application(name, address string) members.Application {
	return members.Application{
		Profile: members.Profile{
			Kind: "localAuthority", Name: name, Country: "CY", Place: name, Population: "20to50k",
			Website: "https://pafos.example", Languages: []string{"el", "en"}, Topics: []members.Topic{"housing"},
		},
		Contact:     members.Contact{Name: "Ανδρέας Χ.", Role: "Officer", Address: address, Language: "el"},
		Preferences: members.Preferences{Newsletter: members.Every},
		Texts:       map[members.Purpose]string{members.ForMembership: members.TextHash("I agree")},
		Asked:       noon,
	}
}

// confirmed applies and confirms.
func confirmed(t *testing.T, s *members.Store, a members.Application) (members.Organisation, members.Person) {
	t.Helper()
	stored, err := s.Apply(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	org, person, err := s.Confirm(t.Context(), stored, "registration")
	if err != nil {
		t.Fatal(err)
	}
	return org, person
}

func TestConfirmMakesOrganisationAndRepresentative(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, person := confirmed(t, s, application("Δήμος Πάφου", "andreas@pafos.example"))
	if org.State != members.AwaitingApproval || person.State != members.AwaitingApproval {
		t.Errorf("states %s and %s, want both awaiting approval", org.State, person.State)
	}
	found, err := s.PersonByAddress(t.Context(), "ANDREAS@pafos.example")
	if err != nil || found.Ref != person.Ref || found.Name != "Ανδρέας Χ." {
		t.Errorf("PersonByAddress = %+v, %v", found, err)
	}
	consents, err := s.Consents(t.Context(), person.Ref)
	if err != nil || len(consents) != 1 || consents[0].Text != members.TextHash("I agree") || !consents[0].At.Equal(noon) {
		t.Errorf("consents = %+v, %v", consents, err)
	}
	if _, err := s.Application(t.Context(), "none"); !errors.Is(err, members.ErrNone) {
		t.Errorf("unknown application: %v, want ErrNone", err)
	}
}

func TestConfirmTwiceIsConfirmOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	stored, err := s.Apply(t.Context(), application("Pafos", "a@pafos.example"))
	if err != nil {
		t.Fatal(err)
	}
	var first atomic.Int32
	refs := parallel(t, 30, func(int) (string, error) {
		_, p, err := s.Confirm(t.Context(), stored, "registration")
		if err == nil {
			first.Add(1)
		}
		if errors.Is(err, members.ErrConfirmed) {
			err = nil
		}
		return p.Ref.String(), err
	})
	if slices.Sort(refs); len(slices.Compact(refs)) != 1 || first.Load() != 1 {
		t.Errorf("30 confirmations made these people: %v; %d of them think that they did", slices.Compact(refs), first.Load())
	}
}

func TestParallelApplicationsLeaveOne(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	parallel(t, 200, func(i int) (members.Application, error) {
		return s.Apply(t.Context(), application(fmt.Sprintf("Pafos %d", i), "a@pafos.example"))
	})
	all, err := s.Applications(t.Context())
	if err != nil || len(all) != 1 || all[0].Revision != 200 {
		t.Errorf("%d applications, %v; want one of each", len(all), err)
	}
}

func TestAnApplicationInVainKeepsNothingAndLocksNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, p := member(t, s, "Pafos", "a@pafos.example")
	a, err := s.ApplyInVain(t.Context(), p.Address)
	if err != nil || a.Revision != 1 || a.Contact.Address != "" {
		t.Errorf("%+v, %v", a, err)
	}
	all, err := s.Applications(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("%d applications wait, %v", len(all), err)
	}
	if _, err := s.ApplicationOf(t.Context(), p.Address); !errors.Is(err, members.ErrNone) {
		t.Errorf("there is an application of a member: %v", err)
	}
	if err := s.Withdraw(t.Context(), a); err != nil {
		t.Error(err)
	}
	if again, err := s.ApplyInVain(t.Context(), p.Address); err != nil || again.Revision != 1 {
		t.Errorf("it was not withdrawn: revision %d, %v", again.Revision, err)
	}
}

func TestConfirmRefusesOtherContentThanShown(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	shown, err := s.Apply(t.Context(), application("Pafos", "a@pafos.example"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), application("Somebody else's Pafos", "a@pafos.example")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Confirm(t.Context(), shown, "registration"); !fault.Is(err, "application-changed") {
		t.Errorf("confirming what was replaced: %v, want application-changed", err)
	}
}

func TestSecondRepresentativeJoinsKnownOrganisation(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	first, one := confirmed(t, s, application("Δήμος Πάφου", "one@pafos.example"))
	second, two := confirmed(t, s, application("ΔΗΜΟΣ  ΠΑΦΟΥ", "two@pafos.example"))
	if first.ID != second.ID || one.Ref == two.Ref {
		t.Fatalf("organisations %s and %s, people %s and %s", first.ID, second.ID, one.Ref, two.Ref)
	}
	if _, err := s.DecidePerson(t.Context(), two.Ref, members.Decision{Action: members.Approve, By: "One"}); !fault.Is(err, "organisation-not-member") {
		t.Errorf("approving a colleague of an applicant: %v", err)
	}
	_, changed, err := s.Decide(t.Context(), first.ID, members.Decision{Action: members.Approve, By: "Maria"})
	if err != nil || len(changed) != 2 {
		t.Errorf("approval changed %d people, %v; want both", len(changed), err)
	}
	three := application("Δήμος Πάφου", "three@pafos.example")
	_, p := confirmed(t, s, three)
	got, err := s.DecidePerson(t.Context(), p.Ref, members.Decision{Action: members.Approve, By: "One"})
	if err != nil || got.State != members.Member {
		t.Errorf("colleague approved: %s, %v", got.State, err)
	}
}

func TestInvitedRepresentativeIsMemberOnConfirming(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	a := application("Larnaka", "a@larnaka.example")
	a.InvitedBy = "Maria"
	stored, invited, err := s.Invite(t.Context(), a)
	if err != nil || !invited {
		t.Fatalf("invited %v, %v", invited, err)
	}
	if _, again, err := s.Invite(t.Context(), a); err != nil || again {
		t.Errorf("invited twice: %v, %v", again, err)
	}
	org, p, err := s.Confirm(t.Context(), stored, "invitation")
	if err != nil || org.State != members.Member || p.State != members.Member || org.Since.IsZero() {
		t.Errorf("%s, %s, %v; want members", org.State, p.State, err)
	}
	if _, again, err := s.Invite(t.Context(), a); err != nil || again {
		t.Errorf("a member was invited: %v, %v", again, err)
	}
}

func TestTwoCoordinatorsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	org, _ := confirmed(t, s, application("Pafos", "a@pafos.example"))
	var decided, refused atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		action := []members.Action{members.Approve, members.Decline}[i%2]
		group.Go(func() {
			_, _, err := s.Decide(t.Context(), org.ID, members.Decision{Action: action, By: "Maria"})
			switch {
			case err == nil:
				decided.Add(1)
			case fault.Is(err, "decided-already"):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if decided.Load() != 1 || refused.Load() != 19 {
		t.Errorf("%d decided, %d were told so; want 1 and 19", decided.Load(), refused.Load())
	}
}

func TestTheWayInAndOut(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ctx := t.Context()
	org, p := confirmed(t, s, application("Pafos", "a@pafos.example"))
	for _, step := range []struct {
		action members.Action
		state  members.State
	}{{members.Approve, members.Member}, {members.Suspend, members.Suspended}, {members.Reinstate, members.Member}} {
		got, changed, err := s.Decide(ctx, org.ID, members.Decision{Action: step.action, By: "Maria", Note: "because"})
		if err != nil || got.State != step.state || len(changed) != 1 || !changed[0].Owed() {
			t.Fatalf("%s: %s, %+v, %v", step.action, got.State, changed, err)
		}
		if err := s.Told(ctx, p.Ref, step.state); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Decide(ctx, org.ID, members.Decision{Action: members.Approve}); !fault.Is(err, "decided-already") {
		t.Errorf("approving a member: %v", err)
	}
	if _, err := s.DecidePerson(ctx, p.Ref, members.Decision{Action: members.Leave, By: "themselves"}); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Organisation(ctx, org.ID); err != nil || got.State != members.Left {
		t.Errorf("the last person left, the organisation is %s, %v", got.State, err)
	}
	if _, err := s.PersonByAddress(ctx, "a@pafos.example"); !errors.Is(err, members.ErrNone) {
		t.Errorf("the address is still taken: %v", err)
	}
	if again, _ := confirmed(t, s, application("Pafos", "a@pafos.example")); again.ID == org.ID {
		t.Error("coming back did not start anew")
	}
}

func TestListPagesOnceThroughEverything(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	const all = 60
	parallel(t, all, func(i int) (bool, error) {
		a := application(fmt.Sprintf("Town %02d", i), fmt.Sprintf("a@town%d.example", i))
		if i%3 == 0 {
			a.Profile.Country = "GR"
		}
		stored, err := s.Apply(t.Context(), a)
		if err == nil {
			_, _, err = s.Confirm(t.Context(), stored, "registration")
		}
		return true, err
	})
	tests := map[string]struct {
		filter members.Filter
		want   int
	}{
		"all":     {members.Filter{State: members.AwaitingApproval}, all},
		"country": {members.Filter{State: members.AwaitingApproval, Country: "GR"}, all / 3},
		"words":   {members.Filter{State: members.AwaitingApproval, Words: "TÓWN 42"}, 1},
		"nobody":  {members.Filter{State: members.Member}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var names []string
			for cursor, first := "", true; first || cursor != ""; first = false {
				page, next, err := s.Organisations(t.Context(), tt.filter, cursor)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range page {
					names = append(names, o.Name)
				}
				cursor = next
			}
			if len(names) != tt.want || !slices.IsSorted(names) || len(slices.Compact(names)) != tt.want {
				t.Errorf("%d organisations, want %d in order: %v", len(names), tt.want, names)
			}
		})
	}
}

func TestPreferencesAreRecorded(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, p := confirmed(t, s, application("Pafos", "a@pafos.example"))
	never := members.Preferences{Newsletter: members.Never}
	for range 2 {
		if err := s.SavePreferences(t.Context(), p.Ref, never, "en", members.Consenting{How: "one-click", Language: "el"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Person(t.Context(), p.Ref)
	if err != nil || got.Preferences != never || got.Language != "en" {
		t.Errorf("%+v, %v", got.Preferences, err)
	}
	consents, err := s.Consents(t.Context(), p.Ref)
	if err != nil || len(consents) != 2 || consents[1].Given || consents[1].How != "one-click" {
		t.Errorf("the withdrawal is recorded once: %+v, %v", consents, err)
	}
}

func TestProfileEditors(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	confirmed(t, s, application("Limassol", "a@limassol.example"))
	org, p := confirmed(t, s, application("Pafos", "a@pafos.example"))
	profile := org.Profile
	profile.Place = "Kato Pafos"
	if _, err := s.SaveOrganisation(t.Context(), org, profile); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveOrganisation(t.Context(), org, profile); !errors.Is(err, members.ErrEdited) {
		t.Errorf("saving over a colleague: %v, want ErrEdited", err)
	}
	org, _, _ = s.Organisation(t.Context(), org.ID)
	profile.Name = "LIMASSOL"
	if _, err := s.SaveOrganisation(t.Context(), org, profile); fault.From(err).Fields[0].Code != "taken" {
		t.Errorf("taking another's name: %v", err)
	}
	p.NewAddress = "a@limassol.example"
	if _, err := s.MoveAddress(t.Context(), p); fault.From(err).Fields[0].Code != "taken" {
		t.Errorf("taking another's address: %v", err)
	}
	p.NewAddress = "b@pafos.example"
	if _, err := s.MoveAddress(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PersonByAddress(t.Context(), "a@pafos.example"); !errors.Is(err, members.ErrNone) {
		t.Errorf("the old address is still held: %v", err)
	}
}

func TestFirstCoordinator(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	refs := parallel(t, 10, func(int) (members.Ref, error) {
		p, err := s.EnsureCoordinator(t.Context(), "desk@munet.example", "en")
		if !p.Coordinator {
			err = errors.Join(err, errors.New("not a coordinator"))
		}
		return p.Ref, err
	})
	if len(slices.Compact(refs)) != 1 {
		t.Errorf("ten sign-ins made these coordinators: %v", refs)
	}
	page, _, err := s.Organisations(t.Context(), members.Filter{State: members.Member}, "")
	if err != nil || len(page) != 0 {
		t.Errorf("the secretariat is listed as a member: %v, %v", page, err)
	}
}

// parallel calls f n times at once and returns what it returned.
func parallel[T any](t *testing.T, n int, f func(int) (T, error)) []T {
	t.Helper()
	out := make([]T, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			v, err := f(i)
			if err != nil {
				t.Error(err)
			}
			out[i] = v
		})
	}
	group.Wait()
	return out
}
