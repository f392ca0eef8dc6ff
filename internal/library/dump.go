package library

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

// A function may answer with 6 MB at most (AWS Lambda's quota), so large files come in parts. A part
// that is not the last names the next one in its header Link (RFC 8288, rel="next").
const (
	// dumpPart is how many whole practices a part of the dump holds: a third of the quota, if each
	// has 40 KB of text.
	dumpPart = 50
	// csvPart is how many lines a part of the table has, of which each takes less than 2 KB.
	csvPart = 2000
)

// writeDump answers with whole practices in all their languages, what was published last first. A
// part is one Query.
func (s *Service) writeDump(w http.ResponseWriter, r *http.Request) error {
	found, next, err := s.Practices.Publications(r.Context(), r.URL.Query().Get("next"), dumpPart)
	if err != nil {
		return err
	}
	part := struct {
		Practices []practiceJSON `json:"practices"`
		Next      string         `json:"next,omitempty"` // address of the next part
	}{Practices: []practiceJSON{}}
	for _, pub := range found {
		part.Practices = append(part.Practices, s.practiceJSON(pub))
	}
	if next != "" {
		part.Next = s.Site + dumpPath + "?" + url.Values{"next": {next}}.Encode()
	}
	download(w.Header(), "application/json", "munet-practices.json", part.Next)
	return web.WriteJSON(w, http.StatusOK, part)
}

// download makes an answer a file, or the part of one before next.
func download(h http.Header, contentType, name, next string) {
	web.Cached(h, contentType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if next != "" {
		h.Set("Link", "<"+next+`>; rel="next"`)
	}
}

var csvColumns = []string{
	"id", "url", "kind", "title", "summary", "language", "languages", "organisation", "country", "municipality", "population",
	"themes", "targets", "status", "begin", "end", "evidence", "published", "updated",
}

// writeCSV answers with what a search finds as a table: the names of columns and values are those of
// the interface, so that a table can be worked with in every language.
func (s *Service) writeCSV(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	found, err := s.find(r, q, csvPart)
	if err != nil {
		return err
	}
	next := ""
	if found.next != "" {
		next = s.Site + web.Link(r, q.from(found.next).at(csvPath))
	}
	download(w.Header(), "text/csv; charset=utf-8", "munet-practices.csv", next)
	w.Header().Add("Vary", "Accept-Language, Cookie")
	out, err := spreadsheet.NewWriter(w)
	if err != nil {
		return err
	}
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for _, h := range found.hits {
		j := s.foundJSON(h, web.Language(r.Context()))
		err := out.Write([]string{
			j.ID, j.URL, string(j.Kind), j.Title, j.Summary, string(j.Language), joined(j.Languages), j.Organisation, j.Country,
			j.Municipality, string(j.Population), joined(j.Themes), joined(j.Targets), string(j.Status), j.Begin, j.End,
			string(j.Evidence), stamp(j.PublishedAt), stamp(j.UpdatedAt),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// joined puts several values into one cell.
func joined[T ~string](list []T) string { return strings.Join(words(list), " ") }
