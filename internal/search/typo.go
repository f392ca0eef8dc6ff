package search

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// What a word that is nowhere may have been meant to be: a term that it begins, or one that is a
// letter away, which is seldom the first. Shorter words would be anything.
const (
	shortestPrefix = 3
	shortestTypo   = 5
	maxSimilar     = 100
)

// similarTerms returns terms for a word that no document has: in the first language, the reader's
// before the others, that has any.
func (x *Index) similarTerms(g *group) []string {
	letters := utf8.RuneCountInString(g.word)
	folded := stem.Fold(g.word)
	for _, term := range g.terms {
		language, stemmed, _ := strings.Cut(term, "/")
		_, first := utf8.DecodeRuneInString(stemmed)
		var similar []string
		for i, s := range x.segments {
			collect := func(n int) {
				if x.inUse(i, n) {
					similar = append(similar, s.terms.at(n))
				}
			}
			if letters >= shortestPrefix {
				for n := range s.prefixed(key(language, folded)) {
					collect(n)
				}
			}
			if letters >= shortestTypo {
				for n := range s.prefixed(key(language, stemmed[:first])) {
					if oneEdit(s.terms.at(n)[len(language)+1:], stemmed) {
						collect(n)
					}
				}
			}
		}
		if len(similar) > 0 {
			slices.Sort(similar)
			similar = slices.Compact(similar)
			return similar[:min(len(similar), maxSimilar)]
		}
	}
	return nil
}

// prefixed goes through the numbers of the terms with a prefix.
func (s *segment) prefixed(prefix string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := s.terms.find(prefix); n < s.terms.len() && strings.HasPrefix(s.terms.at(n), prefix); n++ {
			if !yield(n) {
				return
			}
		}
	}
}

// inUse reports whether a document that can be found has term n of segment i.
func (x *Index) inUse(i, n int) bool {
	for p := x.segments[i].postingsOf(n); p.next(); {
		if x.live.has(x.from[i] + p.doc) {
			return true
		}
	}
	return false
}

// oneEdit reports whether one letter changed, added, left out, or swapped with the next makes b of a.
func oneEdit(a, b string) bool {
	if len(a)-len(b) > utf8.UTFMax || len(b)-len(a) > utf8.UTFMax {
		return false
	}
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	for same > 0 && same < len(a) && !utf8.RuneStart(a[same]) {
		same--
	}
	a, b = a[same:], b[same:]
	_, first := utf8.DecodeRuneInString(a)
	_, second := utf8.DecodeRuneInString(b)
	switch {
	case a == b:
		return false
	case a != "" && a[first:] == b, b != "" && b[second:] == a, a != "" && b != "" && a[first:] == b[second:]:
		return true
	}
	// Two letters swapped.
	_, firstNext := utf8.DecodeRuneInString(a[first:])
	_, secondNext := utf8.DecodeRuneInString(b[second:])
	return firstNext > 0 && secondNext > 0 &&
		a[:first] == b[second:second+secondNext] && b[:second] == a[first:first+firstNext] &&
		a[first+firstNext:] == b[second+secondNext:]
}
