package search

import "math"

// The constants of BM25F. The weights say how much more a word counts in a title than in the body;
// the slopes how much the length of a field matters, from 0 to 1; saturation how soon repetition
// stops to count.
var (
	weights = [fields]float64{Title: 5, Keywords: 3, Summary: 2, Body: 1}
	slopes  = [fields]float64{Title: 0.3, Keywords: 0.3, Summary: 0.5, Body: 0.6}
)

const (
	saturation = 1.2
	// byTheme is what a theme counts that stands for a word, as if the word stood in the body less
	// than half a time: less than the word itself does, unless the body is several times as long as others.
	byTheme = 0.4
)

// scratch is where a search adds up; it is used again by the next one.
type scratch struct {
	frequency []float32 // of the present group's word, weighted
	touched   []int32   // where frequency is not zero
	score     []float64
	matched   []uint8 // how many groups
}

func newScratch(n int) *scratch {
	return &scratch{frequency: make([]float32, n), score: make([]float64, n), matched: make([]uint8, n)}
}

// clear forgets everything but the space.
func (s *scratch) clear() {
	clear(s.score)
	clear(s.matched)
}

// statistics are what scores depend on beside the document. The cursor carries them to the next
// pages, so that a document scores the same there although others were added in the meantime.
type statistics struct {
	Size    int             `json:"n"`
	Average [fields]float64 `json:"a"`
	// Frequencies are in how many documents each group's word is. If in none, what looks like it or
	// has its theme counts instead: then it is how many these are, below zero.
	Frequencies []int `json:"f"`
}

// score adds up the scores of all documents that have one of the groups' words. The statistics are
// those of the first page, or nil: then it returns them.
func (x *Index) score(s *scratch, groups []group, st *statistics) *statistics {
	given := st != nil
	if !given {
		st = &statistics{Size: x.size, Average: x.average}
	}
	for i := range groups {
		g := &groups[i]
		x.touch(s, g.terms, st)
		exact := len(s.touched) > 0
		if given {
			exact = st.Frequencies[i] > 0
		}
		if !exact {
			s.forget()
			if !g.common && !g.phrased && len(g.values) == 0 {
				x.touch(s, x.similarTerms(g), st)
			}
		}
		words := len(s.touched)
		x.touchValues(s, g.values)
		if words == 0 {
			words = len(s.touched)
		}
		switch {
		case given:
			words = max(st.Frequencies[i], -st.Frequencies[i])
		case exact:
			st.Frequencies = append(st.Frequencies, words)
		default:
			st.Frequencies = append(st.Frequencies, -words)
		}
		s.settle(rarity(words, st.Size))
	}
	return st
}

// rarity is the inverse document frequency of BM25, which is never negative.
func rarity(words, of int) float64 {
	n := float64(min(words, of))
	return math.Log(1 + (float64(of)-n+0.5)/(n+0.5))
}

// touch adds the frequencies of the terms.
func (x *Index) touch(s *scratch, terms []string, st *statistics) {
	for i, seg := range x.segments {
		for _, term := range terms {
			for p := seg.postingsOf(seg.term(term)); p.next(); {
				doc := x.from[i] + p.doc
				if !x.live.has(doc) {
					continue
				}
				sum := 0.0
				for f, count := range p.counts {
					if count > 0 {
						length := float64(seg.lengths[f][p.doc]) / st.Average[f]
						sum += weights[f] * float64(count) / (1 - slopes[f] + slopes[f]*length)
					}
				}
				s.add(doc, float32(sum))
			}
		}
	}
}

// touchValues adds what documents get for each of the values that they have.
func (x *Index) touchValues(s *scratch, values []facet) {
	if len(values) == 0 {
		return
	}
	for i, seg := range x.segments {
		chosen := seg.chosen(values)
		if len(chosen) == 0 {
			continue
		}
		for doc := range seg.len() {
			if !x.live.has(x.from[i] + doc) {
				continue
			}
			for _, f := range seg.facets(doc) {
				if chosen[f] {
					s.add(x.from[i]+doc, byTheme)
				}
			}
		}
	}
}

// chosen returns which of the segment's facet values are among the given ones; nil if none.
func (s *segment) chosen(values []facet) []bool {
	var chosen []bool
	for i, f := range s.facetValues {
		for _, v := range values {
			if f == v {
				if chosen == nil {
					chosen = make([]bool, len(s.facetValues))
				}
				chosen[i] = true
			}
		}
	}
	return chosen
}

func (s *scratch) add(doc int, frequency float32) {
	if s.frequency[doc] == 0 {
		s.touched = append(s.touched, int32(doc)) //nolint:gosec // the number of a document
	}
	s.frequency[doc] += frequency
}

// settle turns the frequencies of a group into scores.
func (s *scratch) settle(rarity float64) {
	for _, doc := range s.touched {
		f := float64(s.frequency[doc])
		s.score[doc] += rarity * f * (saturation + 1) / (saturation + f)
		s.matched[doc]++
	}
	s.forget()
}

// forget drops the frequencies of a group.
func (s *scratch) forget() {
	for _, doc := range s.touched {
		s.frequency[doc] = 0
	}
	s.touched = s.touched[:0]
}
