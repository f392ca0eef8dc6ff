package funding

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// editData is what the form of an interest shows.
type editData struct {
	page.Form
	ID     string // "" for a new one
	Screen int    // from 1
	// Hidden are the answers of the other screen.
	Hidden     []parameter
	Programmes []page.Choice
	Topics     []members.Topic
	Kinds      []members.Kind
	Countries  []string
	Languages  []string
	Often      []string
	MayShare   bool // the reader saved it
	// Theirs is what a colleague saved meanwhile, if both changed it.
	Theirs  *interestView
	Refused string // the code of a fault that is about no field, or ""
	Preview *preview
	MaxName int
	MaxWord int
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	i, err := s.begin(r, ref)
	if err != nil {
		return err
	}
	return renderEdit(w, r, http.StatusOK, i, ref, editData{Form: page.Form{Values: valuesOf(i, ref)}, Screen: 1})
}

func (s *Service) showInterest(w http.ResponseWriter, r *http.Request) error {
	i, ref, err := s.interest(r)
	if err != nil {
		return err
	}
	return renderEdit(w, r, http.StatusOK, i, ref, editData{Form: page.Form{Values: valuesOf(i, ref)}, Screen: 1})
}

// renderEdit shows a screen of the form with the values of data.
func renderEdit(w http.ResponseWriter, r *http.Request, status int, i interest.Interest, ref members.Ref, data editData) error {
	data.Area, data.ID, data.MayShare = "funding.interest", i.ID, i.By == ref
	data.Topics, data.Kinds = members.Topics, members.Kinds
	for _, programme := range chosen[string](append(slices.Clone(call.Programmes), data.Values["programmes"]...)) {
		data.Programmes = append(data.Programmes, page.Choice{Value: programme, Text: programme}) // sources bring others
	}
	data.Countries, data.Languages = members.Countries, members.Languages
	data.Often = append(texts(interest.Frequencies), noMail)
	data.MaxName, data.MaxWord = interest.MaxName, interest.MaxWords
	if data.Screen == 2 && data.Values.Get("name") == "" {
		typed, _ := readInterest(data.Values, i, ref, web.Language(r.Context()))
		data.Values = maps.Clone(data.Values)
		data.Values.Set("name", suggest(web.Printer(r.Context()), &typed.Criteria))
	}
	for _, name := range screens[2-data.Screen] {
		for _, value := range data.Values[name] {
			data.Hidden = append(data.Hidden, parameter{name, value})
		}
	}
	return pages.Render(w, r, status, "interest.html", data)
}

func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	return s.edit(w, r, interest.Interest{Organisation: ref.Organisation, By: ref}, ref)
}

func (s *Service) saveInterest(w http.ResponseWriter, r *http.Request) error {
	i, ref, err := s.interest(r)
	if err != nil {
		return err
	}
	return s.edit(w, r, i, ref)
}

// edit turns the form's pages, shows what it would have sent, or saves it.
func (s *Service) edit(w http.ResponseWriter, r *http.Request, stored interest.Interest, ref members.Ref) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	i, refused := readInterest(r.PostForm, stored, ref, web.Language(r.Context()))
	data := editData{Form: page.Form{Values: r.PostForm}, Screen: 2}
	act := r.PostForm.Get("act")
	switch act {
	case "back":
		data.Screen = 1
		return renderEdit(w, r, http.StatusOK, stored, ref, data)
	case "next":
		data.Errors = of(refused, screens[0])
	default:
		data.Errors = refused
	}
	if len(data.Errors) > 0 {
		if len(of(data.Errors, screens[0])) > 0 {
			data.Screen = 1
		}
		data.Errors = of(data.Errors, screens[data.Screen-1])
		return renderEdit(w, r, http.StatusUnprocessableEntity, stored, ref, data)
	}
	switch act {
	case "next":
		return renderEdit(w, r, http.StatusOK, stored, ref, data)
	case "preview":
		found, err := s.preview(r, &i.Criteria, frequencyOf(i, ref))
		if err != nil {
			return err
		}
		data.Preview = &found
		return renderEdit(w, r, http.StatusOK, stored, ref, data)
	}
	return s.save(w, r, i, stored, ref, data)
}

// of are the refused fields that a screen has.
func of(refused []fault.Field, names []string) []fault.Field {
	var all []fault.Field
	for _, name := range names {
		for _, f := range refused {
			if f.Name == name {
				all = append(all, f)
			}
		}
	}
	return all
}

// save stores the interest that a form has, if nobody changed it since the form was shown.
func (s *Service) save(w http.ResponseWriter, r *http.Request, i, stored interest.Interest, ref members.Ref, data editData) error {
	var err error
	if stored.Version == 0 {
		_, err = s.Interests.Create(r.Context(), i)
	} else {
		i.Version, _ = strconv.Atoi(r.PostForm.Get("version"))
		_, err = s.Interests.Save(r.Context(), i)
	}
	e := fault.From(err)
	switch {
	case err == nil:
		return s.done(w, r, i, ref)
	case errors.Is(err, interest.ErrEdited): // what was typed stays; saved again it replaces the colleague's
		data.Theirs = &interestView{Interest: stored, Lines: describe(web.Printer(r.Context()), &stored.Criteria)}
		data.Values = maps.Clone(data.Values)
		data.Values.Set("version", strconv.Itoa(stored.Version))
		return renderEdit(w, r, http.StatusConflict, stored, ref, data)
	case e.Status < http.StatusInternalServerError:
		data.Refused = e.Code
		return renderEdit(w, r, e.Status, stored, ref, data)
	}
	return err
}

func frequencyOf(i interest.Interest, ref members.Ref) interest.Frequency {
	if at := subscription(i, ref); at >= 0 {
		return i.Subscribers[at].Frequency
	}
	return interest.Weekly
}
