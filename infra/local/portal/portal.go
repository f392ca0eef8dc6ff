// Package portal is a stand-in for the sites that calls for funding are read from, with what is known
// of their behaviour and with faults on demand: the search API and topic details of the EU Funding &
// Tenders Portal, and Interreg's index. Its calls are invented.
//
// It was made from descriptions and recorded answers, never compared with the real portal in use.
package portal

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Portal is the stand-in. It is a handler for requests to any of the sites.
type Portal struct {
	mux http.ServeMux

	mu     sync.Mutex
	calls  []Call // in the order of their identities
	faults Faults
	last   []byte // the page before, for those that repeat
	count  int    // requests so far
}

// New returns a portal with these calls.
func New(calls []Call) *Portal {
	p := &Portal{}
	p.Replace(calls)
	p.mux.HandleFunc("POST /search-api/prod/rest/search", p.search)
	p.mux.HandleFunc("GET /info/funding-tenders/opportunities/data/topicDetails/{file}", p.details)
	p.mux.HandleFunc("POST /1/indexes/{index}/query", p.index)
	return p
}

// Replace puts other calls in place of those that the portal has.
func (p *Portal) Replace(calls []Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = slices.Clone(calls)
	slices.SortFunc(p.calls, func(a, b Call) int { return strings.Compare(a.ID, b.ID) })
}

// Calls returns the calls that the portal has.
func (p *Portal) Calls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// Requests is how many requests there were.
func (p *Portal) Requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// ServeHTTP answers, or does what the faults say.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.count++
	fault := p.faults.next()
	if fault == faultShift {
		p.shift()
	}
	last := p.last
	p.mu.Unlock()
	if p.broken(w, r, fault, last) {
		return
	}
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	p.mux.ServeHTTP(answer, r)
	answer.spoil(fault)
	p.mu.Lock()
	p.last = answer.body
	p.mu.Unlock()
	answer.send(w, fault)
}

// details answers with what is known of one topic. The file's name is in lower case.
func (p *Portal) details(w http.ResponseWriter, r *http.Request) {
	name, isFile := strings.CutSuffix(r.PathValue("file"), ".json")
	calls := p.Calls()
	i := slices.IndexFunc(calls, func(c Call) bool { return c.Type == Topic && strings.ToLower(c.ID) == name })
	if !isFile || i < 0 {
		http.NotFound(w, r)
		return
	}
	answer(w, http.StatusOK, map[string]any{"TopicDetails": calls[i].topicDetails()})
}

// index answers as Algolia does, for readers that have a key.
func (p *Portal) index(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Algolia-Application-Id") == "" || r.Header.Get("X-Algolia-Api-Key") == "" {
		answer(w, http.StatusForbidden, map[string]any{"message": "Invalid Application-ID or API key", "status": http.StatusForbidden})
		return
	}
	var asked struct {
		Page    int `json:"page"`
		PerPage int `json:"hitsPerPage"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.PerPage < 1 || asked.Page < 0 {
		answer(w, http.StatusBadRequest, map[string]any{"message": "Invalid JSON", "status": http.StatusBadRequest})
		return
	}
	hits := []any{}
	total := 0
	for _, c := range p.Calls() {
		if c.Type != Interreg {
			continue
		}
		if total/asked.PerPage == asked.Page {
			hits = append(hits, c.hit())
		}
		total++
	}
	answer(w, http.StatusOK, map[string]any{
		"hits": hits, "nbHits": total, "page": asked.Page, "hitsPerPage": asked.PerPage, "nbPages": (total + asked.PerPage - 1) / asked.PerPage,
	})
}

func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that has left misses nothing
}
