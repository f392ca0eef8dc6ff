package registration

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
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
	web.RetryAfter(w, e)
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
// one: the same work for both. Repeating it changes nothing: there is one application for each address.
func (s *Service) submit(r *http.Request, g registration) error {
	ctx, words, address := r.Context(), web.Printer(r.Context()), g.Representative.Address
	person, err := s.Members.PersonByAddress(ctx, address)
	known := err == nil
	if err != nil && !errors.Is(err, members.ErrNone) {
		return err
	}
	mayMail, err := s.Limits.Mail(ctx, countOf(address), limit.From(r))
	if err != nil {
		return err
	}
	var a members.Application
	if known {
		a, err = s.Members.ApplyInVain(ctx, address)
	} else {
		a, err = s.Members.Apply(ctx, members.Application{
			Profile: g.Organisation, Contact: g.Representative, Preferences: g.Mail,
			Texts: consentTexts(words, g), TextsIn: words.Tag(), Asked: s.Now().UTC(),
		})
	}
	if err != nil || !mayMail {
		return err
	}
	letter, to := s.confirmLetter(a), mail.Address{Name: a.Contact.Name, Email: a.Contact.Address}
	if known {
		letter, to = s.alreadyLetter(person), mail.Address{Name: person.Name, Email: person.Address}
	}
	if err := s.post(ctx, letter, to, countOf(address), limit.From(r)); err != nil {
		return errors.Join(err, s.Members.Withdraw(ctx, a))
	}
	return nil
}

// countOf is what mails to an address that whoever asks for them may not own count as.
func countOf(address string) limit.Count {
	return limit.Count{Limit: limit.Registration, What: limit.Mailbox(address)}
}

// post sends a letter that [limit.Store.Mail] has counted. One that is not sent does not count, so that
// trying again works.
func (s *Service) post(ctx context.Context, l mail.Letter, to mail.Address, reader limit.Count, also ...limit.Count) error {
	if err := s.Post.Send(ctx, l, to); err != nil {
		return errors.Join(err, s.Limits.NotMailed(ctx, reader, also...))
	}
	return nil
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

// remind does the same work for a person and for somebody who has applied.
func (s *Service) remind(r *http.Request, address string) error {
	ctx := r.Context()
	a, none := s.Members.ApplicationOf(ctx, address)
	if none != nil && !errors.Is(none, members.ErrNone) {
		return none
	}
	p, err := s.Members.PersonByAddress(ctx, address)
	switch {
	case none == nil:
		return s.mail(ctx, s.confirmLetter(a), mail.Address{Name: a.Contact.Name, Email: a.Contact.Address}, countOf(address), limit.From(r))
	case err == nil:
		return s.mail(ctx, s.alreadyLetter(p), mail.Address{Name: p.Name, Email: p.Address}, countOf(address), limit.From(r))
	case errors.Is(err, members.ErrNone):
		return nil
	}
	return err
}

// mail sends a letter that a stranger causes, unless its reader has had enough.
func (s *Service) mail(ctx context.Context, l mail.Letter, to mail.Address, reader limit.Count, also ...limit.Count) error {
	may, err := s.Limits.Mail(ctx, reader, also...)
	if err != nil || !may {
		return err
	}
	return s.post(ctx, l, to, reader, also...)
}
