package funding

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// alike is how many calls the page offers to merge.
const alike = 6

// mergeData is what the page that merges two calls shows.
type mergeData struct {
	page.Form
	Call  call.Call
	Other call.Call // without an ID until it is chosen
	Rows  []mergeRow
	Alike []call.Hit
}

// mergeRow is a field that differs between two calls.
type mergeRow struct{ Field, Into, From string }

func (s *Service) showMerge(w http.ResponseWriter, r *http.Request) error {
	c, err := s.call(r)
	if err != nil {
		return err
	}
	if c.MergedInto != "" {
		return web.SeeOther(w, r, deskPath(c.MergedInto))
	}
	data := mergeData{Form: page.Form{Area: "funding.merge", Values: r.URL.Query()}, Call: c}
	if with := r.URL.Query().Get("with"); with != "" {
		if data.Other, err = s.other(r, with); err == nil && data.Other.ID != c.ID {
			data.Rows = differing(r, c, data.Other)
			return pages.Render(w, r, http.StatusOK, "merge.html", data)
		}
		data.Other, data.Errors = call.Call{}, []fault.Field{{Name: "with", Code: "call"}}
	}
	if data.Alike, err = s.alike(r, c); err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "merge.html", data)
}

// other returns the call whose id or address was typed.
func (s *Service) other(r *http.Request, typed string) (call.Call, error) {
	if u, err := url.Parse(strings.TrimSpace(typed)); err == nil {
		typed = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	}
	c, err := s.Calls.Get(r.Context(), typed)
	if err == nil && c.MergedInto != "" {
		err = call.ErrNone
	}
	return c, err
}

// differing lists the fields that differ, in words.
func differing(r *http.Request, into, from call.Call) []mergeRow {
	p := web.Printer(r.Context())
	var rows []mergeRow
	for _, d := range call.Diff(&into.Content, &from.Content) {
		before, after := d.Words(p)
		rows = append(rows, mergeRow{p.Text("call.field." + string(d.Field)), call.Cut(before, 400), call.Cut(after, 400)})
	}
	return rows
}

// alike finds the calls whose titles are most like that of a call.
func (s *Service) alike(r *http.Request, c call.Call) ([]call.Hit, error) {
	index, err := s.Index(r.Context())
	if err != nil {
		return nil, err
	}
	result, err := index.Search(search.Query{Language: c.Language, Words: plainWords(c.Title), Size: alike + 1})
	if err != nil {
		return nil, err
	}
	hits, err := read(result.Hits)
	var others []call.Hit
	for _, h := range hits {
		if h.ID != c.ID && len(others) < alike {
			others = append(others, h)
		}
	}
	return others, err
}

// plainWords takes out what means something in a search.
func plainWords(title string) string {
	return strings.NewReplacer(`"`, " ", "-", " ", "–", " ").Replace(title)
}

func (s *Service) merge(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	c, err := s.call(r)
	if err != nil {
		return err
	}
	other, err := s.other(r, r.PostForm.Get("with"))
	if err != nil {
		return fault.NotFound().Because(err)
	}
	entry := s.entry(r, audit.MergeCalls, deskPath(c.ID), other.Title)
	if _, err := s.Calls.Merge(r.Context(), c.ID, other.ID, entry.Who, s.Audit.Write(entry)); err != nil {
		return err
	}
	if err := s.Partners.Move(r.Context(), other.ID, c.ID); err != nil {
		return err
	}
	return web.SeeOther(w, r, deskPath(c.ID)+"?done=merged")
}
