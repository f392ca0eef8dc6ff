package submission

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// chooseLanguage leads from a form that offers languages to the translation in one of them.
func (s *Service) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	path, tag := pathOf(url.PathEscape(r.PathValue("practice"))), r.URL.Query().Get("language")
	if !slices.Contains(members.Languages, tag) {
		return web.SeeOther(w, r, path)
	}
	return web.SeeOther(w, r, path+"/texts/"+tag)
}

// translated are the fields of a translation: the sections that the original has words for.
func translated(c practice.Content) []string {
	original := c.Texts[c.Original]
	var fields []string
	for _, s := range practice.Sections {
		if *original.At(s) != "" || s == "title" || s == "summary" {
			fields = append(fields, string(s))
		}
	}
	return fields
}

func (s *Service) showTranslation(w http.ResponseWriter, r *http.Request) error {
	p, d, _, err := s.draft(r)
	if err != nil {
		return err
	}
	tag, err := translationOf(r, d.Content)
	if err != nil {
		return err
	}
	if p.State == practice.Submitted {
		return web.SeeOther(w, r, pathOf(p.ID)+"?done=waits")
	}
	data, err := s.newForm(r, edit{Practice: p, Draft: d}, "", translated(d.Content), tag)
	if err != nil {
		return err
	}
	return data.render(w, r, http.StatusOK, "translation.html", beside(data, d.Content))
}

// translationData is a form whose fields stand beside the original.
type translationData struct {
	formData
	Original language.Tag
}

// beside adds what each field says in the original language.
func beside(data formData, c practice.Content) translationData {
	original := valuesOf(c, c.Original)
	for i := range data.Fields {
		data.Fields[i].Original = original.Get(data.Fields[i].Name)
	}
	return translationData{data, c.Original}
}

// saveTranslation saves a translation. One without any words is none any more.
func (s *Service) saveTranslation(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	_, d, _, err := s.draft(r)
	if err != nil {
		if fault.Is(err, practice.ErrNone.Code) {
			return s.renderGone(w, r)
		}
		return err
	}
	tag, err := translationOf(r, d.Content)
	if err != nil {
		return err
	}
	fields := posted(r.PostForm, translated(d.Content))
	e, err := s.save(r, tag, fields)
	if r.PostForm.Get("act") == "autosave" {
		return s.answerAutosave(w, r, e, fields, err)
	}
	if err != nil || len(e.Conflicts) > 0 {
		data, status, err := s.refused(r, e, err, "", fields, tag)
		if err != nil {
			return err
		}
		return data.render(w, r, status, "translation.html", beside(data, e.Draft.Content))
	}
	to := pathOf(e.Practice.ID) + "?done=saved"
	if r.PostForm.Get("act") == "preview" {
		to = pathOf(e.Practice.ID) + "/preview?" + url.Values{"text": {string(tag)}}.Encode()
	}
	return web.SeeOther(w, r, to)
}

// posted returns those fields that a form has.
func posted(form url.Values, fields []string) []string {
	var here []string
	for _, f := range fields {
		if slices.ContainsFunc(inputs(f), form.Has) || form.Has(wasPrefix+f) {
			here = append(here, f)
		}
	}
	return here
}
