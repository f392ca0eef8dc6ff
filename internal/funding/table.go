package funding

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/call/callfile"
	"github.com/municipalitiesnet/munet/internal/web"
)

// csvPart is how many lines a part of the table has, of which each takes less than 2 KB: a function
// may answer with 6 MB at most (AWS Lambda's quota). A part that is not the last names the next one
// in its header Link (RFC 8288, rel="next").
const csvPart = 2000

// writeCSV answers with what a search finds as a table: the names of columns and values are those of
// the interface, so that a table can be worked with in every language. The address of a call is that
// of its page here.
func (s *Service) writeCSV(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := s.find(r, q, csvPart)
	if err != nil {
		return err
	}
	h := w.Header()
	web.Cached(h, "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="munet-calls.csv"`)
	h.Add("Vary", "Accept-Language, Cookie")
	if found.next != "" {
		h.Set("Link", "<"+s.Post.Site.URL+web.Link(r, q.from(found.next).at(csvPath))+`>; rel="next"`)
	}
	out, err := callfile.NewWriter(w, found.at)
	if err != nil {
		return err
	}
	for _, hit := range found.hits {
		hit.Links = []call.Link{{URL: s.Post.Site.URL + call.Path(hit.ID)}}
		if err := out.Write(call.Call{ID: hit.ID, Content: hit.Content}); err != nil {
			return err
		}
	}
	return nil
}
