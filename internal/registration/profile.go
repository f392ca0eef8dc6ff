package registration

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// profileData is what the profile page shows: one form for the person, one for the organisation and
// one for a new address.
type profileData struct {
	Organisation members.Organisation
	Person       members.Person
	Waiting      int
	Choices      choices
	// One form each, so that an error stands where it belongs.
	Contact, Profile, Address page.Form
}

// MayEdit reports whether the person may change what the organisation tells of itself: its members
// may, and before it is one whoever registers it. Somebody who only asks to join it may not.
func (d profileData) MayEdit() bool {
	return d.Person.State == members.Member || d.Organisation.State == members.AwaitingApproval
}

// OrganisationForm is what the fields of an organisation need.
func (d profileData) OrganisationForm() formData {
	return formData{Form: d.Profile, Choices: d.Choices}
}

func (s *Service) showProfile(w http.ResponseWriter, r *http.Request) error {
	org, p, people, err := s.person(r)
	if err != nil {
		return err
	}
	return renderProfile(w, r, http.StatusOK, newProfileData(org, p, people))
}

func newProfileData(org members.Organisation, p members.Person, people []members.Person) profileData {
	d := profileData{
		Organisation: org, Person: p, Choices: allChoices(),
		Contact: page.Form{Area: "profile", Values: url.Values{
			"name": {p.Name}, "role": {p.Role}, "language": {string(p.Language)},
		}},
		Profile: page.Form{Area: "register", Values: profileValues(org.Profile)},
		Address: page.Form{Area: "profile", Values: url.Values{"address": {p.NewAddress}}},
	}
	for _, other := range people {
		if other.State == members.AwaitingApproval && org.State == members.Member {
			d.Waiting++
		}
	}
	return d
}

func profileValues(p members.Profile) url.Values {
	v := url.Values{
		"organisation.name": {p.Name}, "organisation.kind": {string(p.Kind)}, "organisation.country": {p.Country},
		"organisation.place": {p.Place}, "organisation.population": {string(p.Population)},
		"organisation.website": {p.Website}, "organisation.languages": p.Languages,
	}
	for _, t := range p.Topics {
		v.Add("organisation.topics", string(t))
	}
	return v
}

func renderProfile(w http.ResponseWriter, r *http.Request, status int, d profileData) error {
	return pages.Render(w, r, status, "profile.html", d)
}

func (s *Service) saveContact(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	org, p, people, err := s.person(r)
	if err != nil {
		return err
	}
	c := members.Contact{
		Name: r.PostForm.Get("name"), Role: r.PostForm.Get("role"), Address: p.Address,
		Language: language.Tag(r.PostForm.Get("language")),
	}.Clean()
	fields := c.Validate("")
	if len(fields) == 0 {
		p.Version = shownVersion(r, p.Version)
		_, err = s.Members.SaveContact(r.Context(), p, c)
		fields, err = refusal(err)
	}
	if err != nil {
		return err
	}
	if len(fields) > 0 {
		d := newProfileData(org, p, people)
		d.Contact.Values, d.Contact.Errors = r.PostForm, fields
		return renderProfile(w, r, http.StatusUnprocessableEntity, d)
	}
	return web.SeeOther(w, r, "/profile?done=contact")
}

func (s *Service) saveOrganisation(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	org, p, people, err := s.person(r)
	if err != nil {
		return err
	}
	d := newProfileData(org, p, people)
	if !d.MayEdit() {
		return fault.Forbidden()
	}
	profile := parseProfile(r.PostForm, "organisation.").Clean()
	fields := profile.Validate("organisation.")
	if len(fields) == 0 {
		shown := org
		shown.Version = shownVersion(r, org.Version)
		_, err = s.Members.SaveOrganisation(r.Context(), shown, profile)
		fields, err = refusal(err)
	}
	if err != nil {
		return err
	}
	if len(fields) > 0 {
		d.Profile.Values, d.Profile.Errors = r.PostForm, prefixed("organisation.", fields)
		return renderProfile(w, r, http.StatusUnprocessableEntity, d)
	}
	return web.SeeOther(w, r, "/profile?done=organisation")
}

// shownVersion is the version that the form was made from, so that a colleague's change since then
// is noticed and not overwritten.
func shownVersion(r *http.Request, current int) int {
	if v, err := strconv.Atoi(r.PostForm.Get("version")); err == nil {
		return v
	}
	return current
}

