package funding

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxWords bounds the words of a search, in characters: far above what people type.
const maxWords = 200

// The sorts that an address can name.
const (
	byDeadline  = "deadline"
	byRelevance = "relevance"
	byNewest    = "newest"
)

var sorts = []string{byDeadline, byRelevance, byNewest}

// The statuses to filter by, beside those of calls: whatever one can still apply to, and everything.
const (
	ahead   = "ahead"
	anytime = "all"
)

var statuses = append([]string{ahead}, append(texts(call.Statuses), anytime)...)

// A query is a search of the calls as its address says it: the address is all that there is to save or
// to send to somebody.
type query struct {
	Words  string
	Status string       // one of statuses
	Values facet.Values // the chosen ones
	Sort   string       // "" for the usual one
	Next   string       // where the page begins
}

// readQuery reads the parameters of an address. It refuses what no page of ours leads to.
func readQuery(values url.Values) (query, error) {
	q := query{
		Words: strings.TrimSpace(values.Get("words")), Status: ahead, Values: facet.Values{}, Next: values.Get("next"),
	}
	var fields []fault.Field
	if !utf8.ValidString(q.Words) || utf8.RuneCountInString(q.Words) > maxWords {
		fields = append(fields, fault.Field{Name: "words", Code: "too-long", Args: map[string]any{"Limit": maxWords}})
	}
	choose := func(name string, to *string, choices []string) {
		if v := values.Get(name); slices.Contains(choices, v) {
			*to = v
		} else if v != "" {
			fields = append(fields, fault.Field{Name: name, Code: "choice"})
		}
	}
	choose("sort", &q.Sort, sorts)
	choose("status", &q.Status, statuses)
	for _, f := range facets {
		if !q.Values.Read(f.name, values[f.name], f.read) {
			fields = append(fields, fault.Field{Name: f.name, Code: "choice"})
		}
	}
	if len(fields) > 0 {
		return q, fault.Invalid(fields...)
	}
	return q, nil
}

// order is the sort that counts. Without words everything is equally relevant.
func (q query) order() string {
	if q.Sort == "" || q.Sort == byRelevance && q.Words == "" {
		return byDeadline
	}
	return q.Sort
}

// values are the parameters of the query's address.
func (q query) values() url.Values {
	v := url.Values{}
	if q.Words != "" {
		v.Set("words", q.Words)
	}
	if q.Status != ahead {
		v.Set("status", q.Status)
	}
	q.Values.Put(v)
	if order := q.order(); order != byDeadline {
		v.Set("sort", order)
	}
	if q.Next != "" {
		v.Set("next", q.Next)
	}
	return v
}

// at is the address of the query at a path. Equal queries have equal addresses.
func (q query) at(path string) string {
	if v := q.values(); len(v) > 0 {
		return path + "?" + v.Encode()
	}
	return path
}

// toggle is the query with a value of a facet chosen or, if it was, without it; from the first page.
func (q query) toggle(name, value string) query {
	q.Values, q.Next = q.Values.Toggle(name, value), ""
	return q
}

// with is the query with another status, from the first page.
func (q query) with(status string) query {
	q.Status, q.Next = status, ""
	return q
}

// from is the query from another place on.
func (q query) from(next string) query {
	q.Next = next
	return q
}

// moment is the time at which a query's statuses hold. It is that of the first page: a deadline that
// passes while somebody turns pages moves nothing.
func (q query) moment(now time.Time) (at time.Time, cursor string) {
	seconds, cursor, found := strings.Cut(q.Next, ".")
	if n, err := strconv.ParseInt(seconds, 10, 64); found && err == nil {
		return time.Unix(n, 0), cursor
	}
	return now, q.Next
}

// search is the query as the index takes it, for the reader who sent the request, at a moment.
func (q query) search(r *http.Request, at time.Time, cursor string, size int, counts []string) search.Query {
	filters := map[string][]string{}
	for name, chosen := range q.Values {
		filters[name] = chosen
		if name == call.FacetApplicant || name == call.FacetCountry {
			filters[name] = append(slices.Clone(chosen), call.AnyValue) // what is open to all is open to them
		}
	}
	ranges := narrow(q.Status, at, filters)
	return search.Query{
		Language: string(web.Language(r.Context())), Words: q.Words, Filters: filters, Ranges: ranges, Counts: counts,
		Sort: q.sort(), Size: size, Cursor: cursor,
	}
}

func (q query) sort() search.Sort {
	switch q.order() {
	case byRelevance:
		return search.Sort{}
	case byNewest:
		return search.Sort{By: call.NumberSeen, Descending: true}
	}
	past := q.Status == string(call.Closed) || q.Status == string(call.Withdrawn) || q.Status == anytime
	return search.Sort{By: call.NumberDeadline, Descending: past} // what ended last is the nearest
}

// narrow says a status by the dates in the index, as [call.Content.Status] does: ranges that it
// returns, and a filter that it adds.
func narrow(status string, at time.Time, filters map[string][]string) map[string]search.Range {
	now := at.Unix()
	var (
		future = search.Range{Min: now + 1, Max: call.NoDeadline}
		dated  = search.Range{Min: now + 1, Max: call.NoDeadline - 1}
		past   = search.Range{Max: now}
	)
	if status != anytime {
		filters[call.FacetWithdrawn] = []string{strconv.FormatBool(status == string(call.Withdrawn))}
	}
	switch status {
	case ahead:
		return map[string]search.Range{call.NumberEntry: future}
	case string(call.Open):
		return map[string]search.Range{call.NumberEntry: dated, call.NumberOpens: past}
	case string(call.Forthcoming):
		return map[string]search.Range{call.NumberEntry: future, call.NumberOpens: future}
	case string(call.SecondStage):
		return map[string]search.Range{call.NumberEntry: past, call.NumberLast: dated}
	case string(call.Undated):
		return map[string]search.Range{call.NumberLast: {Min: call.NoDeadline, Max: call.NoDeadline}, call.NumberOpens: past}
	case string(call.Closed):
		return map[string]search.Range{call.NumberLast: past}
	}
	return nil
}
