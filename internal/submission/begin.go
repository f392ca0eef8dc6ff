package submission

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// beginning is a practice without words, with what the network knows of the organisation already.
func (s *Service) beginning(r *http.Request, who practice.Author) (practice.Content, error) {
	org, _, err := s.Members.Organisation(r.Context(), who.Organisation)
	tag := web.Language(r.Context())
	c := practice.Content{
		Facts:    practice.Facts{Kind: practice.Kinds[0], Country: org.Country, Licence: practice.Licences[0]},
		Original: tag, Texts: map[language.Tag]practice.Text{tag: {}},
	}
	if !slices.Contains(members.Countries, c.Country) {
		c.Country = ""
	}
	if org.Kind == "localAuthority" {
		c.Municipality, c.Population = org.Place, org.Population
	}
	return c, err
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request) error {
	who, err := author(r)
	if err != nil {
		return err
	}
	c, err := s.beginning(r, who)
	if err != nil {
		return err
	}
	data := newBeginning(c, valuesOf(c, c.Original), nil)
	return data.render(w, r, http.StatusOK, "step.html", data)
}

// newBeginning is the first step of a practice that is not there yet.
func newBeginning(c practice.Content, v url.Values, refused []fault.Field) formData {
	first := steps[0]
	data := formData{
		Form: page.Form{Area: "submission.field", Values: v, Errors: refused},
		Step: first.Name, Number: 1, Steps: stepViews(c, first.Name), Language: c.Original,
	}
	for _, field := range first.Fields {
		data.Fields = append(data.Fields, newFieldView(field, v))
	}
	return data
}

// create begins a practice with the first step, or with whatever of it a form holds.
func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	c, err := s.beginning(r, who)
	if err != nil {
		return err
	}
	var all []string
	for _, st := range steps {
		all = append(all, st.Fields...)
	}
	c, _ = apply(c, c.Original, posted(r.PostForm, all), r.PostForm)
	if strings.TrimSpace(r.PostForm.Get("title")) == "" && !r.PostForm.Has("anew") {
		return s.refuseBeginning(w, r, c, fault.Field{Name: "title", Code: "required"})
	}
	p, d, err := s.Practices.Create(r.Context(), who, c)
	if fault.Is(err, "invalid") {
		return s.refuseBeginning(w, r, c, fault.From(err).Fields...)
	}
	if err != nil {
		return err
	}
	to := pathOf(p.ID) + "/" + steps[1].Name
	if found, err := s.alike(r.Context(), p.ID, d.Content); err == nil && len(found) > 0 {
		to = pathOf(p.ID) + "/alike"
	}
	switch r.PostForm.Get("act") {
	case "leave":
		to = pathOf(p.ID) + "?done=saved"
	case "anew":
		to = pathOf(p.ID)
	}
	return web.SeeOther(w, r, to)
}

func (s *Service) refuseBeginning(w http.ResponseWriter, r *http.Request, c practice.Content, refused ...fault.Field) error {
	data := newBeginning(c, r.PostForm, refused)
	return data.render(w, r, http.StatusUnprocessableEntity, "step.html", data)
}
