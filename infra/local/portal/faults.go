package portal

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults say how many of the next requests go wrong, and how; -1 is all. Several at once come one after
// the other, in the order of the fields.
type Faults struct {
	Down      int `json:"down"`      // status 503
	Slow      int `json:"slow"`      // no answer for SlowFor
	SlowFor   int `json:"slowFor"`   // milliseconds
	Truncated int `json:"truncated"` // the answer ends in the middle
	Types     int `json:"types"`     // values by themselves instead of arrays
	Empty     int `json:"empty"`     // a page without results
	Repeated  int `json:"repeated"`  // the page before once more
	HTML      int `json:"html"`      // a web page that calls itself JSON
	Page      int `json:"page"`      // a web page
	Large     int `json:"large"`     // 50 MB
	Dates     int `json:"dates"`     // dates that are none
	Undated   int `json:"undated"`   // no deadlines
	Shift     int `json:"shift"`     // calls come and go before the answer
	Refused   int `json:"refused"`   // status 403
}

// kind is what goes wrong with one request.
type kind int

const (
	faultNone kind = iota
	faultDown
	faultSlow
	faultTruncated
	faultTypes
	faultEmpty
	faultRepeated
	faultHTML
	faultWebPage
	faultLarge
	faultDates
	faultUndated
	faultShift
	faultRefused
)

// next takes the fault of one request.
func (f *Faults) next() kind {
	for i, left := range []*int{
		&f.Down, &f.Slow, &f.Truncated, &f.Types, &f.Empty, &f.Repeated, &f.HTML, &f.Page, &f.Large, &f.Dates, &f.Undated, &f.Shift, &f.Refused,
	} {
		if *left != 0 {
			*left = max(*left-1, -1)
			return faultDown + kind(i)
		}
	}
	return faultNone
}

// Set replaces the faults.
func (p *Portal) Set(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// shift lets a call come and another one go, at the front and at the back by turns, so that what
// stands on a page moves while a reader turns it. The calls that were there at the beginning come back.
func (p *Portal) shift() {
	const mark = "-PASSING"
	n := p.count
	if len(p.calls) == 0 {
		return
	}
	first := p.calls[0]
	if strings.HasSuffix(first.ID, mark) {
		p.calls = p.calls[1:]
		return
	}
	guest := first
	guest.ID = "AAA-" + strconv.Itoa(n) + mark
	p.calls = append([]Call{guest}, p.calls...)
}

// broken answers a request that never reaches the site, and reports whether it did.
func (p *Portal) broken(w http.ResponseWriter, r *http.Request, fault kind, last []byte) bool {
	switch fault {
	case faultDown:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case faultRefused:
		http.Error(w, "Forbidden", http.StatusForbidden)
	case faultSlow:
		p.mu.Lock()
		pause := time.Duration(p.faults.SlowFor) * time.Millisecond
		p.mu.Unlock()
		select {
		case <-r.Context().Done():
			return true
		case <-time.After(pause):
			return false
		}
	case faultRepeated:
		if last == nil {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(last) // a reader that has left misses nothing
	case faultHTML, faultWebPage:
		w.Header().Set("Content-Type", "application/json")
		if fault == faultWebPage {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Maintenance</title><p>Back soon.")) // as above
	case faultLarge:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"totalResults":1,"results":[{"metadata":{"description":["`))
		block := bytes.Repeat([]byte("long "), 200_000)
		for range 50 {
			if _, err := w.Write(block); err != nil {
				return true
			}
		}
		_, _ = w.Write([]byte(`"]}}]}`)) // as above
	default:
		return false
	}
	return true
}

// recorder keeps an answer until it is spoilt.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { r.body = append(r.body, b...); return len(b), nil }

// spoil changes an answer as a fault says.
func (r *recorder) spoil(fault kind) {
	replace := func(pairs ...string) { r.body = []byte(strings.NewReplacer(pairs...).Replace(string(r.body))) }
	switch fault {
	case faultTypes:
		replace(`"type":["1"]`, `"type":1`, `"allowPartnerSearch":["true"]`, `"allowPartnerSearch":true`, `"deadlineModel":[`, `"deadlineModel":null,"was":[`)
	case faultEmpty:
		if i := bytes.Index(r.body, []byte(`"results":[`)); i >= 0 {
			r.body = append(r.body[:i:i], `"results":[]}`...)
		}
	case faultDates:
		replace(`"deadlineDate":["20`, `"deadlineDate":["soon 20`)
	case faultUndated:
		replace(`"deadlineDate":[`, `"formerDeadline":[`, `\"deadlineDates\":[`, `\"formerDates\":[`)
	}
}

// send hands on the answer; of a truncated one it promises more than it sends.
func (r *recorder) send(w http.ResponseWriter, fault kind) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	body := r.body
	if fault == faultTruncated {
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body) // a reader that has left misses nothing
}
