package funding

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/call/callfile"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

const (
	// maxUpload is a file of the greatest size with the form around it. In base64 it is just what Lambda
	// takes.
	maxUpload = callfile.MaxBytes + 64<<10
	// maxProblems is how many problems of a file are shown.
	maxProblems = 100
)

// uploadData is what the page to upload a file of calls shows.
type uploadData struct {
	page.Form
	Columns  []string
	Problems []problemView
	Problem  int // how many there are
	Done     *uploaded
}

// problemView is a problem of a file, in words.
type problemView struct {
	Line        int
	Column, Why string
}

// uploaded is what a file did.
type uploaded struct {
	New, Changed, Unchanged int
	Twins                   []string // calls that are perhaps the same as others
}

func (s *Service) showUpload(w http.ResponseWriter, r *http.Request) error {
	return renderUpload(w, r, http.StatusOK, uploadData{Form: page.Form{Values: url.Values{}}})
}

func renderUpload(w http.ResponseWriter, r *http.Request, status int, data uploadData) error {
	data.Area, data.Columns = "funding.upload", callfile.Columns
	return pages.Render(w, r, status, "upload.html", data)
}

// upload writes the calls of a file, or none of them if one is wrong. The same file again changes
// nothing.
func (s *Service) upload(w http.ResponseWriter, r *http.Request) error {
	content, err := uploadedFile(r)
	if err != nil {
		return err
	}
	records, problems := callfile.Parse(content)
	data := uploadData{Form: page.Form{Values: r.PostForm}, Problem: len(problems)}
	if len(records) == 0 && len(problems) == 0 {
		problems = []callfile.Problem{{Code: "empty"}}
	}
	for _, problem := range problems[:min(len(problems), maxProblems)] {
		data.Problems = append(data.Problems, newProblemView(web.Printer(r.Context()), problem))
	}
	if len(problems) > 0 {
		return renderUpload(w, r, http.StatusUnprocessableEntity, data)
	}
	note := web.Printer(r.Context()).Text("audit.calls", "Count", len(records))
	if err := s.Audit.Add(r.Context(), s.entry(r, audit.UploadCalls, desk, note)); err != nil {
		return err
	}
	results, err := s.Calls.Upsert(r.Context(), "", records)
	if err != nil {
		return err
	}
	done := &uploaded{}
	for _, result := range results {
		switch result.Effect {
		case call.New:
			done.New++
		case call.Changed:
			done.Changed++
		default:
			done.Unchanged++
		}
		if result.Twin != "" {
			done.Twins = append(done.Twins, result.Call)
		}
	}
	return renderUpload(w, r, http.StatusOK, uploadData{Form: page.Form{Values: url.Values{}}, Done: done})
}

// uploadedFile returns the file of a form or, if none was chosen, the text that was pasted.
func uploadedFile(r *http.Request) ([]byte, error) {
	err := r.ParseMultipartForm(maxUpload) //nolint:gosec // the mux bounds the body
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, web.TooLarge(err)
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	file, _, err := r.FormFile("file")
	if err != nil {
		return []byte(r.PostForm.Get("pasted")), nil
	}
	defer func() { _ = file.Close() }() // it is in memory
	content, err := io.ReadAll(file)
	if len(content) == 0 {
		return []byte(r.PostForm.Get("pasted")), err
	}
	return content, err
}

// newProblemView says a problem by the sentence that forms have for it, or by one about files.
func newProblemView(p *language.Printer, problem callfile.Problem) problemView {
	v := problemView{Line: problem.Line, Column: problem.Column, Why: problem.Code}
	for _, key := range []string{"funding.upload.problem." + problem.Code, "field." + problem.Code} {
		if p.Has(key) {
			v.Why = p.Text(key, "Limit", callfile.MaxRows)
			break
		}
	}
	if problem.Code == "choice" && slices.Contains(callfile.Columns, problem.Column) {
		v.Why = p.Text("funding.upload.problem.value")
	}
	return v
}
