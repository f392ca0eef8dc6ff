package search

import (
	"strings"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// What a word that is nowhere may have been meant to be: a term that it begins, or one that is a
// letter away. Shorter words would be anything.
const (
	shortestPrefix = 3
	shortestTypo   = 5
	maxSimilar     = 32
)

// similarTerms returns terms for a word that no document has: in the first language, the reader's
// before the others, that has any.
func (x *Index) similarTerms(g *group) []string {
	letters := utf8.RuneCountInString(g.word)
	folded := stem.Fold(g.word)
	for _, term := range g.terms {
		language, stemmed, _ := strings.Cut(term, "/")
		var similar []string
		for _, s := range x.segments {
			from, to := s.terms.find(language+"/"), s.terms.find(language+"0")
			if letters >= shortestPrefix {
				prefix := key(language, folded)
				for i := s.terms.find(prefix); i < to && len(similar) < maxSimilar && strings.HasPrefix(s.terms.at(i), prefix); i++ {
					similar = append(similar, s.terms.at(i))
				}
			}
			if letters >= shortestTypo {
				for i := from; i < to && len(similar) < maxSimilar; i++ {
					if oneEdit(s.terms.at(i)[len(language)+1:], stemmed) {
						similar = append(similar, s.terms.at(i))
					}
				}
			}
		}
		if len(similar) > 0 {
			return similar
		}
	}
	return nil
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
