package search

import (
	"slices"
	"sync"
)

// Index is a snapshot of all documents. It never changes and may be used by any number of goroutines
// at once.
type Index struct {
	segments  []*segment
	from      []int // the number of each segment's first document, among all
	live      set   // what can be found: the newest version of each document that is not removed
	size      int   // of live
	documents int   // with those that cannot be found
	average   [fields]float64
	languages []string // that there are terms in
	scratch   sync.Pool
	norms     func() []float64
}

// NewIndex returns an index of the documents. It fails when one of them has no id or shows too much.
func NewIndex(docs ...Document) (*Index, error) {
	s, err := build(docs, maxWords)
	if err != nil {
		return nil, err
	}
	return newIndex([]*segment{s}), nil
}

func newIndex(segments []*segment) *Index {
	x := &Index{segments: segments, from: make([]int, len(segments))}
	for i, s := range segments {
		x.from[i] = x.documents
		x.documents += s.len()
		x.languages = append(x.languages, s.termLanguages()...)
	}
	slices.Sort(x.languages)
	x.languages = slices.Compact(x.languages)

	x.live = newSet(x.documents)
	var words [fields]float64
	live := newest(segments)
	for i, s := range segments {
		for doc := range s.len() {
			if !live[i].has(doc) || s.removed[doc] {
				continue
			}
			x.live.add(x.from[i] + doc)
			x.size++
			for f := range words {
				words[f] += float64(s.lengths[f][doc])
			}
		}
	}
	for f := range words {
		x.average[f] = max(words[f]/float64(max(x.size, 1)), 1)
	}
	x.scratch.New = func() any { return newScratch(x.documents) }
	x.norms = sync.OnceValue(x.computeNorms)
	return x
}

// Len returns how many documents can be found.
func (x *Index) Len() int { return x.size }

// locate returns the segment of a document and its number there.
func (x *Index) locate(doc int) (*segment, int) {
	i, found := slices.BinarySearch(x.from, doc)
	if !found {
		i--
	}
	// Several segments begin at the same number when one of them is empty.
	for x.segments[i].len() <= doc-x.from[i] {
		i++
	}
	return x.segments[i], doc - x.from[i]
}

// Hit is a document that was found.
type Hit struct {
	ID, Language string
	// Score is the higher the better the document fits; it means something only within one result.
	// For [Index.Similar] it is between 0 and 1.
	Score float64
	// Show is what the document was stored with. It must not be written to.
	Show []byte
}

func (x *Index) hit(doc int, score float64) Hit {
	s, n := x.locate(doc)
	return Hit{ID: s.ids.at(n), Language: s.languages[n], Score: score, Show: []byte(s.shows.at(n))}
}
