package memberimport

import (
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes of imports.
type Service struct {
	Jobs    *Store
	Members *members.Store
	Audit   *audit.Log
	Now     func() time.Time
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET /desk/imports", web.Coordinators, s.showForm)
	m.Handle("POST /desk/imports", web.Coordinators, s.check)
	m.Handle("GET /desk/imports/template.csv", web.Coordinators, s.sendTemplate)
	m.Handle("GET /desk/imports/{import}", web.Coordinators, s.show)
	m.Handle("POST /desk/imports/{import}", web.Coordinators, s.confirm)
}

// formData is what the page with the form shows.
type formData struct {
	page.Form
	Refused *refusal
	Columns []column
	Kinds   []members.Kind
	Topics  []members.Topic
	Bands   []members.Population
	Speaks  []language.Tag
	Imports []Job
}

// column explains one column of a file.
type column struct {
	Name     string
	Required bool
}

func (s *Service) showForm(w http.ResponseWriter, r *http.Request) error {
	return s.renderForm(w, r, http.StatusOK, "", nil)
}

func (s *Service) renderForm(w http.ResponseWriter, r *http.Request, status int, pasted string, refused *refusal) error {
	imports, err := s.recent(r.Context())
	if err != nil {
		return err
	}
	data := formData{
		Form:    page.Form{Area: "import", Values: url.Values{"pasted": {pasted}}},
		Refused: refused,
		Kinds:   members.Kinds, Topics: members.Topics, Bands: members.Populations, Speaks: language.Available(),
		Imports: imports,
	}
	for _, name := range Columns {
		data.Columns = append(data.Columns, column{name, isRequired(name)})
	}
	return pages.Render(w, r, status, "imports.html", data)
}

// recent returns the imports that the list shows: first those that run, then those that wait for a
// confirmation, then those that are done.
func (s *Service) recent(ctx context.Context) ([]Job, error) {
	all, err := s.Jobs.Open(ctx)
	if err != nil {
		return nil, err
	}
	done, err := s.Jobs.Jobs(ctx, Done, 10)
	return append(all, done...), err
}

// sendTemplate sends an empty file that has the right columns. The byte order mark makes
// spreadsheet programs read it, and write it again, as UTF-8.
func (s *Service) sendTemplate(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="munet-import.csv"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(Columns); err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

// check reads a file. If it is good, it is kept and shown as what would happen.
func (s *Service) check(w http.ResponseWriter, r *http.Request) error {
	content, pasted, err := upload(r)
	if e := fault.From(err); err != nil && e.Status == http.StatusRequestEntityTooLarge {
		file := File{Problems: []Problem{{Code: "large", Args: map[string]any{"Kilobytes": web.MaxBody >> 10}}}}
		return s.renderForm(w, r, e.Status, "", newRefusal(r, file))
	}
	if err != nil {
		return err
	}
	file := Parse(content)
	if len(file.Problems) > 0 {
		return s.renderForm(w, r, http.StatusUnprocessableEntity, pasted, newRefusal(r, file))
	}
	who := web.Who(r.Context())
	j, err := s.Jobs.Create(r.Context(), Job{
		By: who.Member, Name: who.Name, Encoding: file.Encoding,
		Organisations: countOrganisations(file.Rows), People: len(file.Rows),
	}, content)
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, j.path())
}

// upload returns the file of a form or, if none was chosen, the text that was pasted.
func upload(r *http.Request) (content []byte, pasted string, err error) {
	err = r.ParseMultipartForm(web.MaxBody) //nolint:gosec // the mux bounds the body
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, "", web.TooLarge(err)
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, "", fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	pasted = r.PostForm.Get("pasted")
	file, _, err := r.FormFile("file")
	if err != nil {
		return []byte(pasted), pasted, nil
	}
	defer func() { _ = file.Close() }() // it is in memory
	content, err = io.ReadAll(file)
	if len(content) == 0 {
		return []byte(pasted), pasted, err
	}
	return content, pasted, err
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	j, err := s.job(r)
	if err != nil {
		return err
	}
	switch j.State {
	case Checked:
		plan, err := s.plan(r.Context(), j)
		if err != nil {
			return err
		}
		return renderPlan(w, r, http.StatusOK, plan)
	case Done:
		return s.showResults(w, r, j)
	}
	return pages.Render(w, r, http.StatusOK, "running.html", j)
}

func (s *Service) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	j, err := s.job(r)
	if err != nil {
		return err
	}
	if j.State != Checked { // sent twice, or confirmed by a colleague
		return web.SeeOther(w, r, j.path())
	}
	plan, err := s.plan(r.Context(), j)
	if err != nil {
		return err
	}
	choice := r.PostForm.Get("known")
	if len(plan.known) > 0 && choice != "invite" && choice != "leave" {
		return renderPlan(w, r, http.StatusUnprocessableEntity, plan, fault.Field{Name: "known", Code: "required"})
	}
	j.LeaveKnown = choice == "leave"
	who := web.Who(r.Context())
	entry := audit.Entry{Who: who.Member, Name: who.Name, Action: audit.Import, What: r.URL.Path, At: s.Now()}
	if _, err := s.Jobs.Confirm(r.Context(), j, s.Audit.Write(entry)); err != nil {
		return err
	}
	return web.SeeOther(w, r, j.path())
}

// job returns the import that a request is about.
func (s *Service) job(r *http.Request) (Job, error) {
	j, err := s.Jobs.Job(r.Context(), r.PathValue("import"))
	if errors.Is(err, ErrNone) {
		return j, fault.New(http.StatusNotFound, "import-gone")
	}
	return j, err
}
