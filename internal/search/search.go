// Package search finds documents by their words, in many languages at once, and by facets.
//
// A document is analysed once, when it is published: its words become stems in its own language
// (package stem) and its index of stems and positions joins those of the others. An [Index] is an
// immutable snapshot in memory, made of segments; a [Store] keeps the segments and a log of changes
// in a table; a [Reader] follows them. Words are scored by BM25F: a word counts by the field it
// stands in, by how rare it is, and less with every repetition.
package search

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// Document is what can be found.
type Document struct {
	// ID names the document; the domain chooses it. At most 255 bytes.
	ID string
	// Version grows with each change of the document. The highest one wins, whatever the clocks of
	// the writers say.
	Version int64
	// Language is the BCP 47 tag of the texts that name no other.
	Language string
	// Texts are searched. The first one of the field Title is what documents are sorted by.
	Texts []Text
	// Facets are values to filter by and to count, such as "theme": {"housing", "health"}.
	Facets map[string][]string
	// Numbers are to sort by and to bound, such as times in seconds since 1970.
	Numbers map[string]int64
	// Show is what the domain's lists need of the document, at most [MaxShow] bytes. It is handed
	// back as it is and must not be written to.
	Show []byte
}

// Text is one of a document's texts, in a language of its own if it is a translation.
type Text struct {
	Field    Field
	Language string
	Text     string
}

// Field is the part of a document that a text stands in, which decides how much its words count.
type Field uint8

// The fields, from the one whose words count most.
const (
	Title Field = iota
	Keywords
	Summary
	Body
	fields = iota
)

// MaxShow bounds Document.Show, in bytes: every document's is kept in memory.
const MaxShow = 4 << 10

// maxWords bounds the words of one document that are indexed, so that a change fits into one item of
// a table. Words beyond it are not found.
const maxWords = 20_000

// maxTitle bounds the part of a title that documents are sorted by, in bytes.
const maxTitle = 96

// errDocument is the error for a document that no index can hold.
var errDocument = errors.New("search: not a document")

func (d *Document) check() error {
	switch {
	case d.ID == "" || len(d.ID) > 255:
		return fmt.Errorf("%w: an id of %d bytes", errDocument, len(d.ID))
	case len(d.Show) > MaxShow:
		return fmt.Errorf("%w: %s shows %d bytes", errDocument, d.ID, len(d.Show))
	}
	return nil
}

// sortTitle is the title as documents are sorted by it: folded, and not longer than it has to be.
func (d *Document) sortTitle() string {
	for _, t := range d.Texts {
		if t.Field == Title {
			title := stem.Fold(strings.TrimSpace(t.Text))
			return strings.ToValidUTF8(title[:min(len(title), maxTitle)], "")
		}
	}
	return ""
}

// facet is one value of a facet.
type facet struct{ name, value string }

func (d *Document) facets() []facet {
	var all []facet
	for name, values := range d.Facets {
		for _, value := range values {
			all = append(all, facet{name, value})
		}
	}
	slices.SortFunc(all, compareFacets)
	return slices.Compact(all)
}

func compareFacets(a, b facet) int {
	return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
}

// record is what a segment knows of a document beside its words.
type record struct {
	id       string
	version  int64
	removed  bool // a tombstone: it hides older versions and is never found
	language string
	title    string
	show     string
	lengths  [fields]uint32 // in words
	numbers  []number
	facets   []facet
}

type number struct {
	name  string
	value int64
}

func (d *Document) record() record {
	r := record{
		id: d.ID, version: d.Version, language: base(d.Language), title: d.sortTitle(),
		show: string(d.Show), facets: d.facets(),
	}
	for name, value := range d.Numbers {
		r.numbers = append(r.numbers, number{name, value})
	}
	slices.SortFunc(r.numbers, func(a, b number) int { return strings.Compare(a.name, b.name) })
	return r
}
