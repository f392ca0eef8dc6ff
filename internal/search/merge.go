package search

import (
	"slices"
	"strings"
)

// merge makes one segment of several, without the documents that newer versions have replaced.
// Tombstones stay: a change that arrives late must not bring a document back.
func merge(segments []*segment) *segment {
	live := newest(segments)
	type place struct{ segment, doc int }
	var places []place
	for i, s := range segments {
		for doc := range s.len() {
			if live[i].has(doc) {
				places = append(places, place{i, doc})
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		return strings.Compare(segments[a.segment].ids.at(a.doc), segments[b.segment].ids.at(b.doc))
	})

	w := newWriter()
	renumbered := make([][]int, len(segments))
	for i, s := range segments {
		renumbered[i] = slices.Repeat([]int{-1}, s.len())
	}
	for n, p := range places {
		renumbered[p.segment][p.doc] = n
		w.addRecord(segments[p.segment].record(p.doc))
	}

	type entry struct {
		doc  int
		mask byte
		body []byte
	}
	var entries []entry
	var list []byte
	for term, at := range terms(segments) {
		entries, list = entries[:0], list[:0]
		for i, s := range segments {
			for p := s.postingsOf(at[i]); p.next(); {
				if doc := renumbered[i][p.doc]; doc >= 0 {
					entries = append(entries, entry{doc, p.mask, p.body})
				}
			}
		}
		slices.SortFunc(entries, func(a, b entry) int { return a.doc - b.doc })
		last := 0
		for _, e := range entries {
			list = appendPosting(list, e.doc-last, e.mask)
			list = append(list, e.body...)
			last = e.doc
		}
		if len(list) > 0 {
			w.addTerm(term, list)
		}
	}
	return w.finish()
}

// terms goes through the terms of several segments in order, with each one's number of the term, or
// -1. The numbers are good until the next step.
func terms(segments []*segment) func(func(string, []int) bool) {
	return func(yield func(string, []int) bool) {
		next := make([]int, len(segments))
		at := make([]int, len(segments))
		for {
			least, found := "", false
			for i, s := range segments {
				if next[i] < s.terms.len() {
					if t := s.terms.at(next[i]); !found || t < least {
						least, found = t, true
					}
				}
			}
			if !found {
				return
			}
			for i, s := range segments {
				at[i] = -1
				if next[i] < s.terms.len() && s.terms.at(next[i]) == least {
					at[i] = next[i]
					next[i]++
				}
			}
			if !yield(least, at) {
				return
			}
		}
	}
}

// set is a set of small numbers.
type set []uint64

func newSet(n int) set       { return make(set, (n+63)/64) }
func (s set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s set) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s set) intersect(t set) {
	for i := range s {
		s[i] &= t[i]
	}
}
func (s set) subtract(t set) {
	for i := range s {
		s[i] &^= t[i]
	}
}

// newest returns for each segment the documents that no other has in a newer version. Of equal
// versions the one in the last segment stays.
func newest(segments []*segment) []set {
	live := make([]set, len(segments))
	for i, s := range segments {
		live[i] = newSet(s.len())
		for doc := range s.len() {
			live[i].add(doc)
		}
	}
	for i := range segments {
		for j := i + 1; j < len(segments); j++ {
			few, many := i, j
			if segments[i].len() > segments[j].len() {
				few, many = j, i
			}
			for doc := range segments[few].len() {
				other := segments[many].doc(segments[few].ids.at(doc))
				if other < 0 {
					continue
				}
				d, e := doc, other // of i and of j
				if few == j {
					d, e = other, doc
				}
				if segments[i].versions[d] > segments[j].versions[e] {
					live[j].remove(e)
				} else {
					live[i].remove(d)
				}
			}
		}
	}
	return live
}
