package search

import (
	"bytes"
	"encoding/binary"
)

// decoder reads what the encoder wrote. After anything that cannot be, it has failed and reads
// nothing more.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) fail() { d.b, d.failed = nil, true }

// count reads a number of things that take at least a byte each.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return 0
	}
	return int(n) //nolint:gosec // at most len(d.b)
}

// below reads a number below n.
func (d *decoder) below(n int) int {
	v := d.uvarint()
	if v >= uint64(n) { //nolint:gosec // a length
		d.fail()
		return 0
	}
	return int(v) //nolint:gosec // below n
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.fail()
		return nil
	}
	part := d.b[:n]
	d.b = d.b[n:]
	return part
}

func (d *decoder) string() string { return string(d.bytes(d.count())) }

func (d *decoder) strings() []string {
	all := make([]string, d.count())
	for i := range all {
		all[i] = d.string()
	}
	return all
}

// offsets reads n lengths and returns where each thing begins, and the end of the last.
func (d *decoder) offsets(n int) []uint32 {
	from := make([]uint32, n+1)
	at := uint64(0)
	for i := range n {
		if at += d.uvarint(); at > 1<<31 {
			d.fail()
			at = 0
		}
		from[i+1] = uint32(at)
	}
	return from
}

func (d *decoder) texts(n int) texts {
	from := d.offsets(n)
	all := string(d.bytes(int(from[n])))
	if d.failed {
		return texts{from: make([]uint32, n+1)}
	}
	return texts{from, all}
}

// columns reads all but the postings, and returns how many bytes of postings there must be.
func (d *decoder) columns(s *segment) uint64 {
	n := d.count()
	s.ids, s.titles, s.shows = d.texts(n), d.texts(n), d.texts(n)
	for i := 1; i < n; i++ {
		if s.ids.at(i) <= s.ids.at(i-1) {
			d.fail()
		}
	}
	s.versions, s.removed, s.languages = make([]int64, n), make([]bool, n), make([]string, n)
	for i := range n {
		v := d.uvarint()
		s.versions[i], s.removed[i] = int64(v>>1), v&1 != 0
	}
	if languages := d.strings(); len(languages) > 0 || n > 0 {
		for i := range n {
			if l := d.below(len(languages)); !d.failed {
				s.languages[i] = languages[l]
			}
		}
	}
	for f := range s.lengths {
		s.lengths[f] = make([]uint32, n)
		for i := range n {
			s.lengths[f][i] = uint32(d.below(1 << 31)) //nolint:gosec // below 1 << 31
		}
	}
	s.numbers = map[string][]int64{}
	for _, name := range d.strings() {
		column, before := make([]int64, n), int64(0)
		for i := range n {
			before += d.varint()
			column[i] = before
		}
		s.numbers[name] = column
	}
	d.facets(s, n)
	return d.terms(s)
}

func (d *decoder) facets(s *segment, n int) {
	s.facetValues = make([]facet, d.count())
	for i := range s.facetValues {
		s.facetValues[i] = facet{d.string(), d.string()}
	}
	s.facetsFrom = d.offsets(n)
	if int(s.facetsFrom[n]) > len(d.b) {
		d.fail()
		return
	}
	s.facetsOf = make([]uint32, s.facetsFrom[n])
	for i := range s.facetsOf {
		s.facetsOf[i] = uint32(d.below(len(s.facetValues))) //nolint:gosec // an index
	}
}

// maxTerm is longer than every term, in bytes: eachWord cuts words, and folding makes them longer.
const maxTerm = 8 << 10

func (d *decoder) terms(s *segment) uint64 {
	n := d.count()
	from := make([]uint32, 1, n+1)
	all := make([]byte, 0, 12*n)
	for range n {
		if d.failed {
			break
		}
		begin := len(all)
		before := all[from[max(len(from)-2, 0)]:begin]
		shared := d.below(len(before) + 1)
		rest := d.bytes(d.count())
		// In order, and no longer than terms are: or else a few bytes would become gigabytes.
		if shared+len(rest) > maxTerm || len(from) > 1 && bytes.Compare(rest, before[shared:]) <= 0 {
			d.fail()
		}
		all = append(all, before[:shared]...)
		all = append(all, rest...)
		from = append(from, uint32(len(all))) //nolint:gosec // no longer than what was read, times the longest term
	}
	s.terms = texts{from, string(all)}
	s.postingsFrom = d.offsets(n)
	return uint64(s.postingsFrom[n])
}
