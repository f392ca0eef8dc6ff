package newsletter

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// listData is what the list of newsletters shows.
type listData struct {
	Table  page.Table
	Paging page.Paging
}

func (s *Service) showList(w http.ResponseWriter, r *http.Request) error {
	cursor := r.URL.Query().Get("from")
	found, next, err := s.Newsletters.List(r.Context(), cursor)
	if errors.Is(err, dynamo.ErrCursor) {
		return fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, n := range found {
		if id := n.Campaign(); id != "" {
			ids = append(ids, id)
		}
	}
	campaigns, err := s.Ledger.Campaigns(r.Context(), ids)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := listData{Table: page.Table{
		Caption: p.Text("newsletter.list"),
		Columns: []page.Column{
			{Text: p.Text("newsletter.subject")}, {Text: p.Text("newsletter.kind")}, {Text: p.Text("newsletter.languages")},
			{Text: p.Text("newsletter.stage")}, {Text: p.Text("newsletter.when")},
		},
	}}
	for _, n := range found {
		data.Table.Rows = append(data.Table.Rows, row(r, p, n, stageOf(n, campaigns)))
	}
	if next != "" {
		data.Paging.Next = link(r, "/desk/newsletters", url.Values{"from": {next}})
	}
	if cursor != "" {
		data.Paging.First = link(r, "/desk/newsletters", url.Values{})
	}
	return pages.Render(w, r, http.StatusOK, "list.html", data)
}

func row(r *http.Request, p *language.Printer, n Newsletter, stage Stage) []page.Cell {
	title, path, when := n.Title(p.Tag()), pathOf(n.ID), n.UpdatedAt
	if title == "" {
		title = p.Text("newsletter.untitled")
	}
	if stage != StageDraft {
		path, when = path+"/progress", n.Due
	}
	var names []string
	for _, tag := range n.Languages() {
		names = append(names, p.Language(tag))
	}
	tag := stage.tag(p)
	return []page.Cell{
		{Text: title, URL: link(r, path, url.Values{})}, {Text: p.Text("newsletter.kind." + string(n.Kind))},
		{Text: strings.Join(names, ", ")}, {Text: tag.Text, Tone: tag.Tone}, {Text: p.DateTime(when)},
	}
}

// link returns the address of a page in the language that the reader chose.
func link(r *http.Request, path string, query url.Values) string {
	if chosen := web.ChosenLanguage(r.Context()); chosen != "" {
		query.Set("lang", string(chosen))
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// settingsData is what a form for a newsletter's settings shows.
type settingsData struct {
	page.Form
	Kinds     []Kind
	Languages []language.Tag
}

func newSettings(values url.Values, errs []fault.Field) settingsData {
	return settingsData{
		Form:  page.Form{Area: "newsletter", Values: values, Errors: errs},
		Kinds: Kinds, Languages: language.Available(),
	}
}

// parseSettings reads the form of settingsData.
func parseSettings(v url.Values) (Kind, language.Tag, []fault.Field) {
	var fields []fault.Field
	kind := Kind(v.Get("kind"))
	if !slices.Contains(Kinds, kind) {
		fields = append(fields, fault.Field{Name: "kind", Code: "choice"})
	}
	main := language.Tag(v.Get("main"))
	if !slices.Contains(language.Available(), main) {
		fields = append(fields, fault.Field{Name: "main", Code: "choice"})
	}
	return kind, main, fields
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request) error {
	values := url.Values{"kind": {string(Monthly)}, "main": {string(language.Default)}}
	return pages.Render(w, r, http.StatusOK, "new.html", newSettings(values, nil))
}

func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	kind, main, fields := parseSettings(r.PostForm)
	if len(fields) > 0 {
		return pages.Render(w, r, http.StatusUnprocessableEntity, "new.html", newSettings(r.PostForm, fields))
	}
	n, err := s.Newsletters.Create(r.Context(), kind, main, web.Who(r.Context()).Name)
	if err != nil {
		return err
	}
	return redirect(w, r, pathOf(n.ID)+"/texts/"+string(main), "")
}
