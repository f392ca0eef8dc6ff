package submission

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// formData is what a page with a part of the draft shows.
type formData struct {
	page.Form
	Practice practice.Practice
	Step     string
	Number   int // of the step, from 1
	Steps    []stepView
	Fields   []fieldView
	// Language is the one of the words.
	Language language.Tag
	SavedAt  time.Time
	SavedBy  string
	// Conflict says that SavedBy saved something else at SavedAt.
	Conflict bool
	// Refused is the code of a fault about no field, or "".
	Refused string
	// Comments are what reviewers wrote about the whole.
	Comments []string
	Alike    []alike
}

// render answers with a page that shows the form.
func (d formData) render(w http.ResponseWriter, r *http.Request, status int, template string, data any) error {
	for i := range d.Fields {
		f := &d.Fields[i]
		f.Form, f.Language, f.SavedBy = d.Form, d.Language, d.SavedBy
	}
	return pages.Render(w, r, status, template, data)
}

// edit is one attempt at saving a form.
type edit struct {
	Practice practice.Practice
	Draft    practice.Draft // as it is stored in the end
	merged
}

// tries is how often a form is brought together anew with what colleagues save at the same moment.
const tries = 5

// save stores some fields as the form of a request has them, their words in one language or, if that
// is "", in the original one. It stores nothing if there are conflicts, or nothing changed.
func (s *Service) save(r *http.Request, tag language.Tag, fields []string) (edit, error) {
	for try := 1; ; try++ {
		p, d, who, err := s.draft(r)
		e := edit{Practice: p, Draft: d}
		if err != nil {
			return e, err
		}
		in := tag
		if in == "" {
			in = d.Original
		}
		e.merged = merge(d.Content, in, fields, r.PostForm)
		if len(e.Conflicts) > 0 || !e.Changed {
			return e, nil
		}
		saved, err := s.Practices.Save(r.Context(), p.ID, e.Content, d.Revision, who)
		if fault.Is(err, practice.ErrEdited.Code) && try < tries {
			continue
		}
		if err == nil {
			e.Draft = saved
		}
		return e, err
	}
}

func (s *Service) showStep(w http.ResponseWriter, r *http.Request) error {
	st, _, ok := stepNamed(r.PathValue("step"))
	if !ok {
		return fault.NotFound()
	}
	p, d, _, err := s.draft(r)
	if err != nil {
		return err
	}
	if p.State == practice.Submitted {
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=waits")
	}
	data, err := s.newForm(r, edit{Practice: p, Draft: d}, st.Name, st.Fields, d.Original)
	if err != nil {
		return err
	}
	return data.render(w, r, http.StatusOK, "step.html", data)
}

// newForm returns the data of a page with these fields as they are stored.
func (s *Service) newForm(r *http.Request, e edit, name string, fields []string, tag language.Tag) (formData, error) {
	values := valuesOf(e.Draft.Content, tag)
	data := formData{
		Form:     page.Form{Area: "submission.field", Values: values},
		Practice: e.Practice, Step: name, Steps: stepViews(e.Draft.Content, name), Language: tag,
		SavedAt: e.Draft.SavedAt, SavedBy: e.Draft.SavedBy,
	}
	decision, err := s.lastDecision(r.Context(), e.Practice)
	if err != nil {
		return data, err
	}
	if decision != nil {
		data.Comments = decision.Comments[practice.Whole]
	}
	_, at, _ := stepNamed(name)
	data.Number = at + 1
	for _, field := range fields {
		f := newFieldView(field, values)
		f.Was = fingerprint(field, values)
		if decision != nil {
			f.Comments = decision.Comments[practice.Section(field)]
		}
		data.Fields = append(data.Fields, f)
	}
	return data, nil
}

// lastDecision returns what coordinators decided about the version that was handed in last, if it
// tells the owners what to change; else nil.
func (s *Service) lastDecision(ctx context.Context, p practice.Practice) (*practice.Decision, error) {
	if p.Submitted == 0 || p.State == practice.Submitted || p.State == practice.Published {
		return nil, nil
	}
	v, err := s.Practices.Version(ctx, p.ID, p.Submitted)
	if err != nil || v.Decision == nil || v.Decision.Outcome != practice.AskChanges && v.Decision.Outcome != practice.Decline {
		return nil, err
	}
	return v.Decision, nil
}

