package funding

import (
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/search"
)

// found is what a search found: one page of it.
type found struct {
	at     time.Time // when the statuses held
	total  int       // on all pages
	size   int       // of all calls
	hits   []call.Hit
	counts map[string][]search.Count
	next   string
}

// find asks the index for a page of a query's results, and for the counts of facets.
func (s *Service) find(r *http.Request, q query, size int, counts ...string) (found, error) {
	index, err := s.Index(r.Context())
	if err != nil {
		return found{}, err
	}
	at, cursor := q.moment(s.Now())
	result, err := index.Search(q.search(r, at, cursor, size, counts))
	if err != nil {
		return found{}, fault.New(http.StatusBadRequest, "bad-request").Because(err) // search.ErrCursor
	}
	f := found{at: at, total: result.Total, size: index.Len(), counts: result.Counts}
	if result.Next != "" {
		f.next = strconv.FormatInt(at.Unix(), 10) + "." + result.Next
	}
	f.hits, err = read(result.Hits)
	return f, err
}

// read reads what the index hands back.
func read(found []search.Hit) ([]call.Hit, error) {
	hits := make([]call.Hit, 0, len(found))
	for _, one := range found {
		h, err := call.ReadHit(one.Show)
		if err != nil {
			return nil, err
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// countStatuses counts what the query finds with each status in place of its own.
func (s *Service) countStatuses(r *http.Request, q query) (map[string]int, error) {
	index, err := s.Index(r.Context())
	if err != nil {
		return nil, err
	}
	at, _ := q.moment(s.Now())
	counts := map[string]int{}
	for _, status := range statuses {
		result, err := index.Search(q.with(status).search(r, at, "", 1, nil))
		if err != nil {
			return nil, err
		}
		counts[status] = result.Total
	}
	return counts, nil
}
