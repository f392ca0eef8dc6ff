package practice

import (
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestTheWayOfAPractice(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	p, d := create(t, s, "Keys to homes")

	if _, err := s.Publication(ctx, p.ID); !fault.Is(err, ErrNone.Code) {
		t.Errorf("a draft is public: %v", err)
	}
	c := content("Keys to homes in town")
	d, err := s.Save(ctx, p.ID, c, d.Revision, andys)
	if err != nil || d.SavedBy != "Andys" {
		t.Fatalf("%+v, %v", d, err)
	}
	v := submit(t, s, p.ID)
	if _, err := s.Save(ctx, p.ID, c, d.Revision, eleni); !fault.Is(err, ErrState.Code) {
		t.Errorf("what was handed in can be edited: %v", err)
	}
	waiting, _, err := s.Waiting(ctx, "")
	if err != nil || len(waiting) != 1 || waiting[0].Title != "Keys to homes in town" || waiting[0].Note != "Please look." || waiting[0].Update {
		t.Fatalf("the queue is %+v, %v", waiting, err)
	}
	decide(t, s, p.ID, v.Number, AskChanges)

	v = submit(t, s, p.ID)
	decide(t, s, p.ID, v.Number, Publish)
	first, err := s.Publication(ctx, p.ID)
	if err != nil || first.Version != 2 || first.Texts["en"].Title != "Keys to homes in town" {
		t.Fatalf("published: %+v, %v", first, err)
	}

	// An update: the published version stays until it is accepted.
	d, err = s.Draft(ctx, p.ID)
	if err != nil || d.Revision != 0 || d.Texts["en"].Title != "Keys to homes in town" {
		t.Fatalf("the draft of an update begins as %+v, %v", d, err)
	}
	if _, err := s.Save(ctx, p.ID, content("Locksmiths, again"), 0, eleni); err != nil {
		t.Fatal(err)
	}
	v = submit(t, s, p.ID)
	if waiting, _, err = s.Waiting(ctx, ""); err != nil || !waiting[0].Update {
		t.Errorf("the queue does not tell an update: %+v, %v", waiting, err)
	}
	if now, err := s.Publication(ctx, p.ID); err != nil || now.Version != 2 {
		t.Errorf("while an update waits the public sees %+v, %v", now.Version, err)
	}
	decide(t, s, p.ID, v.Number, Publish)
	if found(t, s, "locksmiths") != 1 {
		t.Error("the index does not have the update")
	}
	second, err := s.Publication(ctx, p.ID)
	if err != nil || second.Version != 3 || !second.PublishedAt.Equal(first.PublishedAt) || !second.UpdatedAt.After(first.UpdatedAt) {
		t.Errorf("updated: %+v, %v", second, err)
	}

	if err := s.Archive(ctx, p.ID, Decision{By: maria, Name: "Maria"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publication(ctx, p.ID); !fault.Is(err, ErrArchived.Code) {
		t.Errorf("archived: %v", err)
	}
	if found(t, s, "locksmiths") != 0 {
		t.Error("what was archived is found")
	}
	if all, _, err := s.Publications(ctx, "", 10); err != nil || len(all) != 0 {
		t.Errorf("the library still lists %+v, %v", all, err)
	}
	if err := s.Archive(ctx, p.ID, Decision{By: maria}); !fault.Is(err, ErrState.Code) {
		t.Errorf("archived twice: %v", err)
	}
	// It can come back, and keeps when it was first published.
	if _, err := s.Save(ctx, p.ID, content("Carpenters, once more"), 0, eleni); err != nil {
		t.Fatal(err)
	}
	v = submit(t, s, p.ID)
	decide(t, s, p.ID, v.Number, Publish)
	if again, err := s.Publication(ctx, p.ID); err != nil || !again.PublishedAt.Equal(first.PublishedAt) {
		t.Errorf("back again: %+v, %v", again, err)
	}
	if found(t, s, "carpenters") != 1 {
		t.Error("what came back is not found")
	}
	versions, err := s.Versions(ctx, p.ID)
	if err != nil || len(versions) != 4 || versions[0].Decision.Outcome != AskChanges || versions[3].Texts["en"].Title != "Carpenters, once more" {
		t.Errorf("versions: %+v, %v", versions, err)
	}
}

func TestAColleagueSavedMeanwhile(t *testing.T) {
	t.Parallel()
	s := desk(t)
	p, d := create(t, s, "Keys")
	if _, err := s.Save(t.Context(), p.ID, content("By Andys"), d.Revision, andys); err != nil {
		t.Fatal(err)
	}
	_, err := s.Save(t.Context(), p.ID, content("By Eleni"), d.Revision, eleni)
	e := fault.From(err)
	if e.Code != ErrEdited.Code || e.Args["By"] != "Andys" {
		t.Fatalf("the refusal is %v with %v", err, e.Args)
	}
	if at, ok := e.Args["At"].(time.Time); !ok || at.IsZero() {
		t.Errorf("it does not tell when: %v", e.Args)
	}
	if now, err := s.Draft(t.Context(), p.ID); err != nil || now.Texts["en"].Title != "By Andys" {
		t.Errorf("the draft is %+v, %v", now, err)
	}
	// A draft that was thrown away and begun anew is not the one that the page showed.
	if err := s.Discard(t.Context(), p.ID, eleni); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), p.ID); !fault.Is(err, ErrNone.Code) {
		t.Errorf("discarded: %v", err)
	}
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	p, _ := create(t, s, "Keys")
	v := submit(t, s, p.ID)
	if err := s.Discard(ctx, p.ID, eleni); !fault.Is(err, ErrState.Code) {
		t.Errorf("what waits can be discarded: %v", err)
	}
	decide(t, s, p.ID, v.Number, Publish)
	if err := s.Discard(ctx, p.ID, eleni); !fault.Is(err, ErrState.Code) {
		t.Errorf("there is nothing to discard: %v", err)
	}
	if _, err := s.Save(ctx, p.ID, content("Other keys"), 0, eleni); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(ctx, p.ID, eleni); err != nil {
		t.Fatal(err)
	}
	if now, err := s.Get(ctx, p.ID); err != nil || now.State != Published || now.Title != "Keys" || now.Published != 1 {
		t.Errorf("without its update it is %+v, %v", now, err)
	}

	q, _ := create(t, s, "Doors")
	submit(t, s, q.ID)
	if err := s.Withdraw(ctx, q.ID, eleni); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(ctx, q.ID, eleni); err != nil {
		t.Fatal(err)
	}
	items, err := s.readAll(ctx, q.ID, "")
	if err == nil && len(items) > 0 {
		t.Errorf("%d items are left of it", len(items))
	}
	if err != nil { // an empty prefix is refused by DynamoDB: ask for what there could be
		for _, prefix := range []string{headKey, draftKey, versionPrefix, reviewPrefix, owedKey} {
			if items, err := s.readAll(ctx, q.ID, prefix); err != nil || len(items) > 0 {
				t.Errorf("%s: %d items are left, %v", prefix, len(items), err)
			}
		}
	}
}

func TestReviewsOfTwo(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	p, _ := create(t, s, "Keys")
	v := submit(t, s, p.ID)
	mine := Review{Practice: p.ID, Version: v.Number, By: maria, Name: "Maria", Scores: map[Criterion]int{"need": 4}, Comments: map[Section]string{"goal": "How many?"}}
	mine, err := s.SaveReview(ctx, mine)
	if err != nil || mine.Revision != 1 {
		t.Fatalf("%+v, %v", mine, err)
	}
	other := Review{Practice: p.ID, Version: v.Number, By: nikos, Name: "Nikos", Scores: map[Criterion]int{"need": 2}}
	if _, err := s.SaveReview(ctx, other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveReview(ctx, other); !fault.Is(err, ErrEdited.Code) {
		t.Errorf("an older page overwrites a review: %v", err)
	}
	own := Review{Practice: p.ID, Version: v.Number, By: eleni.Ref, Name: "Eleni"}
	if _, err := s.SaveReview(ctx, own); !fault.Is(err, ErrOwnPractice.Code) {
		t.Errorf("an owner reviews: %v", err)
	}
	if err := s.Decide(ctx, p.ID, v.Number, Decision{Outcome: Publish, By: eleni.Ref}); !fault.Is(err, ErrOwnPractice.Code) {
		t.Errorf("an owner decides: %v", err)
	}
	reviews, err := s.Reviews(ctx, p.ID, v.Number)
	if err != nil || len(reviews) != 2 || reviews[0].Scores["need"]+reviews[1].Scores["need"] != 6 {
		t.Errorf("reviews: %+v, %v", reviews, err)
	}
	waiting, _, err := s.Waiting(ctx, "")
	if err != nil || len(waiting[0].Reviewers) != 2 || waiting[0].Reviewers[nikos.String()] != "Nikos" {
		t.Errorf("the queue names %+v, %v", waiting[0].Reviewers, err)
	}
	decide(t, s, p.ID, v.Number, Decline)
	if _, err := s.SaveReview(ctx, mine); !fault.Is(err, ErrState.Code) {
		t.Errorf("a decided version is reviewed: %v", err)
	}
}

// A hundred decisions at once make one.
func TestOneDecision(t *testing.T) {
	t.Parallel()
	s := desk(t)
	p, _ := create(t, s, "Keys")
	v := submit(t, s, p.ID)
	var group sync.WaitGroup
	errs := make([]error, 100)
	for i := range errs {
		group.Go(func() {
			errs[i] = s.Decide(t.Context(), p.ID, v.Number, Decision{Outcome: Outcomes[i%len(Outcomes)], By: maria, Name: "Maria"})
		})
	}
	group.Wait()
	done := 0
	var outcome Outcome
	for i, err := range errs {
		switch {
		case err == nil:
			done++
			outcome = Outcomes[i%len(Outcomes)]
		case !fault.Is(err, ErrState.Code):
			t.Errorf("decision %d: %v", i, err)
		}
	}
	now, err := s.Version(t.Context(), p.ID, v.Number)
	if done != 1 || err != nil || now.Decision == nil || now.Decision.Outcome != outcome {
		t.Errorf("%d decisions were taken, %s by its caller; stored: %+v, %v", done, outcome, now.Decision, err)
	}
	if _, err := s.Publication(t.Context(), p.ID); (err == nil) != (outcome == Publish) {
		t.Errorf("the outcome is %s, the publication %v", outcome, err)
	}
}

// While one publishes, the owners take it back: one of the two happens, and the other is told.
func TestPublishAndWithdrawAtOnce(t *testing.T) {
	t.Parallel()
	s := desk(t)
	for range 8 {
		p, d := create(t, s, "Keys")
		v := submit(t, s, p.ID)
		var published, withdrawn, edited error
		var group sync.WaitGroup
		group.Go(func() {
			published = s.Decide(t.Context(), p.ID, v.Number, Decision{Outcome: Publish, By: maria, Name: "Maria"})
		})
		group.Go(func() { withdrawn = s.Withdraw(t.Context(), p.ID, eleni) })
		group.Go(func() { _, edited = s.Save(t.Context(), p.ID, content("Edited"), d.Revision, andys) })
		group.Wait()
		if (published == nil) == (withdrawn == nil) {
			t.Fatalf("publish: %v, withdraw: %v", published, withdrawn)
		}
		if published == nil && edited == nil {
			t.Error("an edit of what was published at the same moment is lost")
		}
		now, err := s.Draft(t.Context(), p.ID)
		if err != nil || (now.Texts["en"].Title == "Edited") != (edited == nil) {
			t.Errorf("the edit says %v, the draft is %q, %v", edited, now.Texts["en"].Title, err)
		}
	}
}

func TestContact(t *testing.T) {
	t.Parallel()
	s := desk(t)
	p, _ := create(t, s, "Keys")
	if err := s.SetContact(t.Context(), p.ID, eleni.Ref, eleni); err != nil {
		t.Fatal(err)
	}
	v := submit(t, s, p.ID)
	decide(t, s, p.ID, v.Number, Publish)
	if pub, err := s.Publication(t.Context(), p.ID); err != nil || pub.Contact != eleni.Ref {
		t.Fatalf("%+v, %v", pub.Contact, err)
	}
	if err := s.SetContact(t.Context(), p.ID, members.Ref{}, eleni); err != nil {
		t.Fatal(err)
	}
	if pub, err := s.Publication(t.Context(), p.ID); err != nil || pub.Contact != (members.Ref{}) {
		t.Errorf("after the consent was withdrawn: %+v, %v", pub.Contact, err)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	var ids []string
	var middle time.Time
	for i := range 5 {
		p, _ := create(t, s, "Keys")
		decide(t, s, p.ID, submit(t, s, p.ID).Number, Publish)
		ids = append(ids, p.ID)
		if pub, err := s.Publication(ctx, p.ID); err != nil {
			t.Fatal(err)
		} else if i == 2 {
			middle = pub.PublishedAt
		}
	}
	var seen []string
	for p, err := range s.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, p.ID)
	}
	first, next, err := s.Publications(ctx, "", 3)
	if err != nil || len(first) != 3 || first[0].ID != ids[4] || next == "" || len(seen) != 5 {
		t.Fatalf("%d of %d, %v", len(first), len(seen), err)
	}
	rest, _, err := s.Publications(ctx, next, 3)
	if err != nil || len(rest) != 2 || rest[1].ID != ids[0] {
		t.Errorf("the second page: %+v, %v", rest, err)
	}
	since, err := s.PublishedSince(ctx, middle, 10)
	if err != nil || len(since) != 2 || since[0].ID != ids[3] {
		t.Errorf("since the third: %d, %v", len(since), err)
	}
	if _, _, err := s.Waiting(ctx, next); fault.From(err).Status != 400 {
		t.Errorf("a cursor of another list: %v", err)
	}
	own, _, err := s.OfOrganisation(ctx, eleni.Organisation, "")
	if err != nil || len(own) != 5 || own[0].ID != ids[4] {
		t.Errorf("of the organisation: %d, %v", len(own), err)
	}
}

func TestFollowers(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	if themes, err := s.Following(ctx, eleni.Ref); err != nil || themes != nil {
		t.Errorf("%v, %v", themes, err)
	}
	for _, ref := range []members.Ref{eleni.Ref, maria} {
		if err := s.Follow(ctx, ref, []members.Topic{"housing", "health"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Follow(ctx, maria, nil); err != nil {
		t.Fatal(err)
	}
	all, _, err := s.Followers(ctx, "", 10)
	if err != nil || len(all) != 1 || all[0].Ref != eleni.Ref || len(all[0].Themes) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestOwedMails(t *testing.T) {
	t.Parallel()
	s := desk(t)
	ctx := t.Context()
	p, _ := create(t, s, "Keys")
	decide(t, s, p.ID, submit(t, s, p.ID).Number, AskChanges)
	owed, may, err := s.Tell(ctx, p.ID)
	if err != nil || !may || owed.Decision.Outcome != AskChanges || owed.Decision.Note != "Thank you." {
		t.Fatalf("%+v, %v, %v", owed, may, err)
	}
	if _, may, err := s.Tell(ctx, p.ID); may || err != nil {
		t.Errorf("two tell at once: %v, %v", may, err)
	}
	if err := s.Told(ctx, owed, eleni.Ref); err != nil {
		t.Fatal(err)
	}
	all, err := s.Owed(ctx)
	if err != nil || len(all) != 1 || !all[0].Knows(eleni.Ref) || all[0].Knows(andys.Ref) {
		t.Fatalf("%+v, %v", all, err)
	}
	// A newer decision takes its place; the older one cannot settle it.
	decide(t, s, p.ID, submit(t, s, p.ID).Number, Decline)
	if err := s.Settle(ctx, owed); err != nil {
		t.Fatal(err)
	}
	newer, may, err := s.Tell(ctx, p.ID)
	if err != nil || !may || newer.Decision.Outcome != Decline || newer.Knows(eleni.Ref) {
		t.Fatalf("%+v, %v, %v", newer, may, err)
	}
	if err := s.Settle(ctx, newer); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Owed(ctx); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestForget(t *testing.T) {
	s := desk(t)
	published, _ := create(t, s, "Rent and let")
	if err := s.SetContact(t.Context(), published.ID, eleni.Ref, eleni); err != nil {
		t.Fatal(err)
	}
	submit(t, s, published.ID)
	decide(t, s, published.ID, 1, Publish)
	others, _ := create(t, s, "Keys")
	if err := s.SetContact(t.Context(), others.ID, andys.Ref, andys); err != nil {
		t.Fatal(err)
	}
	for _, who := range []members.Ref{eleni.Ref, andys.Ref} {
		if err := s.Follow(t.Context(), who, []members.Topic{"housing"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // again, as after a failure
		if err := s.Forget(t.Context(), eleni.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if pub, err := s.Publication(t.Context(), published.ID); err != nil || pub.Contact != (members.Ref{}) {
		t.Errorf("the public still sees the contact %v, %v", pub.Contact, err)
	}
	if p, err := s.Get(t.Context(), others.ID); err != nil || p.Contact != andys.Ref {
		t.Errorf("the colleague's practice has the contact %v, %v", p.Contact, err)
	}
	for who, want := range map[members.Ref]int{eleni.Ref: 0, andys.Ref: 1} {
		if themes, err := s.Following(t.Context(), who); err != nil || len(themes) != want {
			t.Errorf("%v follows %v, %v", who, themes, err)
		}
	}
}