// typedForm returns the data of a page that comes back with what was typed.
func (s *Service) typedForm(r *http.Request, e edit, name string, fields []string, tag language.Tag) (formData, error) {
	data, err := s.newForm(r, e, name, fields, tag)
	if err != nil {
		return data, err
	}
	stored := data.Values
	data.Values = maps.Clone(r.PostForm)
	data.Conflict = len(e.Conflicts) > 0
	p := web.Printer(r.Context())
	for i := range data.Fields {
		f := &data.Fields[i]
		switch {
		case slices.Contains(e.Conflicts, f.Name):
			theirs := describe(p, f.Name, stored)
			f.Theirs = &theirs
		case !data.Conflict: // the fingerprints that came with the form still say what it began from
			f.Was = r.PostForm.Get(wasPrefix + f.Name)
		default:
			for _, input := range inputs(f.Name) {
				data.Values[input] = e.Values[input]
			}
		}
		f.Links = newFieldView(f.Name, data.Values).Links
	}
	return data, nil
}

// saveStep saves a step and leads on to where the pressed button says.
func (s *Service) saveStep(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	st, at, ok := stepNamed(r.PathValue("step"))
	if !ok {
		return fault.NotFound()
	}
	e, err := s.save(r, "", st.Fields)
	if r.PostForm.Get("act") == "autosave" {
		return s.answerAutosave(w, r, e, st.Fields, err)
	}
	if fault.Is(err, practice.ErrNone.Code) {
		return s.renderGone(w, r)
	}
	if err != nil || len(e.Conflicts) > 0 {
		data, status, err := s.refused(r, e, err, st.Name, st.Fields, e.Draft.Original)
		if err != nil {
			return err
		}
		return data.render(w, r, status, "step.html", data)
	}
	to := s.leadsTo(r.PostForm.Get("act"), e.Practice.ID, at)
	if st.Name == "about" && e.Changed && r.PostForm.Get("act") == "next" {
		if found, err := s.alike(r.Context(), e.Practice.ID, e.Draft.Content); err == nil && len(found) > 0 {
			to = pathOf(e.Practice.ID) + "/alike"
		}
	}
	return web.SeeOther(w, r, to)
}

// leadsTo is the address that a button of the form leads to.
func (s *Service) leadsTo(act, id string, at int) string {
	verb, what, _ := strings.Cut(act, ":")
	switch {
	case verb == "leave":
		return pathOf(id) + "?done=saved"
	case verb == "back" && at > 0:
		return pathOf(id) + "/" + steps[at-1].Name
	case verb == "back":
		return pathOf(id)
	case verb == "go" && (what == "contact" || what == "preview" || slices.ContainsFunc(steps, func(s step) bool { return s.Name == what })):
		return pathOf(id) + "/" + what
	}
	return pathOf(id) + "/" + steps[min(at+1, len(steps)-1)].Name
}

// refused returns the page for a form that was not saved, with all that was typed, and its status.
// What is no matter of the form comes back as the error.
func (s *Service) refused(r *http.Request, e edit, err error, name string, fields []string, tag language.Tag) (formData, int, error) {
	f := fault.From(err)
	switch {
	case err == nil:
		f = practice.ErrEdited
	case f.Status == http.StatusInternalServerError || e.Practice.ID == "":
		return formData{}, 0, err
	}
	data, err := s.typedForm(r, e, name, fields, tag)
	if data.Errors = within(f.Fields, fields, tag); len(data.Errors) == 0 && !data.Conflict {
		data.Refused = f.Code
	}
	return data, f.Status, err
}

// within returns those refused fields that a form has, named as it names them.
func within(refused []fault.Field, fields []string, tag language.Tag) []fault.Field {
	var all []fault.Field
	for _, f := range refused {
		f.Name = strings.TrimSuffix(f.Name, "."+string(tag))
		if slices.Contains(fields, f.Name) {
			all = append(all, f)
		}
	}
	return all
}

// goneData is what the page shows for a form about a practice that a colleague discarded meanwhile.
type goneData struct{ Values url.Values }

func (s *Service) renderGone(w http.ResponseWriter, r *http.Request) error {
	return pages.Render(w, r, http.StatusNotFound, "gone.html", goneData{r.PostForm})
}
