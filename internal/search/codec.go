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
