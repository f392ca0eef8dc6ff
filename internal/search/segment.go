package search

import (
	"encoding/binary"
	"math"
	"sort"
	"strings"
)

// segment is an index of some documents that never changes. All that it holds per document or per
// word lies in flat slices: ten thousand documents are a few hundred objects to the collector.
//
// Documents are numbered in the order of their ids, terms in the order of their bytes.
type segment struct {
	ids, titles, shows texts
	versions           []int64
	removed            []bool
	languages          []string // per document; the strings are shared
	lengths            [fields][]uint32
	numbers            map[string][]int64 // missing where a document has none

	facetValues []facet
	facetsFrom  []uint32 // where a document's begin in facetsOf, and one more for the end
	facetsOf    []uint32 // indices into facetValues

	terms        texts
	postingsFrom []uint32
	postings     []byte
}

// missing stands for a number that a document does not have.
const missing = math.MinInt64

// texts are strings one after the other.
type texts struct {
	from []uint32 // where each begins, and one more for the end
	all  string
}

func (t *texts) at(i int) string { return t.all[t.from[i]:t.from[i+1]] }
func (t *texts) len() int        { return max(len(t.from)-1, 0) }

// find returns the place of the first string that is not before s, in sorted texts.
func (t *texts) find(s string) int {
	return sort.Search(t.len(), func(i int) bool { return t.at(i) >= s })
}

func (s *segment) len() int { return s.ids.len() }

// doc returns the number of the document with an id, or -1.
func (s *segment) doc(id string) int {
	if i := s.ids.find(id); i < s.len() && s.ids.at(i) == id {
		return i
	}
	return -1
}

// term returns the number of a term, or -1.
func (s *segment) term(key string) int {
	if i := s.terms.find(key); i < s.terms.len() && s.terms.at(i) == key {
		return i
	}
	return -1
}

// facets returns a document's facets as indices into facetValues.
func (s *segment) facets(doc int) []uint32 {
	return s.facetsOf[s.facetsFrom[doc]:s.facetsFrom[doc+1]]
}

func (s *segment) record(doc int) record {
	r := record{
		id: s.ids.at(doc), version: s.versions[doc], removed: s.removed[doc], language: s.languages[doc],
		title: s.titles.at(doc), show: s.shows.at(doc),
	}
	for f := range r.lengths {
		r.lengths[f] = s.lengths[f][doc]
	}
	for name, column := range s.numbers {
		if column[doc] != missing {
			r.numbers = append(r.numbers, number{name, column[doc]})
		}
	}
	for _, i := range s.facets(doc) {
		r.facets = append(r.facets, s.facetValues[i])
	}
	return r
}

// termLanguages returns the languages that the segment has terms in.
func (s *segment) termLanguages() []string {
	var languages []string
	for i := 0; i < s.terms.len(); {
		language, _, found := strings.Cut(s.terms.at(i), "/")
		if !found {
			return languages
		}
		languages = append(languages, language)
		i = s.terms.find(language + "0") // the character after the slash
	}
	return languages
}

// posting is one document's occurrences of a term.
//
// Encoded it is a varint of the distance to the document before, times two, plus one if the term is
// elsewhere than only in the body: then a byte with a bit for each field that has it follows. Then,
// for each such field, the distances between the positions, times two, plus one if another follows.
// A position is the number of a word in its field.
type posting struct {
	doc    int
	counts [fields]uint32
	mask   byte   // the fields, as bits
	body   []byte // the encoded positions
}

// postings reads the postings of a term. Damaged bytes end it early.
type postings struct {
	posting
	rest []byte
	docs int
}

func (s *segment) postingsOf(term int) postings {
	if term < 0 {
		return postings{}
	}
	return postings{rest: s.postings[s.postingsFrom[term]:s.postingsFrom[term+1]], docs: s.len()}
}

const bodyOnly = 1 << Body

// next goes to the next document and reports whether there is one.
func (p *postings) next() bool {
	head, n := binary.Uvarint(p.rest)
	if n <= 0 {
		return false
	}
	distance := head >> 1
	b := p.rest[n:]
	p.mask = bodyOnly
	if head&1 != 0 {
		if len(b) == 0 {
			return false
		}
		p.mask, b = b[0], b[1:]
	}
	if distance >= uint64(p.docs) || p.doc+int(distance) >= p.docs { //nolint:gosec // below p.docs
		return false
	}
	p.doc += int(distance)
	at := 0
	for f := range p.counts {
		p.counts[f] = 0
		if p.mask&(1<<f) == 0 {
			continue
		}
		for more := true; more; p.counts[f]++ {
			if at >= len(b) {
				return false
			}
			more = b[at]&1 != 0
			for b[at] >= 0x80 {
				if at++; at >= len(b) {
					return false
				}
			}
			at++
		}
	}
	p.body, p.rest = b[:at], b[at:]
	return true
}

// fieldShift parts the fields in a position, so that no phrase reaches from one into the next.
const fieldShift = 32

// positions appends where the term stands in the document: field << fieldShift | word.
func (p *posting) positions(to []uint64) []uint64 {
	b := p.body
	for f := range uint64(fields) {
		if p.mask&(1<<f) == 0 {
			continue
		}
		at := f << fieldShift
		for more := true; more; {
			v, n := binary.Uvarint(b)
			if n <= 0 {
				return to
			}
			b = b[n:]
			more = v&1 != 0
			at += v >> 1
			to = append(to, at)
		}
	}
	return to
}

// appendPosting encodes a posting, up to its positions.
func appendPosting(b []byte, distance int, mask byte) []byte {
	head := uint64(distance) << 1 //nolint:gosec // documents ascend
	if mask == bodyOnly {
		return binary.AppendUvarint(b, head)
	}
	return append(binary.AppendUvarint(b, head|1), mask)
}

// appendPositions encodes the positions of one field, which ascend.
func appendPositions(b []byte, positions []uint32) []byte {
	before := uint32(0)
	for i, p := range positions {
		v := uint64(p-before) << 1
		if i+1 < len(positions) {
			v |= 1
		}
		b = binary.AppendUvarint(b, v)
		before = p
	}
	return b
}
