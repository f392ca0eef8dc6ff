package library

import (
	"net/http"
	"slices"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// found is what a search found: one page of it.
type found struct {
	total  int // on all pages
	size   int // of the library
	hits   []hit
	counts map[string][]search.Count
	next   string
}

// hit is a practice that was found.
type hit struct{ practice.Hit }

// find asks the index for a page of a query's results, and for the counts of facets.
func (s *Service) find(r *http.Request, q query, size int, counts ...string) (found, error) {
	index, err := s.Index(r.Context())
	if err != nil {
		return found{}, err
	}
	result, err := index.Search(q.search(r, size, counts))
	if err != nil {
		return found{}, fault.New(http.StatusBadRequest, "bad-request").Because(err) // search.ErrCursor
	}
	f := found{total: result.Total, size: index.Len(), counts: result.Counts, next: result.Next}
	for _, one := range result.Hits {
		h, err := practice.ReadHit(one.Show)
		if err != nil {
			return found{}, err
		}
		f.hits = append(f.hits, hit{h})
	}
	return f, nil
}

// languages lists the languages of the practice's texts: the original first, the others sorted.
func (h hit) languages() []language.Tag { return originalFirst(h.Original, h.Texts) }

func originalFirst[T any](original language.Tag, texts map[language.Tag]T) []language.Tag {
	tags := []language.Tag{original}
	for tag := range texts {
		if tag != original {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags[1:])
	return tags
}

// years tells in words when the practice ran.
func (h hit) years(p *language.Printer) string {
	begin, end := year(h.Begin), year(h.End)
	switch {
	case begin == "":
		return ""
	case end == "":
		return p.Text("library.since", "Begin", begin)
	case end == begin:
		return begin
	}
	return p.Text("library.years", "Begin", begin, "End", end)
}

// year is the year of a month such as "2024-03".
func year(month string) string { return month[:min(len(month), 4)] }
