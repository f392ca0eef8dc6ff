package search

import (
	"cmp"
	"math"
	"strings"
)

// Similar returns the documents whose words are most like those of d, the most similar first, at most
// n; never the one with the id of d. The score is the cosine of the angle between the two documents
// as vectors of their stems, each weighted by field, repetition and rarity: 1 for the same words,
// near 0 for what shares only frequent ones. Documents in other languages share no stems.
func (x *Index) Similar(d Document, n int) []Hit {
	if n <= 0 {
		return nil
	}
	found, _ := d.analyse(maxWords)
	dots := make([]float64, x.documents)
	var touched []int
	norm := 0.0
	emphasis := newEmphasis()
	at := make([]int, len(x.segments))
	var list []occurrence
	for _, term := range sortedKeys(found) { // in a fixed order, so that sums are the same each time
		for i, s := range x.segments {
			at[i] = s.term(term)
		}
		list = x.occurrences(list[:0], at, emphasis)
		rarity := x.termRarity(len(list))
		var counts [fields]uint32
		for f := range counts {
			counts[f] = uint32(len(found[term][f])) //nolint:gosec // at most maxWords
		}
		mine := emphasis.of(&counts) * rarity
		norm += mine * mine
		for _, o := range list {
			if dots[o.doc] == 0 {
				touched = append(touched, o.doc)
			}
			dots[o.doc] += mine * o.emphasis * rarity
		}
	}
	norms := x.norms()
	b := best{size: n, order: func(a, b place) int {
		return cmp.Or(cmp.Compare(b.number, a.number), strings.Compare(a.id, b.id))
	}}
	for _, doc := range touched {
		s, i := x.locate(doc)
		if id := s.ids.at(i); id != d.ID {
			score := min(dots[doc]/(norms[doc]*math.Sqrt(norm)), 1)
			b.add(place{doc: doc, id: id, number: int64(math.Round(score * precision))})
		}
	}
	b.cut()
	hits := make([]Hit, 0, len(b.places))
	for _, p := range b.places {
		hits = append(hits, x.hit(p.doc, float64(p.number)/precision))
	}
	return hits
}

// emphasis is what a term's occurrences in one document weigh: one and the logarithm of the weighted
// sum of its occurrences, looked up while that is small. Weights are whole numbers.
type emphasis [64]float64

func newEmphasis() *emphasis {
	var e emphasis
	for i := range e {
		e[i] = 1 + math.Log(float64(max(i, 1)))
	}
	return &e
}

func (e *emphasis) of(counts *[fields]uint32) float64 {
	sum := uint32(0)
	for f, count := range counts {
		sum += uint32(weights[f]) * count
	}
	if int(sum) < len(e) {
		return e[sum]
	}
	return 1 + math.Log(float64(sum))
}

// occurrence is a document that has a term.
type occurrence struct {
	doc      int
	emphasis float64
}

// occurrences appends the documents that can be found and have a term, which is given by its number
// in each segment.
func (x *Index) occurrences(to []occurrence, at []int, e *emphasis) []occurrence {
	for i, s := range x.segments {
		for p := s.postingsOf(at[i]); p.next(); {
			if doc := x.from[i] + p.doc; x.live.has(doc) {
				to = append(to, occurrence{doc, e.of(&p.counts)})
			}
		}
	}
	return to
}

// termRarity is the inverse document frequency of a term that n documents have.
func (x *Index) termRarity(n int) float64 {
	return math.Log(1 + float64(x.size)/float64(max(n, 1)))
}

// computeNorms returns the length of every document's vector. It reads all postings, so it is done
// when the first one asks for similar documents.
func (x *Index) computeNorms() []float64 {
	norms := make([]float64, x.documents)
	emphasis := newEmphasis()
	var list []occurrence
	for _, at := range terms(x.segments) {
		list = x.occurrences(list[:0], at, emphasis)
		rarity := x.termRarity(len(list))
		for _, o := range list {
			weight := o.emphasis * rarity
			norms[o.doc] += weight * weight
		}
	}
	for i := range norms {
		norms[i] = math.Sqrt(norms[i])
	}
	return norms
}
