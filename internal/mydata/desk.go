package mydata

import (
	"errors"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// shownErasures is how many erasures of a state the desk shows.
const shownErasures = 25

// erasuresData is what the desk shows of erasures.
type erasuresData struct {
	page.Form
	Open, Done []erasureView
}

type erasureView struct {
	Job
	Passed int // how many tables of the present pass are done
	Tables int
	Late   bool
	Found  int // items that were deleted or changed
}

func (s *Service) showErasures(w http.ResponseWriter, r *http.Request) error {
	return s.renderErasures(w, r, http.StatusOK, page.Form{Area: "mydata"})
}

func (s *Service) renderErasures(w http.ResponseWriter, r *http.Request, status int, form page.Form) error {
	data := erasuresData{Form: form}
	for state, list := range map[State]*[]erasureView{Open: &data.Open, Done: &data.Done} {
		jobs, err := s.Jobs.Jobs(r.Context(), Erasure, state, shownErasures)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			v := erasureView{Job: j, Passed: j.Table, Tables: len(Tables), Late: state == Open && s.Now().Sub(j.Asked) > stands}
			for _, n := range j.Items {
				v.Found += n
			}
			*list = append(*list, v)
		}
	}
	return pages.Render(w, r, status, "erasures.html", data)
}

// foundData is what the desk finds under an address.
type foundData struct {
	Address      string
	Person       members.Person
	Organisation members.Organisation
	Application  members.Application
}

// search looks up an address that somebody wants forgotten. It travels in the form, never in an address
// of ours, which logs and histories keep.
func (s *Service) search(w http.ResponseWriter, r *http.Request) error {
	found, err := s.find(w, r)
	if err != nil || found == nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "found.html", found)
}

// find returns what there is under the address in a form; nil if the form was answered with a refusal.
func (s *Service) find(w http.ResponseWriter, r *http.Request) (*foundData, error) {
	if err := web.ReadForm(r); err != nil {
		return nil, err
	}
	address, err := mail.ParseAddress(r.PostForm.Get("address"))
	if err != nil {
		return nil, s.renderErasures(w, r, http.StatusUnprocessableEntity, page.Form{
			Area: "mydata", Values: r.PostForm, Errors: []fault.Field{{Name: "address", Code: "address"}},
		})
	}
	found := &foundData{Address: address}
	found.Person, err = s.Members.PersonByAddress(r.Context(), address)
	if err == nil {
		found.Organisation, _, err = s.Members.Organisation(r.Context(), found.Person.Organisation)
	}
	if err != nil && !errors.Is(err, members.ErrNone) {
		return nil, err
	}
	if found.Application, err = s.Members.ApplicationOf(r.Context(), address); errors.Is(err, members.ErrNone) {
		err = nil
	}
	return found, err
}

// eraseAddress forgets an address that is nobody's in the network. A member's leads to the member's page.
func (s *Service) eraseAddress(w http.ResponseWriter, r *http.Request) error {
	found, err := s.find(w, r)
	if err != nil || found == nil {
		return err
	}
	if found.Person.Person != "" {
		return web.SeeOther(w, r, "/desk/erasures/"+found.Person.Organisation+"/"+found.Person.Ref.Person)
	}
	if mail.Key(found.Address) == mail.Key(s.Coordinator) {
		return errFirst
	}
	tag := found.Application.Contact.Language
	if tag == "" {
		tag = language.Default
	}
	subject := &Subject{Addresses: []string{found.Address}, Hash: s.Suppressions.Hash(found.Address)}
	if name := found.Application.Contact.Name; name != "" {
		subject.Names = []string{name}
	}
	writes, err := s.begin(r.Context(), subject, tag, web.Who(r.Context()).Member)
	if err != nil {
		return err
	}
	if err := s.Jobs.write(r.Context(), writes...); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/desk/erasures?done=begun")
}

func refOfPath(r *http.Request) members.Ref {
	return members.Ref{Organisation: r.PathValue("organisation"), Person: r.PathValue("person")}
}

func (s *Service) confirmPerson(w http.ResponseWriter, r *http.Request) error {
	org, p, others, err := s.person(r.Context(), refOfPath(r))
	if err != nil {
		return err
	}
	return s.confirm(w, r, "confirmdesk.html", org, p, others)
}

func (s *Service) erasePerson(w http.ResponseWriter, r *http.Request) error {
	_, p, _, err := s.person(r.Context(), refOfPath(r))
	if err != nil {
		return err
	}
	if err := s.erase(r.Context(), p, web.Who(r.Context()).Member); err != nil {
		return err
	}
	return web.SeeOther(w, r, "/desk/erasures?done=begun")
}
