package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Results are what became of requests, by their kinds.
type results struct {
	mutex  sync.Mutex
	kinds  map[string]*tally
	errors map[string]int // errands that broke off, by why
}

// A tally is of requests that are counted together.
type tally struct {
	counts [lost + 1]int // by outcome
	took   []time.Duration
	bytes  int64  // of the bodies of those that were accepted
	said   string // by one that failed
}

func newResults() *results { return &results{kinds: map[string]*tally{}, errors: map[string]int{}} }

func (r *results) count(kind string, is outcome, a answer) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	t := r.kinds[kind]
	if t == nil {
		t = &tally{}
		r.kinds[kind] = t
	}
	t.counts[is]++
	switch is {
	case accepted:
		t.took = append(t.took, a.took)
		t.bytes += int64(len(a.body))
	case failed:
		t.said = fmt.Sprintf(" (%d: %.200s)", a.status, words(a.body))
	}
}

// broke notes an errand that could not go on for another reason than those that are counted.
func (r *results) broke(errand string, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.errors[errand+": "+err.Error()]++
}

// groupOf is the kind up to a colon.
func groupOf(kind string) string {
	group, _, _ := strings.Cut(kind, ":")
	return group
}

// all is everything in one tally, or the kinds of one group, their times sorted.
func (r *results) all(group string) tally {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var sum tally
	for kind, t := range r.kinds {
		if group != "" && groupOf(kind) != group {
			continue
		}
		for i, n := range t.counts {
			sum.counts[i] += n
		}
		sum.took = append(sum.took, t.took...)
		sum.bytes += t.bytes
	}
	slices.Sort(sum.took)
	return sum
}

// groups are in alphabetical order.
func (r *results) groups() []string {
	found := map[string]bool{}
	for kind := range r.kinds {
		found[groupOf(kind)] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func (t tally) requests() (n int) {
	for _, c := range t.counts {
		n += c
	}
	return n
}

// at is the time within which a part of the accepted requests was answered. They must be sorted.
func (t tally) at(part float64) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	return t.took[int(float64(len(t.took)-1)*part)]
}

// wrong is what must not happen at any load: no answer, a failure, a refusal that no errand expects.
func (r *results) wrong() []string {
	var all []string
	for kind, t := range r.kinds {
		for is, name := range map[outcome]string{failed: "failed (5xx)", lost: "had no answer", refused: "were refused (4xx)"} {
			if t.counts[is] > 0 {
				all = append(all, fmt.Sprintf("%d requests %s: %s%s", t.counts[is], name, kind, t.said))
			}
		}
	}
	for why, n := range r.errors {
		all = append(all, fmt.Sprintf("%d errands broke off: %s", n, why))
	}
	slices.Sort(all)
	return all
}
