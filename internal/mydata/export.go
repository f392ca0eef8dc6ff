package mydata

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxAnswer is how much of an export one answer has, in bytes: Lambda gives 6 MB at most.
const maxAnswer = 4 << 20

// askExport begins an export of all that there is about the signed-in person.
func (s *Service) askExport(w http.ResponseWriter, r *http.Request) error {
	_, p, _, err := s.me(r)
	if err != nil {
		return err
	}
	subject := &Subject{
		Refs: []string{p.Ref.String()}, Names: []string{p.Name}, Addresses: []string{p.Address}, Hash: s.Suppressions.Hash(p.Address),
	}
	if err := s.Jobs.ask(r.Context(), newExport(subject, s.Now())); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/my-data#export")
}

// document is an export as it is downloaded.
type document struct {
	Person      string    `json:"person"`
	CollectedAt time.Time `json:"collectedAt"`
	Parts       []part    `json:"parts"`
	// Next is the address of the rest, if there is too much for one answer.
	Next string `json:"next,omitempty"`
}

// part is all that is kept for one purpose.
type part struct {
	Stored string  `json:"stored"`
	What   string  `json:"what"`
	Why    string  `json:"why"`
	Until  string  `json:"until"`
	Items  []entry `json:"items"`
}

type entry struct {
	Table string          `json:"table"`
	Key   string          `json:"key"`
	Data  json.RawMessage `json:"data"`
}

// download answers with the latest export of the signed-in person.
func (s *Service) download(w http.ResponseWriter, r *http.Request) error {
	_, p, _, err := s.me(r)
	if err != nil {
		return err
	}
	j, err := s.export(r.Context(), p.Ref)
	switch {
	case err != nil:
		return err
	case j.ID == "":
		return fault.New(http.StatusNotFound, "export-none")
	case j.State == Open:
		return fault.New(http.StatusConflict, "export-running")
	}
	from := 1
	if n, err := strconv.Atoi(r.URL.Query().Get("from")); err == nil && n > 1 {
		from = n
	}
	pieces, next, err := s.Jobs.pieces(r.Context(), j, from, maxAnswer)
	if err != nil {
		return err
	}
	doc := document{Person: j.ID, CollectedAt: j.Finished, Parts: []part{}}
	words := web.Printer(r.Context())
	for _, stored := range order() {
		one := part{
			Stored: stored, What: words.Text("website.stored." + stored),
			Why: words.Text("website.stored." + stored + ".why"), Until: words.Text("website.stored." + stored + ".until"),
		}
		for _, p := range pieces {
			if p.Stored == stored {
				one.Items = append(one.Items, entry{p.Table, p.Key, p.Data})
			}
		}
		if one.Items != nil {
			doc.Parts = append(doc.Parts, one)
		}
	}
	if next > 0 {
		doc.Next = "/my-data.json?from=" + strconv.Itoa(next)
	}
	w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	return web.WriteJSON(w, http.StatusOK, doc)
}
