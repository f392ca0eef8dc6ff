package funding

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

// csvPart is how many lines a part of the table has, of which each takes less than 2 KB: a function
// may answer with 6 MB at most (AWS Lambda's quota). A part that is not the last names the next one
// in its header Link (RFC 8288, rel="next").
const csvPart = 2500

var csvColumns = []string{
	"id", "url", "title", "programme", "kind", "reference", "status", "opens", "deadline", "deadlines", "model", "budget", "grants",
	"leastGrant", "mostGrant", "currency", "rate", "applicants", "countries", "partners", "topics", "language", "summary", "seen", "changed",
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
	h := w.Header()
	cached(h, "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="munet-calls.csv"`)
	h.Add("Vary", "Accept-Language, Cookie")
	if found.next != "" {
		h.Set("Link", "<"+s.Post.Site.URL+web.Link(r, q.from(found.next).at(csvPath))+`>; rel="next"`)
	}
	out, err := spreadsheet.NewWriter(w)
	if err != nil {
		return err
	}
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for _, hit := range found.hits {
		j := s.callJSON(call.Call{ID: hit.ID, Content: hit.Content, SeenAt: hit.SeenAt, ChangedAt: hit.ChangedAt}, found.at)
		var days []string
		for _, d := range j.Deadlines {
			days = append(days, d.String())
		}
		err := out.Write([]string{
			j.ID, j.URL, j.Title, j.Programme, string(j.Kind), j.Reference, string(j.Status), string(j.Opens), j.Deadline, strings.Join(days, "; "),
			string(j.Model), number(j.Budget.Amount), number(int64(j.Grants)), number(j.LeastGrant.Amount), number(j.MostGrant.Amount),
			currency(j.Budget, j.LeastGrant, j.MostGrant), number(int64(j.Rate)), joined(j.Eligibility.Applicants), joined(j.Eligibility.Countries),
			number(int64(j.Eligibility.Partners)), joined(j.Topics), j.Language, j.Summary, stamp(j.SeenAt), stamp(j.ChangedAt),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// number leaves a cell empty for what is not said.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func currency(amounts ...call.Money) string {
	for _, m := range amounts {
		if m.Amount != 0 {
			return m.Currency
		}
	}
	return ""
}

// joined puts several values into one cell.
func joined[T ~string](values []T) string { return strings.Join(texts(values), " ") }
