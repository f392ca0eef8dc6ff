package search

import (
	"errors"
	"testing"
)

func TestDamagedSegments(t *testing.T) {
	data := library(t).segments[0].encode()
	if _, err := decode(data); err != nil {
		t.Fatal(err)
	}
	for i := range data {
		damaged := append([]byte(nil), data...)
		damaged[i] ^= 0x20
		if _, err := decode(damaged); !errors.Is(err, errSegment) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := decode(data[:i]); !errors.Is(err, errSegment) {
			t.Fatalf("cut after %d bytes: %v", i, err)
		}
	}
}

// Even a segment whose checksum is right may be nonsense: it is refused, or can be used.
func FuzzSegment(f *testing.F) {
	s := library(f).segments[0]
	f.Add(s.encodeColumns(), s.postings)
	f.Add([]byte{0}, []byte{})
	f.Fuzz(func(t *testing.T, columns, postings []byte) {
		s, err := decode(seal(columns, postings))
		if err != nil {
			return
		}
		x := newIndex([]*segment{s, tombstone("leeds", 7)})
		for _, words := range []string{"refugees housing", `"housing first" -στέγαση`, ""} {
			if _, err := x.Search(Query{Language: "en", Words: words, Counts: []string{"theme"}, Sort: Sort{By: "published"}}); err != nil {
				t.Fatal(err)
			}
		}
		x.Similar(document("x", "en", "Housing first", "refugees"), 3)
		merge([]*segment{s, s, tombstone("leeds", 7)}).encode()
	})
}
