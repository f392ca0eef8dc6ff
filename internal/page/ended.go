package page

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/web"
)

// kept is the data of the pages for a form that arrives too soon, after its writer's session has ended,
// or before they have passed the second factor that it needs: it holds all that was typed, to be sent
// once more from the same browser.
type kept struct {
	Code    string // of the fault
	Confirm bool   // the second factor is what is missing
	Action  string // the form's own address
	Fields  []typed
	Files   []string // the names of fields for files, which must be chosen again
}

// typed is one value of a form.
type typed struct{ Name, Value string }

// maxFields is how many values the page carries: more than any form of ours has, and few enough for
// the answer to stay within what Lambda can give.
const maxFields = 1000

// typedIn reads the form that was posted. It reports false if there is none, or none that can be
// carried on. What browsers hold of a session is a cookie and no part of it.
func typedIn(r *http.Request) (kept, bool) {
	if r.Method != http.MethodPost {
		return kept{}, false
	}
	if web.ReadForm(r) != nil {
		return kept{}, false
	}
	err := r.ParseMultipartForm(web.LongText) //nolint:gosec // the mux bounds the body
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return kept{}, false
	}
	form := kept{Action: r.URL.RequestURI()}
	for name, values := range r.PostForm {
		for _, value := range values {
			form.Fields = append(form.Fields, typed{name, value})
		}
	}
	slices.SortStableFunc(form.Fields, func(a, b typed) int { return strings.Compare(a.Name, b.Name) })
	if r.MultipartForm != nil {
		for name := range r.MultipartForm.File {
			form.Files = append(form.Files, name)
		}
	}
	slices.Sort(form.Files)
	return form, len(form.Fields)+len(form.Files) <= maxFields
}
