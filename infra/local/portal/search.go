package portal

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxPage is the most results on a page, whatever is asked for.
const maxPage = 100

// search answers the search API. Parts of the form without a type of their own are a failure of the
// server, and a query in the address is ignored.
func (p *Portal) search(w http.ResponseWriter, r *http.Request) {
	parts, ok := readForm(r)
	if !ok {
		answer(w, http.StatusInternalServerError, map[string]string{"type": "throwable"})
		return
	}
	var q query
	if err := json.Unmarshal(parts["query"], &q); parts["query"] != nil && err != nil || !q.valid() {
		answer(w, http.StatusBadRequest, map[string]string{"type": "businessError", "message": "Invalid Query format"})
		return
	}
	var languages []string
	if json.Unmarshal(parts["languages"], &languages) != nil || len(languages) == 0 {
		languages = []string{"en", "de", "fr"} // a translation is a result of its own
	}
	size, err := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if err != nil || size < 1 {
		size = 50
	}
	size = min(size, maxPage)
	number, err := strconv.Atoi(r.URL.Query().Get("pageNumber"))
	number = max(number, 1)
	if err != nil {
		number = 1
	}
	results, total := p.found(q, languages, size, number)
	answer(w, http.StatusOK, struct { // in the order of the portal
		Version string `json:"apiVersion"`
		Terms   string `json:"terms"`
		Total   int    `json:"totalResults"`
		Page    int    `json:"pageNumber"`
		Size    int    `json:"pageSize"`
		Results []any  `json:"results"`
	}{"2.151", "***", total, number, size, results})
}

// found returns one page of the results, and how many there are.
func (p *Portal) found(q query, languages []string, size, number int) ([]any, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	results, total := []any{}, 0
	for i := range p.calls {
		c := &p.calls[i]
		if c.Type == Interreg || !q.matches(c.conditions()) {
			continue
		}
		for _, l := range languages {
			if total/size == number-1 {
				results = append(results, c.result(l))
			}
			total++
		}
	}
	return results, total
}

// readForm returns the parts of a form, or false if one is not declared as JSON.
func readForm(r *http.Request) (map[string][]byte, bool) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return nil, false
	}
	parts := map[string][]byte{}
	for form := multipart.NewReader(r.Body, parameters["boundary"]); ; {
		part, err := form.NextPart()
		if err != nil {
			return parts, err == io.EOF //nolint:errorlint // NextPart returns it as it is
		}
		content, err := io.ReadAll(io.LimitReader(part, 1<<20))
		if err != nil || part.Header.Get("Content-Type") != "application/json" || !json.Valid(content) {
			return nil, false
		}
		parts[part.FormName()] = content
	}
}

// query is the part of the portal's query language that readers of calls need.
type query struct {
	Bool struct {
		Must []struct {
			Terms map[string][]string `json:"terms"`
			Range map[string]struct {
				From string `json:"gte"`
			} `json:"range"`
		} `json:"must"`
	} `json:"bool"`
}

// rangeLayout is how the portal wants the days of a range.
const rangeLayout = "2006-01-02T15:04:05.000-0700"

func (q query) valid() bool {
	for _, m := range q.Bool.Must {
		for _, r := range m.Range {
			if _, err := time.Parse(rangeLayout, r.From); err != nil {
				return false
			}
		}
	}
	return true
}

// matches reports whether one of a call's values is among those asked for, for each condition.
func (q query) matches(m map[string][]string) bool {
	for _, must := range q.Bool.Must {
		for field, wanted := range must.Terms {
			if !slices.ContainsFunc(m[field], func(v string) bool { return slices.Contains(wanted, v) }) {
				return false
			}
		}
		for field, r := range must.Range {
			if !slices.ContainsFunc(m[field], func(v string) bool { return strings.Compare(v, r.From) >= 0 }) {
				return false
			}
		}
	}
	return true
}
