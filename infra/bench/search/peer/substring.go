package main

import (
	"cmp"
	"slices"
	"strings"
)

// substrings finds what contains the typed words as they are; the more of them, the higher.
func substrings(practices []practice) engine {
	return func(q query) ([]string, error) {
		type hit struct {
			id string
			n  int
		}
		var hits []hit
		for _, p := range practices {
			text := strings.ToLower(p.Title + " " + p.Summary + " " + p.Body)
			n := 0
			for word := range strings.FieldsSeq(strings.ToLower(q.Words)) {
				if strings.Contains(text, word) {
					n++
				}
			}
			if n > 0 {
				hits = append(hits, hit{p.ID, n})
			}
		}
		slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(b.n-a.n, strings.Compare(a.id, b.id)) })
		var ids []string
		for _, h := range hits[:min(len(hits), depth)] {
			ids = append(ids, h.id)
		}
		return ids, nil
	}
}
