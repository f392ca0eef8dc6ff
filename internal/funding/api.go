package funding

import (
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

// How many calls a page of the interface holds, unless "limit" asks for fewer or more.
const (
	apiSize    = 25
	apiSizeMax = 100
)

// callJSON is a call as other sites see it; in a list without text, conditions and links.
type callJSON struct {
	ID       string      `json:"id"`
	URL      string      `json:"url"`
	Status   call.Status `json:"status"`
	Deadline string      `json:"deadline"` // the next one, RFC 3339, or ""
	call.Content
	Version   int           `json:"version,omitempty"`
	Origins   []call.Origin `json:"origins,omitempty"`
	SeenAt    time.Time     `json:"seenAt"`
	ChangedAt time.Time     `json:"changedAt"`
}

// countJSON is how many of the found calls have a value.
type countJSON struct {
	Value string `json:"value"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func (s *Service) listCalls(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	size := apiSize
	if limit := r.URL.Query().Get("limit"); limit != "" {
		if size, err = strconv.Atoi(limit); err != nil || size < 1 || size > apiSizeMax {
			return fault.Invalid(fault.Field{Name: "limit", Code: "choice"})
		}
	}
	p := web.Printer(r.Context())
	found, err := s.find(r, q, size, facetNames()...)
	if err != nil {
		return err
	}
	answer := struct {
		Total  int                    `json:"total"`
		Calls  []callJSON             `json:"calls"`
		Facets map[string][]countJSON `json:"facets"`
		Next   string                 `json:"next,omitempty"`
	}{found.total, []callJSON{}, map[string][]countJSON{}, found.next}
	for _, h := range found.hits {
		answer.Calls = append(answer.Calls, s.callJSON(call.Call{ID: h.ID, Content: h.Content, SeenAt: h.SeenAt, ChangedAt: h.ChangedAt}, found.at))
	}
	for _, f := range facets {
		answer.Facets[f.name] = []countJSON{}
		for _, c := range f.counts(found.counts[f.name]) {
			answer.Facets[f.name] = append(answer.Facets[f.name], countJSON{c.Value, f.text(p, c.Value), c.N})
		}
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return web.WriteJSON(w, http.StatusOK, answer)
}

func (s *Service) getCall(w http.ResponseWriter, r *http.Request) error {
	c, err := s.call(r)
	if err != nil {
		return err
	}
	if c.MergedInto != "" {
		http.Redirect(w, r, apiPath+"/"+c.MergedInto, http.StatusMovedPermanently)
		return nil
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Set("Last-Modified", c.ChangedAt.UTC().Format(http.TimeFormat))
	return web.WriteJSON(w, http.StatusOK, s.callJSON(c, s.Now()))
}

func (s *Service) callJSON(c call.Call, at time.Time) callJSON {
	j := callJSON{
		ID: c.ID, URL: s.Post.Site.URL + call.Path(c.ID), Status: c.Status(at), Content: c.Content, Version: c.Version,
		Origins: c.Origins, SeenAt: c.SeenAt.UTC().Truncate(time.Second), ChangedAt: c.ChangedAt.UTC().Truncate(time.Second),
	}
	if next, ok := c.Next(at); ok {
		j.Deadline = stamp(next.At())
	}
	j.Deadlines, j.Topics, j.Links = filled(j.Deadlines), filled(j.Topics), filled(j.Links)
	j.Eligibility.Applicants, j.Eligibility.Countries = filled(j.Eligibility.Applicants), filled(j.Eligibility.Countries)
	return j
}

// filled makes a list that is written as [], not as null.
func filled[T any](list []T) []T { return append([]T{}, list...) }
