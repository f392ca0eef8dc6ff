package search

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// place is where a document stands in a result.
type place struct {
	doc    int
	number int64  // score or number to sort by
	text   string // title to sort by
	id     string
}

// order compares two places of a query's result.
func (q *Query) order(byWords bool) func(a, b place) int {
	descending := q.Sort.Descending
	switch {
	case q.Sort.By == Relevance && byWords:
		descending = true
	case q.Sort.By == Relevance:
		descending = false
	}
	return func(a, b place) int {
		if (a.number == missing) != (b.number == missing) {
			return cmp.Compare(b.number, a.number) // missing is the least number and comes last
		}
		c := cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
		if descending {
			c = -c
		}
		return cmp.Or(c, strings.Compare(a.id, b.id))
	}
}

// precision is how finely scores are told apart.
const precision = 1e6

// place returns where document n of the segment stands.
func (s *segment) place(q *Query, byWords bool, n int, score float64) place {
	p := place{id: s.ids.at(n)}
	switch {
	case q.Sort.By == Relevance && byWords:
		p.number = int64(math.Round(score * precision))
	case q.Sort.By == Relevance || q.Sort.By == ByTitle:
		p.text = s.titles.at(n)
	default:
		p.number = missing
		if column := s.numbers[q.Sort.By]; column != nil {
			p.number = column[n]
		}
	}
	return p
}

// cursor is what the next page begins behind.
type cursor struct {
	Query      uint32      `json:"q"` // a hash, so that no cursor is used with another query
	Number     int64       `json:"v,omitempty"`
	Text       string      `json:"t,omitempty"`
	ID         string      `json:"i"`
	Statistics *statistics `json:"s,omitempty"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// maxCursor is longer than every cursor of our own, in characters.
const maxCursor = 2000

// parseCursor returns the cursor of a query, or nil for the first page.
func (q *Query) parseCursor(groups int) (*cursor, error) {
	if q.Cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil || len(q.Cursor) > maxCursor {
		return nil, ErrCursor
	}
	c := &cursor{}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, ErrCursor
	}
	if c.Query != q.hash() || groups > 0 && (c.Statistics == nil || !c.Statistics.valid(groups)) {
		return nil, ErrCursor
	}
	return c, nil
}

func (s *statistics) valid(groups int) bool {
	for _, a := range s.Average {
		if !(a >= 1) {
			return false
		}
	}
	return s.Size >= 0 && len(s.Frequencies) == groups
}

// hash tells queries apart that have different results.
func (q *Query) hash() uint32 {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%q %q %q %t", base(q.Language), q.Words, q.Sort.By, q.Sort.Descending)
	for _, name := range sortedKeys(q.Filters) {
		_, _ = fmt.Fprintf(h, " %q %q", name, slices.Sorted(slices.Values(q.Filters[name])))
	}
	for _, name := range sortedKeys(q.Ranges) {
		_, _ = fmt.Fprintf(h, " %q %v", name, q.Ranges[name])
	}
	return h.Sum32()
}

// best keeps the first few places of many.
type best struct {
	places []place
	size   int
	order  func(a, b place) int
	last   place // the last of the best so far, once they are full
	full   bool
}

// add sorts only when twice as many have come as are wanted, and then drops what comes behind those:
// most of a long result is never sorted.
func (b *best) add(p place) {
	if b.full && b.order(p, b.last) > 0 {
		return
	}
	b.places = append(b.places, p)
	if len(b.places) >= 2*b.size+16 {
		b.cut()
		b.last, b.full = b.places[b.size-1], true
	}
}

// cut leaves the best, in order.
func (b *best) cut() {
	slices.SortFunc(b.places, b.order)
	b.places = b.places[:min(len(b.places), b.size)]
}
