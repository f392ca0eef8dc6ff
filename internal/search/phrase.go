package search

import (
	"slices"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// holding returns the documents that have a phrase, or a single word, in any of the languages. Stop
// words within it only keep the distance. It reports false for a text without a word to look for.
func (x *Index) holding(text, reader string) (set, bool) {
	found, asked := newSet(x.documents), false
	for _, language := range x.queryLanguages(base(reader)) {
		var terms []string
		var offsets []uint64
		offset := uint64(0)
		eachWord(text, func(word string) bool {
			if folded := stem.Fold(word); folded != "" && !stem.Stop(language, folded) {
				terms = append(terms, key(language, stem.Word(language, word)))
				offsets = append(offsets, offset)
			}
			offset++
			return true
		})
		if len(terms) == 0 {
			continue
		}
		asked = true
		for i, s := range x.segments {
			s.phrase(terms, offsets, func(doc int) { found.add(x.from[i] + doc) })
		}
	}
	return found, asked
}

// phrase calls found with each document that has the terms at the given distances from each other.
func (s *segment) phrase(terms []string, offsets []uint64, found func(doc int)) {
	lists := make([]postings, len(terms))
	for i, term := range terms {
		lists[i] = s.postingsOf(s.term(term))
		if !lists[i].next() {
			return
		}
	}
	positions := make([][]uint64, len(terms))
	for {
		// Bring every list to the document that the farthest one is at.
		doc := 0
		for i := range lists {
			doc = max(doc, lists[i].doc)
		}
		together := true
		for i := range lists {
			for lists[i].doc < doc {
				if !lists[i].next() {
					return
				}
			}
			together = together && lists[i].doc == doc
		}
		if !together {
			continue
		}
		for i := range lists {
			positions[i] = lists[i].positions(positions[i][:0])
		}
		if inOrder(positions, offsets) {
			found(doc)
		}
		if !lists[0].next() {
			return
		}
	}
}

// inOrder reports whether there is a place where every term stands at its offset.
func inOrder(positions [][]uint64, offsets []uint64) bool {
	for _, p := range positions[0] {
		all := true
		for i := 1; i < len(positions) && all; i++ {
			_, all = slices.BinarySearch(positions[i], p-offsets[0]+offsets[i])
		}
		if all {
			return true
		}
	}
	return false
}