// refusal turns what a person can mend into field errors and passes everything else on.
func refusal(err error) ([]fault.Field, error) {
	if errors.Is(err, members.ErrEdited) {
		return []fault.Field{{Name: "name", Code: "edited"}}, nil
	}
	if fault.Is(err, "invalid") {
		return fault.From(err).Fields, nil
	}
	return nil, err
}

// prefixed names fields as the form does.
func prefixed(prefix string, fields []fault.Field) []fault.Field {
	for i, f := range fields {
		if !strings.HasPrefix(f.Name, prefix) {
			fields[i].Name = prefix + f.Name
		}
	}
	return fields
}

// askNewAddress mails a link to the address that a person wants to use instead. The answer is the
// same whoever reads that address.
func (s *Service) askNewAddress(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	org, p, people, err := s.person(r)
	if err != nil {
		return err
	}
	refused := func(status int, code string) error {
		d := newProfileData(org, p, people)
		d.Address.Values, d.Address.Errors = r.PostForm, []fault.Field{{Name: "address", Code: code}}
		return renderProfile(w, r, status, d)
	}
	address, err := mail.ParseAddress(r.PostForm.Get("address"))
	if err != nil {
		return refused(http.StatusUnprocessableEntity, "address")
	}
	err = s.mailNewAddress(r.Context(), p, address)
	if fault.Is(err, "mail-failed") || fault.Is(err, limit.NewAddress.Code) {
		e := fault.From(err)
		s.logFailure(r.Context(), err)
		web.RetryAfter(w, e)
		return refused(e.Status, e.Code)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/profile?done=address")
}

// mailNewAddress does the same work whether the address is somebody's or nobody's.
func (s *Service) mailNewAddress(ctx context.Context, p members.Person, address string) error {
	if mail.Key(address) == mail.Key(p.Address) {
		return nil
	}
	asked, mailed := limit.Count{Limit: limit.NewAddress, What: p.Ref.String()}, countOf(address)
	if err := s.Limits.Allow(ctx, asked); err != nil {
		return err
	}
	wait, err := s.Limits.Take(ctx, mailed)
	if err != nil || wait > 0 {
		return err
	}
	other, none := s.Members.PersonByAddress(ctx, address)
	if none != nil && !errors.Is(none, members.ErrNone) {
		return none
	}
	if err := s.Members.AskAddress(ctx, p.Ref, address); err != nil {
		return err
	}
	p.NewAddress = address
	letter, to := s.addressLetter(p), mail.Address{Name: p.Name, Email: address}
	if none == nil {
		letter, to = s.alreadyLetter(other), mail.Address{Name: other.Name, Email: other.Address}
	}
	if err := s.Post.Send(ctx, letter, to); err != nil {
		return errors.Join(err, s.Limits.Return(ctx, asked, mailed))
	}
	return nil
}

// addressData is what the page behind the link in that mail shows.
type addressData struct{ Old, New string }

// errMoved says that a link to a new address has done its work.
var errMoved = fault.New(http.StatusGone, "broken-link")

// newAddress returns the person whose new address a link confirms.
func (s *Service) newAddress(r *http.Request) (members.Person, error) {
	ref, is, err := s.Links.NewAddress(r.URL.Query().Get("token"), s.Now())
	if err != nil {
		return members.Person{}, fault.New(http.StatusBadRequest, "broken-link").Because(err)
	}
	p, err := s.active(r, ref)
	switch {
	case err != nil:
		return p, err
	case is(p.Address):
		return p, errMoved
	case p.NewAddress == "" || !is(p.NewAddress):
		return p, fault.New(http.StatusGone, "broken-link")
	}
	return p, nil
}

func (s *Service) showNewAddress(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newAddress(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "address.html", addressData{p.Address, p.NewAddress})
}

func (s *Service) moveAddress(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newAddress(r)
	if err == nil {
		_, err = s.Members.MoveAddress(r.Context(), p)
	}
	if err == nil { // whoever reads the old address may know nothing of it
		old := mail.Address{Name: p.Name, Email: p.Address}
		s.logFailure(r.Context(), s.Post.Send(r.Context(), s.movedLetter(p), old))
	}
	if errors.Is(err, members.ErrEdited) { // by pressing the button twice, or by something else
		_, err = s.newAddress(r)
	}
	if err != nil && !errors.Is(err, errMoved) {
		return err
	}
	return web.SeeOther(w, r, "/profile?done=moved")
}
