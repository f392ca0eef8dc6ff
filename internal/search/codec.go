package search

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"slices"
)

// A stored segment is a format, a checksum of all that follows it, the lengths of the columns before
// and after compression, the columns (documents and terms), and the postings. These are in memory as
// they are stored: compression would make them smaller by a fifth and loading twice as long.

// format is the first byte of a stored segment. Another analysis of words or another layout needs
// another one; a [Store.Rebuild] then makes the segments anew.
const format = 1

// errSegment is the error for bytes that are no segment.
var errSegment = errors.New("search: not a segment")

func (s *segment) encode() []byte { return seal(s.encodeColumns(), s.postings) }

func seal(columns, postings []byte) []byte {
	packed := compress(columns)
	all := []byte{format, 0, 0, 0, 0}
	all = binary.AppendUvarint(all, uint64(len(columns)))
	all = binary.AppendUvarint(all, uint64(len(packed)))
	all = slices.Concat(all, packed, postings)
	binary.LittleEndian.PutUint32(all[1:], crc32.ChecksumIEEE(all[5:]))
	return all
}

func compress(plain []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// maxRatio is how much flate can compress at most.
const maxRatio = 1032

func decompress(packed []byte, size uint64) ([]byte, error) {
	if size > uint64(len(packed))*maxRatio {
		return nil, errSegment
	}
	plain := make([]byte, size)
	r := flate.NewReader(bytes.NewReader(packed))
	if _, err := io.ReadFull(r, plain); err != nil {
		return nil, errSegment
	}
	return plain, nil
}

// decode returns the segment of stored bytes, which must not be changed afterwards: its postings are
// a part of them.
func decode(b []byte) (*segment, error) {
	if len(b) < 5 || b[0] != format || binary.LittleEndian.Uint32(b[1:]) != crc32.ChecksumIEEE(b[5:]) {
		return nil, errSegment
	}
	head := decoder{b: b[5:]}
	size, length := head.uvarint(), head.uvarint()
	if head.failed || length > uint64(len(head.b)) {
		return nil, errSegment
	}
	columns, err := decompress(head.b[:length], size)
	if err != nil {
		return nil, err
	}
	s := &segment{postings: head.b[length:]}
	d := decoder{b: columns}
	if d.columns(s) != uint64(len(s.postings)) || d.failed {
		return nil, errSegment
	}
	return s, nil
}

func (s *segment) encodeColumns() []byte {
	b := binary.AppendUvarint(nil, uint64(s.len())) //nolint:gosec // a length
	for _, t := range []*texts{&s.ids, &s.titles, &s.shows} {
		b = appendTexts(b, t)
	}
	for i := range s.len() {
		version := uint64(s.versions[i]) << 1 //nolint:gosec // as bits
		if s.removed[i] {
			version |= 1
		}
		b = binary.AppendUvarint(b, version)
	}
	languages := slices.Compact(slices.Sorted(slices.Values(s.languages)))
	b = appendStrings(b, languages)
	for _, l := range s.languages {
		n, _ := slices.BinarySearch(languages, l)
		b = binary.AppendUvarint(b, uint64(n)) //nolint:gosec // an index
	}
	for _, lengths := range s.lengths {
		for _, n := range lengths {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	names := slices.Sorted(maps.Keys(s.numbers))
	b = appendStrings(b, names)
	for _, name := range names {
		before := int64(0)
		for _, v := range s.numbers[name] {
			b = binary.AppendVarint(b, v-before)
			before = v
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.facetValues)))
	for _, f := range s.facetValues {
		b = appendString(appendString(b, f.name), f.value)
	}
	for doc := range s.len() {
		b = binary.AppendUvarint(b, uint64(len(s.facets(doc))))
	}
	for _, f := range s.facetsOf {
		b = binary.AppendUvarint(b, uint64(f))
	}
	return s.encodeTerms(b)
}

// encodeTerms writes each term as how much it shares with the one before, the rest, and the length of
// its postings.
func (s *segment) encodeTerms(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.terms.len())) //nolint:gosec // a length
	before := ""
	for i := range s.terms.len() {
		term := s.terms.at(i)
		shared := 0
		for shared < len(term) && shared < len(before) && term[shared] == before[shared] {
			shared++
		}
		b = binary.AppendUvarint(b, uint64(shared))
		b = appendString(b, term[shared:])
		before = term
	}
	for i := range s.terms.len() {
		b = binary.AppendUvarint(b, uint64(s.postingsFrom[i+1]-s.postingsFrom[i]))
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, all []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, s := range all {
		b = appendString(b, s)
	}
	return b
}

func appendTexts(b []byte, t *texts) []byte {
	for i := range t.len() {
		b = binary.AppendUvarint(b, uint64(t.from[i+1]-t.from[i]))
	}
	return append(b, t.all...)
}

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
