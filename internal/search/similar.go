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
	found, _ := d.analyse(maxWords)
	dots := make([]float64, x.documents)
	var norm float64
	var touched []int
	// In a fixed order, so that sums are the same each time.
	for _, term := range sortedKeys(found) {
		at := make([]int, len(x.segments))
		for i, s := range x.segments {
			at[i] = s.term(term)
		}
		rarity := x.termRarity(at)
		var counts [fields]uint32
		for f := range counts {
			counts[f] = uint32(len(found[term][f])) //nolint:gosec // at most maxWords
		}
		mine := emphasis(counts) * rarity
		norm += mine * mine
		for doc, counts := range x.occurrences(at) {
			if dots[doc] == 0 {
				touched = append(touched, doc)
			}
			dots[doc] += mine * emphasis(counts) * rarity
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

// emphasis is what a term's occurrences in one document weigh.
func emphasis(counts [fields]uint32) float64 {
	sum := 0.0
	for f, count := range counts {
		sum += weights[f] * float64(count)
	}
	return 1 + math.Log(sum)
}

// termRarity is the inverse document frequency of a term, given by its number in each segment.
func (x *Index) termRarity(at []int) float64 {
	n := 0
	for range x.occurrences(at) {
		n++
	}
	return math.Log(1 + float64(x.size)/float64(max(n, 1)))
}

// occurrences goes through the documents that can be found and have a term, which is given by its
// number in each segment.
func (x *Index) occurrences(at []int) func(func(int, [fields]uint32) bool) {
	return func(yield func(int, [fields]uint32) bool) {
		for i, s := range x.segments {
			for p := s.postingsOf(at[i]); p.next(); {
				if doc := x.from[i] + p.doc; x.live.has(doc) && !yield(doc, p.counts) {
					return
				}
			}
		}
	}
}

// computeNorms returns the length of every document's vector. It reads all postings, so it is done
// when the first one asks for similar documents.
func (x *Index) computeNorms() []float64 {
	norms := make([]float64, x.documents)
	for _, at := range terms(x.segments) {
		rarity := x.termRarity(at)
		for doc, counts := range x.occurrences(at) {
			weight := emphasis(counts) * rarity
			norms[doc] += weight * weight
		}
	}
	for i := range norms {
		norms[i] = math.Sqrt(norms[i])
	}
	return norms
}
