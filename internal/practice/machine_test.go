package practice

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// history is what four people did to one practice, as each was told that it happened.
type history struct {
	sync.Mutex
	saved     map[int]string // titles by revision
	onto      map[int]int    // how often a save replaced a revision
	submitted map[int]string // titles by version
	decided   map[int][]Outcome
	withdrawn int
	archived  int
}

// TestTwoOwnersAndTwoReviewers lets them act at random at the same time and then looks whether all
// that they were told is true.
func TestTwoOwnersAndTwoReviewers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := desk(t)
			p, d := create(t, s, "Begun")
			// It is published once, so that discarding ends no practice.
			decide(t, s, p.ID, submit(t, s, p.ID).Number, Publish)
			h := &history{
				saved: map[int]string{d.Revision: "Begun"}, onto: map[int]int{}, submitted: map[int]string{1: "Begun"},
				decided: map[int][]Outcome{1: {Publish}},
			}
			ctx, stop := context.WithCancel(t.Context())
			var watching, acting sync.WaitGroup
			watching.Go(func() { watch(ctx, t, s, p.ID) })
			for i, who := range []Author{eleni, andys} {
				acting.Go(func() { own(t, s, h, p.ID, who, rand.New(rand.NewPCG(seed, uint64(i)))) })
			}
			for i, who := range []members.Ref{maria, nikos} {
				acting.Go(func() { review(t, s, h, p.ID, who, rand.New(rand.NewPCG(seed, uint64(10+i)))) })
			}
			acting.Wait()
			stop()
			watching.Wait()
			h.check(t, s, p.ID)
		})
	}
}

// expected fails the test for an error that is no answer to somebody who came too late.
func expected(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	if !fault.Is(err, ErrState.Code) && !fault.Is(err, ErrEdited.Code) {
		t.Error(err)
	}
	return false
}

// own is what an owner does.
func own(t *testing.T, s *Store, h *history, id string, who Author, chance *rand.Rand) {
	ctx := t.Context()
	for i := range 25 {
		d, err := s.Draft(ctx, id)
		if err != nil {
			t.Error(err)
			return
		}
		switch n := chance.IntN(10); {
		case n < 5:
			title := fmt.Sprint(who.Name, " ", i)
			saved, err := s.Save(ctx, id, content(title), d.Revision, who)
			if expected(t, err) {
				h.Lock()
				h.saved[saved.Revision] = title
				h.onto[d.Revision]++
				h.Unlock()
			}
		case n < 8:
			v, err := s.Submit(ctx, id, d.Revision, "", who)
			if expected(t, err) {
				h.Lock()
				h.submitted[v.Number] = d.Texts["en"].Title
				h.Unlock()
			}
		case n < 9:
			if expected(t, s.Withdraw(ctx, id, who)) {
				h.Lock()
				h.withdrawn++
				h.Unlock()
			}
		default:
			expected(t, s.Discard(ctx, id, who))
		}
	}
}

// review is what a coordinator does.
func review(t *testing.T, s *Store, h *history, id string, who members.Ref, chance *rand.Rand) {
	ctx := t.Context()
	for range 25 {
		p, err := s.Get(ctx, id)
		if err != nil {
			t.Error(err)
			return
		}
		switch n := chance.IntN(10); {
		case n < 4:
			_, err := s.SaveReview(ctx, Review{Practice: id, Version: p.Submitted, By: who, Scores: map[Criterion]int{"need": 3}})
			expected(t, err)
		case n < 9:
			outcome := Outcomes[chance.IntN(len(Outcomes))]
			if expected(t, s.Decide(ctx, id, p.Submitted, Decision{Outcome: outcome, By: who, Name: who.Person})) {
				h.Lock()
				h.decided[p.Submitted] = append(h.decided[p.Submitted], outcome)
				h.Unlock()
			}
		default:
			if expected(t, s.Archive(ctx, id, Decision{By: who, Name: who.Person})) {
				h.Lock()
				h.archived++
				h.Unlock()
			}
		}
	}
}

// watch looks at what the public sees: never an older version than before, never nothing.
func watch(ctx context.Context, t *testing.T, s *Store, id string) {
	last := 0
	for ctx.Err() == nil {
		pub, err := s.Publication(ctx, id)
		switch {
		case ctx.Err() != nil || fault.Is(err, ErrArchived.Code):
		case err != nil:
			t.Errorf("the public sees %v", err)
		case pub.Version < last:
			t.Errorf("version %d is public after %d", pub.Version, last)
		default:
			last = pub.Version
		}
	}
}

func (h *history) check(t *testing.T, s *Store, id string) {
	t.Helper()
	for revision, n := range h.onto {
		if n > 1 && revision > 0 {
			t.Errorf("%d saves replaced revision %d: all but one are lost", n, revision)
		}
	}
	versions, err := s.Versions(t.Context(), id)
	if err != nil || len(versions) != len(h.submitted) {
		t.Fatalf("%d versions were handed in, there are %d, %v", len(h.submitted), len(versions), err)
	}
	public, withdrawn := 0, 0
	for _, v := range versions {
		if title := v.Texts["en"].Title; title != h.submitted[v.Number] {
			t.Errorf("version %d is %q, handed in was %q", v.Number, title, h.submitted[v.Number])
		}
		if v.Decision != nil && v.Decision.Outcome == Withdrawn && len(h.decided[v.Number]) == 0 {
			withdrawn++
			continue
		}
		told := h.decided[v.Number]
		if len(told) > 1 || (v.Decision == nil) != (len(told) == 0) || (v.Decision != nil && v.Decision.Outcome != told[0]) {
			t.Errorf("version %d was decided as %v, stored is %+v", v.Number, told, v.Decision)
		}
		if v.Decision != nil && v.Decision.Outcome == Publish {
			public = v.Number
		}
	}
	if withdrawn != h.withdrawn {
		t.Errorf("%d versions were taken back, %d times it was said", withdrawn, h.withdrawn)
	}
	p, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := s.Publication(t.Context(), id)
	listed, _, listErr := s.Publications(t.Context(), "", 10)
	switch {
	case p.Published == 0 && (h.archived == 0 || !fault.Is(err, ErrArchived.Code) || len(listed) != 0):
		t.Errorf("nothing is public, after %d times archived: %v, %d listed", h.archived, err, len(listed))
	case p.Published != 0 && (err != nil || listErr != nil || pub.Version != public || p.Published != public || len(listed) != 1):
		t.Errorf("version %d should be public; it is %d, %d for its owners, %v", public, pub.Version, p.Published, err)
	}
	if d, err := s.Draft(t.Context(), id); err != nil || (d.Revision > 0 && h.saved[d.Revision] != d.Texts["en"].Title) {
		t.Errorf("the draft %d is %q, saved was %q, %v", d.Revision, d.Texts["en"].Title, h.saved[d.Revision], err)
	}
	waiting, _, err := s.Waiting(t.Context(), "")
	count, countErr := s.CountWaiting(t.Context())
	if err != nil || countErr != nil || len(waiting) == 1 != (p.State == Submitted) || count != len(waiting) {
		t.Errorf("%s, and %d wait, %d are counted, %v", p.State, len(waiting), count, err)
	}
}
