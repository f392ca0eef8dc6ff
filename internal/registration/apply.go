package registration

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/web/jsonbody"
)

// registration is what somebody sends to join, by the form and by the API alike.
type registration struct {
	Organisation   members.Profile `json:"organisation"`
	Representative members.Contact `json:"representative"`
	// Mail is what the representative asks to get; nothing unless they say so.
	Mail    members.Preferences `json:"mail"`
	Consent bool                `json:"consent"`
}

func (g registration) clean() registration {
	g.Organisation, g.Representative = g.Organisation.Clean(), g.Representative.Clean()
	if g.Mail.Newsletter == "" {
		g.Mail.Newsletter = members.Never
	}
	return g
}

func (g registration) validate() error {
	fields := g.Organisation.Validate("organisation.")
	fields = append(fields, g.Representative.Validate("representative.")...)
	fields = append(fields, g.Mail.Validate("mail.")...)
	if !g.Consent {
		fields = append(fields, fault.Field{Name: "consent", Code: "required"})
	}
	if len(fields) > 0 {
		return fault.Invalid(fields...)
	}
	return nil
}

func parseRegistration(v url.Values) registration {
	return registration{
		Organisation: parseProfile(v, "organisation."),
		Representative: members.Contact{
			Name: v.Get("representative.name"), Role: v.Get("representative.role"),
			Address: v.Get("representative.address"), Language: language.Tag(v.Get("representative.language")),
		},
		Mail: members.Preferences{
			Newsletter:    members.Frequency(v.Get("mail.newsletter")),
			Announcements: v.Get("mail.announcements") == "yes",
		},
		Consent: v.Get("consent") == "yes",
	}
}

func parseProfile(v url.Values, prefix string) members.Profile {
	p := members.Profile{
		Kind: members.Kind(v.Get(prefix + "kind")), Name: v.Get(prefix + "name"), Country: v.Get(prefix + "country"),
		Place: v.Get(prefix + "place"), Population: members.Population(v.Get(prefix + "population")),
		Website: v.Get(prefix + "website"), Languages: v[prefix+"languages"],
	}
	for _, topic := range v[prefix+"topics"] {
		p.Topics = append(p.Topics, members.Topic(topic))
	}
	return p
}

// formData is what the form's template shows.
type formData struct {
	page.Form
	Choices choices
	Refused string // the code of a fault that is about no field, or ""
}

func (s *Service) showForm(w http.ResponseWriter, r *http.Request) error {
	values := url.Values{
		"representative.language": {string(web.Language(r.Context()))},
		"mail.newsletter":         {string(members.Never)},
	}
	return renderForm(w, r, http.StatusOK, formData{Form: page.Form{Values: values}})
}

func renderForm(w http.ResponseWriter, r *http.Request, status int, data formData) error {
	data.Area, data.Choices = "register", allChoices()
	data.Labels = map[string]string{
		"mail.newsletter": "preferences.newsletter", "mail.announcements": "preferences.announcements",
		"consent": "register.consent.short",
	}
	return pages.Render(w, r, status, "register.html", data)
}

func (s *Service) register(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	g := parseRegistration(r.PostForm).clean()
	err := g.validate()
	if err == nil {
		err = s.submit(r, g)
	}
	if err == nil {
		return s.renderSent(w, r, g.Representative.Address, false)
	}
	e := fault.From(err)
	if e.Status == http.StatusInternalServerError {
		return err
	}
	data := formData{Form: page.Form{Values: r.PostForm, Errors: e.Fields}}
	if len(e.Fields) == 0 {
		data.Refused = e.Code
		s.Log.Error("registration not mailed", "requestId", web.RequestID(r.Context()), "cause", e.Error())
	}
	return renderForm(w, r, e.Status, data)
}

func (s *Service) registerJSON(w http.ResponseWriter, r *http.Request) error {
	var g registration
	if err := jsonbody.Decode(r, &g); err != nil {
		return err
	}
	g = g.clean()
	if err := g.validate(); err != nil {
		return err
	}
	if err := s.submit(r, g); err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusAccepted, map[string]string{"status": "confirmation-sent"})
}

