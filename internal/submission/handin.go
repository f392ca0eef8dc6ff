package submission

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// checkData is what the last step shows.
type checkData struct {
	page.Form
	Practice practice.Practice
	Step     string
	Number   int
	Steps    []stepView
	Draft    practice.Draft
	Gaps     []gap
	Alike    []alike
	MaxNote  int
	Edited   bool // by somebody else since the page was shown
	// Unchanged says that nothing was written since the last decision, so that nothing can be handed in.
	Unchanged bool
	Refused   string // the code of another fault, or ""
}

// gap is an answer that is missing, and the page where it is given.
type gap struct {
	fault.Field
	Question string // the key of the field's label
	URL      string
	Language language.Tag // of a translation, or ""
}

// gapsOf lists what is missing for handing in, in the order of the form.
func gapsOf(id string, c practice.Content) []gap {
	fields := gaps(c)
	all := make([]gap, len(fields))
	for i, f := range fields {
		name, tag, translated := strings.Cut(f.Name, ".")
		g := gap{Field: f, Question: "submission.field." + name, URL: pathOf(id) + "/" + stepOf(name) + "#f-" + name}
		if translated {
			g.URL, g.Language = pathOf(id)+"/texts/"+tag+"#f-"+name, language.Tag(tag)
		}
		all[i] = g
	}
	slices.SortStableFunc(all, func(a, b gap) int { return cmp.Compare(place(a.Name), place(b.Name)) })
	return all
}

// place is where a field stands in the whole form; translations come after it.
func place(field string) int {
	n := 0
	for _, st := range steps {
		for _, f := range st.Fields {
			if n++; f == field {
				return n
			}
		}
	}
	return n + 1
}

func (s *Service) showCheck(w http.ResponseWriter, r *http.Request) error {
	p, d, _, err := s.draft(r)
	if err != nil {
		return err
	}
	if p.State == practice.Submitted {
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=waits")
	}
	return s.renderCheck(w, r, http.StatusOK, checkData{Practice: p, Draft: d})
}

func (s *Service) renderCheck(w http.ResponseWriter, r *http.Request, status int, data checkData) error {
	data.Area, data.Step, data.Number, data.MaxNote = "submission", checkStep, len(steps), practice.MaxNote
	if data.Values == nil {
		data.Values = url.Values{}
	}
	data.Steps = stepViews(data.Draft.Content, checkStep)
	data.Unchanged = data.Practice.State != practice.Drafted && data.Practice.State != practice.ChangesAsked
	data.Gaps = gapsOf(data.Practice.ID, data.Draft.Content)
	var err error
	if data.Alike, err = s.alike(r.Context(), data.Practice.ID, data.Draft.Content); err != nil {
		s.Log.ErrorContext(r.Context(), "look-alikes not found", "error", err) // the notice is help, no condition
	}
	return pages.Render(w, r, status, "check.html", data)
}

// handIn hands the draft in as it was shown, or leads elsewhere if another button was pressed.
func (s *Service) handIn(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, d, who, err := s.draft(r)
	if err != nil {
		return err
	}
	if act := r.PostForm.Get("act"); act != "" {
		return web.SeeOther(w, r, s.leadsTo(act, p.ID, len(steps)-1))
	}
	data := checkData{Form: page.Form{Values: r.PostForm}, Practice: p, Draft: d}
	note := strings.TrimSpace(r.PostForm.Get("note"))
	if utf8.RuneCountInString(note) > practice.MaxNote {
		data.Errors = []fault.Field{{Name: "note", Code: "too-long", Args: map[string]any{"Limit": practice.MaxNote}}}
		return s.renderCheck(w, r, http.StatusUnprocessableEntity, data)
	}
	revision, err := strconv.Atoi(r.PostForm.Get("revision"))
	if err != nil {
		revision = -1
	}
	_, err = s.Practices.Submit(r.Context(), p.ID, revision, note, who)
	f := fault.From(err)
	switch {
	case err == nil:
		s.Count("Submissions", 1)
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=submitted")
	case f.Code == practice.ErrEdited.Code:
		data.Edited = true
	case f.Code == "invalid": // the page lists what is missing
	case f.Status == http.StatusInternalServerError:
		return err
	default:
		data.Refused = f.Code
	}
	return s.renderCheck(w, r, f.Status, data)
}

// withdraw takes back what waits for review.
func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
	p, who, err := s.practice(r)
	if err == nil {
		err = s.Practices.Withdraw(r.Context(), p.ID, who)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathOf(p.ID)+"?done=withdrawn")
}

// discardData is what the page before discarding shows.
type discardData struct {
	Practice practice.Practice
	Update   bool // of what is or was public, which stays
}

func (s *Service) showDiscard(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.practice(r)
	if err != nil {
		return err
	}
	update, err := s.wasPublic(r.Context(), p)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "discard.html", discardData{p, update})
}

// wasPublic reports whether a practice is in the library or was: then its draft is an update.
func (s *Service) wasPublic(ctx context.Context, p practice.Practice) (bool, error) {
	if p.Published > 0 || p.Submitted == 0 {
		return p.Published > 0, nil
	}
	_, err := s.Practices.Publication(ctx, p.ID)
	switch {
	case err == nil, errors.Is(err, practice.ErrArchived):
		return true, nil
	case errors.Is(err, practice.ErrNone):
		return false, nil
	}
	return false, err
}

func (s *Service) discard(w http.ResponseWriter, r *http.Request) error {
	p, who, err := s.practice(r)
	if err != nil {
		return err
	}
	update, err := s.wasPublic(r.Context(), p)
	if err == nil {
		err = s.Practices.Discard(r.Context(), p.ID, who)
	}
	if err != nil {
		return err
	}
	if update {
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=discarded")
	}
	return web.SeeOther(w, r, root+"?done=discarded")
}
