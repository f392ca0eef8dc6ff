package call

import (
	"cmp"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Curation is what a coordinator decided about a call. It stands whatever sources say later.
type Curation struct {
	// Fields are those that Content decides, be it that they are empty.
	Fields  []Field `json:"fields"`
	Content Content `json:"content"`
	// Featured wants the call in the newsletter.
	Featured bool      `json:"featured"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Validate returns those of the fields that the curation decides which are refused.
func (c Curation) Validate() []fault.Field {
	all := Record{ID: "-", Content: c.Content}.Validate()
	return slices.DeleteFunc(all, func(f fault.Field) bool { return !slices.Contains(c.Fields, Field(f.Name)) })
}

// whole is everything that a call is made of.
type whole struct {
	call     Call
	curation Curation
	records  []recordItem
	exists   bool
}

// put adds a record, or replaces the one of the same identity.
func (w *whole) put(r Record, now time.Time) {
	for i := range w.records {
		if w.records[i].identity() == r.identity() {
			w.records[i].Record = r
			return
		}
	}
	w.records = append(w.records, recordItem{Added: now, Record: r})
}

// compose makes the call's content out of its records, the lowest rank first and the older before
// the newer one, and of what coordinators decided.
func (w *whole) compose() {
	slices.SortStableFunc(w.records, func(a, b recordItem) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), a.Added.Compare(b.Added))
	})
	var content Content
	w.call.Origins = nil
	for i := range w.records {
		from := &w.records[i].Content
		for _, p := range parts {
			if len(p.values(&content)) == 0 {
				p.take(&content, from)
			}
		}
		origin := Origin{Source: w.records[i].Source, ID: w.records[i].ID}
		if len(from.Links) > 0 {
			origin.URL = from.Links[0].URL
		}
		w.call.Origins = append(w.call.Origins, origin)
	}
	for _, p := range parts {
		if slices.Contains(w.curation.Fields, p.field) {
			p.take(&content, &w.curation.Content)
		}
	}
	w.call.Content, w.call.Curated, w.call.Featured = content, w.curation.Fields, w.curation.Featured
}

// stored makes a call out of the items of its partition that come before its history.
func stored(head headItem, curation Curation, records []recordItem) whole {
	w := whole{call: head.Call, curation: curation, records: records, exists: true}
	w.compose()
	return w
}

// MaxRecords is how many records of sources one call can have.
const MaxRecords = 10

// Applies reports whether organisations of this kind, in this country, are among those that may
// apply, as far as the source says it.
func (e Eligibility) Applies(kind members.Kind, country string) bool {
	return (len(e.Applicants) == 0 || slices.Contains(e.Applicants, kind)) &&
		(len(e.Countries) == 0 || slices.Contains(e.Countries, country))
}