// submit keeps an application and mails the link that confirms it, or tells a member that they are
// one. Repeating it changes nothing: there is one application for each address.
func (s *Service) submit(r *http.Request, g registration) error {
	ctx, words := r.Context(), web.Printer(r.Context())
	to := mail.Address{Name: g.Representative.Name, Email: g.Representative.Address}
	person, err := s.Members.PersonByAddress(ctx, to.Email)
	if err == nil {
		return s.tellMember(r, person)
	}
	if !errors.Is(err, members.ErrNone) {
		return err
	}
	a, mayMail, err := s.Members.Apply(ctx, members.Application{
		Profile: g.Organisation, Contact: g.Representative, Preferences: g.Mail,
		Texts: consentTexts(words, g), TextsIn: words.Tag(), Asked: s.Now().UTC(),
	})
	if err != nil || !mayMail {
		return err
	}
	if err := s.post(r, s.confirmLetter(a), to); err != nil {
		return errors.Join(err, s.Members.Withdraw(ctx, a))
	}
	return nil
}

// post sends a letter that [members.Store.MayMail] has counted, unless the caller's network has caused
// too many, to ever other addresses. One that is not sent does not count, so that trying again works.
func (s *Service) post(r *http.Request, l mail.Letter, to mail.Address) error {
	ctx := r.Context()
	may, err := s.Members.MayAsk(ctx, s.Links.Signer.KeyedHash("registration network", web.Network(r)))
	switch {
	case err == nil && may:
		err = s.Post.Send(ctx, l, to)
	case err == nil:
		err = fault.New(http.StatusTooManyRequests, "too-many-requests")
	}
	if err != nil {
		return errors.Join(err, s.Members.NotMailed(ctx, to.Email))
	}
	return nil
}

func (s *Service) tellMember(r *http.Request, p members.Person) error {
	may, err := s.Members.MayMail(r.Context(), p.Address)
	if err != nil || !may {
		return err
	}
	return s.post(r, s.alreadyLetter(p), mail.Address{Name: p.Name, Email: p.Address})
}

// consentTexts are the hashes of the words next to the boxes that were ticked, as they were shown.
func consentTexts(p *language.Printer, g registration) map[members.Purpose]string {
	texts := map[members.Purpose]string{members.ForMembership: members.TextHash(p.Text("register.consent"))}
	if g.Mail.Newsletter != members.Never {
		texts[members.ForNewsletter] = members.TextHash(p.Text("preferences.newsletter"))
	}
	if g.Mail.Announcements {
		texts[members.ForAnnouncements] = members.TextHash(p.Text("preferences.announcements"))
	}
	if g.Mail.Practices {
		texts[members.ForPractices] = members.TextHash(p.Text("preferences.practices"))
	}
	if g.Mail.Funding {
		texts[members.ForFunding] = members.TextHash(p.Text("preferences.funding"))
	}
	return texts
}

// sentData is what the page after registering shows. Its token says that the address was just
// registered, so that nobody asks for mail again without that and sees from the time it takes
// whether the address is known.
type sentData struct {
	Address, Token string
	Again          bool
	Form           string // path of the form: the site's own, or the one for frames
}

func (s *Service) renderSent(w http.ResponseWriter, r *http.Request, address string, again bool) error {
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, http.StatusOK, "sent.html", sentData{
		address, s.Links.Again(address, s.Now()), again, strings.TrimSuffix(r.URL.Path, "/again"),
	})
}

// mailAgain sends the mail about a registration once more. The answer says nothing about the address.
func (s *Service) mailAgain(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	address, err := s.Links.Registered(r.PostForm.Get("token"), s.Now())
	if err != nil {
		return pages.Render(w, r, http.StatusBadRequest, "broken.html", nil)
	}
	if err := s.remind(r, address); err != nil {
		return err
	}
	return s.renderSent(w, r, address, true)
}

func (s *Service) remind(r *http.Request, address string) error {
	a, err := s.Members.ApplicationOf(r.Context(), address)
	if err == nil {
		return s.mailApplication(r, a)
	}
	if !errors.Is(err, members.ErrNone) {
		return err
	}
	p, err := s.Members.PersonByAddress(r.Context(), address)
	if errors.Is(err, members.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.tellMember(r, p)
}

func (s *Service) mailApplication(r *http.Request, a members.Application) error {
	may, err := s.Members.MayMail(r.Context(), a.Contact.Address)
	if err != nil || !may {
		return err
	}
	return s.post(r, s.confirmLetter(a), mail.Address{Name: a.Contact.Name, Email: a.Contact.Address})
}
