package search

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Search returns a page of what a query asks for. The only error is [ErrCursor].
func (x *Index) Search(q Query) (Result, error) {
	words := ParseWords(q.Words)
	groups := x.groups(&q, words)
	cursor, err := q.parseCursor(len(groups))
	if err != nil {
		return Result{}, err
	}
	s := x.scratch.Get().(*scratch) //nolint:errcheck,forcetypeassert // the pool has nothing else
	defer x.scratch.Put(s)
	s.clear()

	var given *statistics
	if cursor != nil {
		given = cursor.Statistics
	}
	st := x.score(s, groups, given)
	candidates, byWords := x.candidates(&q, words, groups, st, s)

	size := cmp.Or(max(q.Size, 0), defaultSize)
	b := best{size: size + 1, order: q.order(byWords)}
	var result Result
	counts := newCounts(q.Counts)
	for i, seg := range x.segments {
		f := newFilter(seg, &q)
		tally := make([]int, len(seg.facetValues))
		for doc := range seg.len() {
			if !candidates.has(x.from[i]+doc) || !f.inRanges(doc) {
				continue
			}
			failed := f.failed(seg, doc)
			switch bits.OnesCount64(failed) {
			case 0:
				for _, v := range seg.facets(doc) {
					tally[v]++
				}
				result.Total++
				p := seg.place(&q, byWords, doc, s.score[x.from[i]+doc])
				p.doc = x.from[i] + doc
				if cursor == nil || b.order(p, place{number: cursor.Number, text: cursor.Text, id: cursor.ID}) > 0 {
					b.add(p)
				}
			case 1:
				// It would be there without the filter of one facet: it counts for that one.
				for _, v := range seg.facets(doc) {
					if f.of[v].filter == failed {
						tally[v]++
					}
				}
			}
		}
		counts.add(seg, tally)
	}
	result.Counts = counts.sorted()

	b.cut()
	for _, p := range b.places[:min(len(b.places), size)] {
		result.Hits = append(result.Hits, x.hit(p.doc, s.score[p.doc]))
	}
	if len(b.places) > size {
		last := b.places[size-1]
		next := newCursor(&q, last)
		if len(groups) > 0 {
			next.Statistics = st
		}
		result.Next = next.String()
	}
	return result, nil
}

// candidates returns the documents that the words of a query allow, and whether they have scores.
func (x *Index) candidates(q *Query, words Words, groups []group, st *statistics, s *scratch) (set, bool) {
	found := slices.Clone(x.live)
	asked := 0
	for i, g := range groups {
		// A stop word of some language that no document has was not meant to be found.
		if !g.common || st.Frequencies[i] != 0 {
			asked++
		}
	}
	if asked > 0 {
		need := uint8((asked + 2) / 3)
		for doc, n := range s.matched {
			if n < need {
				found.remove(doc)
			} else {
				s.score[doc] *= float64(n) / float64(asked)
			}
		}
	}
	for _, phrase := range words.Phrases {
		if having, ok := x.holding(phrase, q.Language); ok {
			found.intersect(having)
		}
	}
	for _, not := range words.Not {
		if having, ok := x.holding(not, q.Language); ok {
			found.subtract(having)
		}
	}
	return found, asked > 0
}

func newCursor(q *Query, last place) cursor {
	return cursor{Query: q.hash(), Number: last.number, Text: last.text, ID: last.id}
}

// filter is the filters and ranges of a query, made ready for a segment.
type filter struct {
	of     []filtered // for each of the segment's facet values
	all    uint64     // one bit for each facet that is filtered
	ranges []bounded
}

// filtered is what a facet value means to the filters.
type filtered struct {
	filter uint64 // the bit of its facet, 0 if that has no filter
	chosen bool
}

type bounded struct {
	column []int64 // nil if no document has the number
	Range
}

func newFilter(s *segment, q *Query) *filter {
	f := &filter{of: make([]filtered, len(s.facetValues))}
	bit := uint64(1)
	for _, name := range sortedKeys(q.Filters) {
		values := q.Filters[name]
		if len(values) == 0 {
			continue
		}
		f.all |= bit
		for i, v := range s.facetValues {
			if v.name == name {
				f.of[i] = filtered{bit, slices.Contains(values, v.value)}
			}
		}
		bit <<= 1
	}
	for name, r := range q.Ranges {
		f.ranges = append(f.ranges, bounded{s.numbers[name], r})
	}
	return f
}

// failed returns the bits of the filters that a document does not pass.
func (f *filter) failed(s *segment, doc int) uint64 {
	failed := f.all
	for _, v := range s.facets(doc) {
		if f.of[v].chosen {
			failed &^= f.of[v].filter
		}
	}
	return failed
}

func (f *filter) inRanges(doc int) bool {
	for _, r := range f.ranges {
		if r.column == nil || r.column[doc] == missing || r.column[doc] < r.Min || r.column[doc] > r.Max {
			return false
		}
	}
	return true
}

// counts adds up the tallies of the segments: facet, value, number.
type counts map[string]map[string]int

func newCounts(names []string) counts {
	c := counts{}
	for _, name := range names {
		c[name] = map[string]int{}
	}
	return c
}

func (c counts) add(s *segment, tally []int) {
	for i, n := range tally {
		if values := c[s.facetValues[i].name]; values != nil && n > 0 {
			values[s.facetValues[i].value] += n
		}
	}
}

// sorted returns the counts of each facet, the highest first.
func (c counts) sorted() map[string][]Count {
	all := make(map[string][]Count, len(c))
	for name, values := range c {
		list := make([]Count, 0, len(values))
		for value, n := range values {
			list = append(list, Count{value, n})
		}
		slices.SortFunc(list, func(a, b Count) int {
			return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Value, b.Value))
		})
		all[name] = list
	}
	return all
}
