package library

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxWords bounds the words of a search, in characters: far above what people type.
const maxWords = 200

// The sorts that an address can name. Without words everything is equally relevant, and the newest
// comes first.
const (
	byRelevance = "relevance"
	byNewest    = "newest"
	byTitle     = "title"
)

var sorts = []string{byRelevance, byNewest, byTitle}

// A query is a search of the library as its address says it: the address is all that there is to
// save or to send to somebody.
type query struct {
	Words  string
	Values facet.Values // the chosen ones
	Sort   string       // "" for the usual one
	Next   string       // where the page begins
}

// readQuery reads the parameters of an address. It refuses what no page of ours leads to.
func readQuery(values url.Values) (query, error) {
	q := query{Words: strings.TrimSpace(values.Get("words")), Values: facet.Values{}, Next: values.Get("next")}
	var fields []fault.Field
	if !utf8.ValidString(q.Words) || utf8.RuneCountInString(q.Words) > maxWords {
		fields = append(fields, fault.Field{Name: "words", Code: "too-long", Args: map[string]any{"Limit": maxWords}})
	}
	if s := values.Get("sort"); slices.Contains(sorts, s) {
		q.Sort = s
	} else if s != "" {
		fields = append(fields, fault.Field{Name: "sort", Code: "choice"})
	}
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

// order is the sort that counts: the chosen one, or the usual one.
func (q query) order() string {
	switch {
	case q.Sort == byRelevance && q.Words == "", q.Sort == "" && q.Words == "":
		return byNewest
	case q.Sort == "":
		return byRelevance
	}
	return q.Sort
}

// values are the parameters of the query's address.
func (q query) values() url.Values {
	v := url.Values{}
	if q.Words != "" {
		v.Set("words", q.Words)
	}
	q.Values.Put(v)
	if q.Sort != "" && q.Sort != (query{Words: q.Words}).order() {
		v.Set("sort", q.Sort)
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

// from is the query from another place on.
func (q query) from(next string) query {
	q.Next = next
	return q
}

// search is the query as the index takes it, for the reader who sent the request.
func (q query) search(r *http.Request, size int, counts []string) search.Query {
	return search.Query{
		Language: string(web.Language(r.Context())), Words: q.Words, Filters: q.Values, Counts: counts,
		Sort: sortOf(q.order()), Size: size, Cursor: q.Next, Thesaurus: practice.Thesaurus(),
	}
}

func sortOf(order string) search.Sort {
	switch order {
	case byNewest:
		return search.Sort{By: practice.NumberPublished, Descending: true}
	case byTitle:
		return search.Sort{By: search.ByTitle}
	}
	return search.Sort{}
}
