package search

import (
	"maps"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// writer makes a segment out of records and terms, both added in their order.
type writer struct {
	segment
	texts       [4]textWriter
	facetNumber map[facet]uint32
	languageOf  map[string]string
}

type textWriter struct {
	from []uint32
	all  strings.Builder
}

func (w *textWriter) add(s string) {
	w.from = append(w.from, uint32(w.all.Len())) //nolint:gosec // a segment is far below 4 GB
	w.all.WriteString(s)
}

func (w *textWriter) texts() texts {
	return texts{append(w.from, uint32(w.all.Len())), w.all.String()} //nolint:gosec // as above
}

func newWriter() *writer {
	return &writer{
		segment:     segment{numbers: map[string][]int64{}, facetsFrom: []uint32{0}},
		facetNumber: map[facet]uint32{}, languageOf: map[string]string{},
	}
}

func (w *writer) addRecord(r record) {
	n := len(w.versions)
	for i, s := range []string{r.id, r.title, r.show} {
		w.texts[i].add(s)
	}
	w.versions = append(w.versions, r.version)
	w.removed = append(w.removed, r.removed)
	w.languages = append(w.languages, w.shared(r.language))
	for f := range r.lengths {
		w.lengths[f] = append(w.lengths[f], r.lengths[f])
	}
	for _, v := range r.numbers {
		if w.numbers[v.name] == nil {
			w.numbers[v.name] = slices.Repeat([]int64{missing}, n)
		}
		w.numbers[v.name] = append(w.numbers[v.name], v.value)
	}
	for name, column := range w.numbers {
		if len(column) == n {
			w.numbers[name] = append(column, missing)
		}
	}
	for _, f := range r.facets {
		number, known := w.facetNumber[f]
		if !known {
			number = uint32(len(w.facetValues)) //nolint:gosec // as above
			w.facetNumber[f] = number
			w.facetValues = append(w.facetValues, f)
		}
		w.facetsOf = append(w.facetsOf, number)
	}
	w.facetsFrom = append(w.facetsFrom, uint32(len(w.facetsOf))) //nolint:gosec // as above
}

// shared returns one string for all equal ones.
func (w *writer) shared(s string) string {
	if known, ok := w.languageOf[s]; ok {
		return known
	}
	w.languageOf[s] = s
	return s
}

func (w *writer) addTerm(term string, postings []byte) {
	w.texts[3].add(term)
	w.postingsFrom = append(w.postingsFrom, uint32(len(w.postings))) //nolint:gosec // as above
	w.postings = append(w.postings, postings...)
}

func (w *writer) finish() *segment {
	s := w.segment
	s.ids, s.titles, s.shows, s.terms = w.texts[0].texts(), w.texts[1].texts(), w.texts[2].texts(), w.texts[3].texts()
	s.postingsFrom = append(s.postingsFrom, uint32(len(s.postings))) //nolint:gosec // as above
	return &s
}

// occurrences are the positions of a term in each field of one document.
type occurrences [fields][]uint32

// analyse returns the terms of a document's first words with their positions, and the lengths of its
// fields.
func (d *Document) analyse(limit int) (map[string]*occurrences, [fields]uint32) {
	found := map[string]*occurrences{}
	var lengths [fields]uint32
	words := 0
	for _, t := range d.Texts {
		language := base(t.Language)
		if t.Language == "" {
			language = base(d.Language)
		}
		if words >= limit {
			break
		}
		field := min(t.Field, Body)
		position := lengths[field]
		add := func(term string) {
			at := found[term]
			if at == nil {
				at = &occurrences{}
				found[term] = at
			}
			if list := at[field]; len(list) == 0 || list[len(list)-1] != position {
				at[field] = append(list, position)
			}
		}
		eachWord(t.Text, func(word string) bool {
			folded := stem.Fold(word)
			if folded != "" && !stem.Stop(language, folded) {
				add(key(language, stem.Word(language, word)))
				if folded != word {
					// For those who type without accents.
					add(key(language, stem.Word(language, folded)))
				}
			}
			position++
			words++
			return words < limit
		})
		// No phrase reaches from one text into the next.
		lengths[field] = position + 1
	}
	return found, lengths
}

// build makes a segment of documents, with at most limit words of each. Of several with one id the one of the highest version stays.
func build(docs []Document, limit int) (*segment, error) {
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b Document) int {
		if a.ID != b.ID {
			return strings.Compare(a.ID, b.ID)
		}
		return int(min(max(b.Version-a.Version, -1), 1))
	})
	docs = slices.CompactFunc(docs, func(a, b Document) bool { return a.ID == b.ID })

	type list struct {
		bytes []byte
		last  int
	}
	w := newWriter()
	lists := map[string]*list{}
	for n := range docs {
		if err := docs[n].check(); err != nil {
			return nil, err
		}
		r := docs[n].record()
		found, lengths := docs[n].analyse(limit)
		r.lengths = lengths
		w.addRecord(r)
		for term, at := range found {
			l := lists[term]
			if l == nil {
				l = &list{}
				lists[term] = l
			}
			l.bytes = at.encode(l.bytes, n-l.last)
			l.last = n
		}
	}
	for _, term := range slices.Sorted(maps.Keys(lists)) {
		w.addTerm(term, lists[term].bytes)
	}
	return w.finish(), nil
}

func (o *occurrences) encode(b []byte, distance int) []byte {
	mask := byte(0)
	for f, positions := range o {
		if len(positions) > 0 {
			mask |= 1 << f
		}
	}
	b = appendPosting(b, distance, mask)
	for _, positions := range o {
		b = appendPositions(b, positions)
	}
	return b
}

// tombstone makes a segment that says that a document is gone.
func tombstone(id string, version int64) *segment {
	w := newWriter()
	w.addRecord(record{id: id, version: version, removed: true})
	return w.finish()
}
