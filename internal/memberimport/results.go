package memberimport

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// resultsData is what the page of an import that is done shows.
type resultsData struct {
	Job     Job
	Invited bool // somebody was
	Dropped bool // the file was, because somebody in it is forgotten
	Counts  []outcomeCount
	Results page.Table
	Paging  page.Paging
}

// outcomeCount is how many rows ended in one way.
type outcomeCount struct {
	Text, Hint string
	Count      int
}

// resultsPage is how many rows one page of results shows.
const resultsPage = 100

var outcomeTones = map[Outcome]string{Invited: "good", HasApplied: "waiting", IsMember: "plain", IsKnown: "plain", Suppressed: "bad", Failed: "bad"}

func (s *Service) showResults(w http.ResponseWriter, r *http.Request, j Job) error {
	file, err := s.Jobs.File(r.Context(), j.ID)
	dropped := errors.Is(err, ErrNone)
	if err != nil && !dropped {
		return err
	}
	results, err := s.Jobs.Results(r.Context(), j.ID)
	if err != nil {
		return err
	}
	words := web.Printer(r.Context())
	data := resultsData{Job: j, Dropped: dropped, Invited: j.Counts[Invited] > 0}
	for _, outcome := range outcomes {
		if n := j.Counts[outcome]; n > 0 {
			key := "import.outcome." + string(outcome)
			data.Counts = append(data.Counts, outcomeCount{words.Text(key), words.Text(key + ".hint"), n})
		}
	}
	last := map[int]page.Cell{}
	for _, result := range results {
		last[result.Line] = page.Cell{Text: words.Text("import.outcome." + string(result.Outcome)), Tone: outcomeTones[result.Outcome]}
	}
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 || from >= len(file.Rows) {
		from = 0
	}
	to := min(from+resultsPage, len(file.Rows))
	data.Results = rowTable(words, words.Text("import.results"), file.Rows[from:to], last)
	if from > 0 {
		data.Paging.Previous = pageAt(r, max(0, from-resultsPage))
	}
	if to < len(file.Rows) {
		data.Paging.Next = pageAt(r, to)
	}
	return pages.Render(w, r, http.StatusOK, "results.html", data)
}

func pageAt(r *http.Request, from int) string {
	return web.Link(r, r.URL.Path+"?from="+strconv.Itoa(from))
}
