package funding

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// offerView is an offer as a call's page shows it.
type offerView struct {
	Offer
	Name, Country string // of the organisation
	Mine          bool   // of the reader's organisation
}

// offers returns the offers on a call of organisations that are members now. Whoever left, or has
// nobody any more to write to, is not shown.
func (s *Service) offers(r *http.Request, id string) ([]offerView, error) {
	all, err := s.Partners.Offers(r.Context(), id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	refs := make([]members.Ref, len(all))
	for i, o := range all {
		refs[i] = o.Person
	}
	people, err := s.Members.People(r.Context(), refs)
	if err != nil {
		return nil, err
	}
	organisations, err := s.Members.OrganisationsOf(r.Context(), people)
	if err != nil {
		return nil, err
	}
	reachable := map[members.Ref]bool{}
	for _, p := range people {
		reachable[p.Ref] = p.State == members.Member
	}
	mine := members.Ref{}
	if who := web.Who(r.Context()); who != nil {
		mine, _ = members.ParseRef(who.Member)
	}
	var shown []offerView
	for _, o := range all {
		org, there := organisations[o.Organisation]
		if there && org.State == members.Member && reachable[o.Person] {
			shown = append(shown, offerView{o, org.Name, org.Country, o.Organisation == mine.Organisation})
		}
	}
	slices.SortStableFunc(shown, func(a, b offerView) int { return b.At.Compare(a.At) })
	return shown, nil
}

// offerData is what the pages about offers of partners show.
type offerData struct {
	page.Form
	Call     call.Call
	Offer    Offer
	Partner  string // whom a message goes to, by the name of the organisation
	From     *web.Identity
	Max      int
	Refused  string // the code of a fault that is about no field, or ""
	Conflict bool
}

func (s *Service) showOffer(w http.ResponseWriter, r *http.Request) error {
	c, o, err := s.ownOffer(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "offer.html", offerData{
		Form: page.Form{Area: "funding.offer", Values: o.form()}, Call: c, Offer: o, Max: maxOffer,
	})
}

func (o Offer) form() url.Values {
	return url.Values{"idea": {o.Idea}, "looks": {o.Looks}, "brings": {o.Brings}, "version": {strconv.Itoa(o.Version)}}
}

// ownOffer returns the call of a request and what the signed-in person's organisation offers on it.
func (s *Service) ownOffer(r *http.Request) (call.Call, Offer, error) {
	ref, err := member(r)
	if err != nil {
		return call.Call{}, Offer{}, err
	}
	c, err := s.call(r)
	if err == nil && c.MergedInto != "" {
		err = fault.NotFound()
	}
	if err != nil {
		return c, Offer{}, err
	}
	o, err := s.Partners.Offer(r.Context(), c.ID, ref.Organisation)
	return c, o, err
}

// offer saves or withdraws what the signed-in person's organisation offers on a call.
func (s *Service) offer(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	ref, err := member(r)
	if err != nil {
		return err
	}
	c, stored, err := s.ownOffer(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "withdraw" {
		if err := s.Partners.Withdraw(r.Context(), c.ID, ref.Organisation); err != nil {
			return err
		}
		return web.SeeOther(w, r, call.Path(c.ID)+"?done=offer-withdrawn#partners")
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version"))
	o := Offer{
		Call: c.ID, Organisation: ref.Organisation, Person: ref, Version: version,
		Idea: typedText(r.PostForm.Get("idea")), Looks: typedText(r.PostForm.Get("looks")), Brings: typedText(r.PostForm.Get("brings")),
	}
	data := offerData{Form: page.Form{Area: "funding.offer", Values: r.PostForm, Errors: o.validate()}, Call: c, Offer: stored, Max: maxOffer}
	if len(data.Errors) > 0 {
		return pages.Render(w, r, http.StatusUnprocessableEntity, "offer.html", data)
	}
	err = s.Partners.Save(r.Context(), o)
	if errors.Is(err, errEdited) { // what was typed stays; saved again it replaces the colleague's
		data.Conflict = true
		data.Values.Set("version", strconv.Itoa(stored.Version))
		return pages.Render(w, r, http.StatusConflict, "offer.html", data)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, call.Path(c.ID)+"?done=offer#partners")
}

// maxMessage is how long what a member writes may be, in characters.
const maxMessage = 3000

// addressee returns a call, an offer on it, and the person who answers for it.
func (s *Service) addressee(r *http.Request) (call.Call, offerView, members.Person, error) {
	c, err := s.call(r)
	if err != nil {
		return c, offerView{}, members.Person{}, err
	}
	all, err := s.offers(r, c.ID)
	if err != nil {
		return c, offerView{}, members.Person{}, err
	}
	for _, o := range all {
		if o.Organisation == r.PathValue("offer") {
			person, err := s.Members.Person(r.Context(), o.Person)
			return c, o, person, err
		}
	}
	return c, offerView{}, members.Person{}, fault.NotFound()
}

func (s *Service) showAnswer(w http.ResponseWriter, r *http.Request) error {
	c, o, _, err := s.addressee(r)
	if err != nil {
		return err
	}
	return renderAnswer(w, r, http.StatusOK, c, o, offerData{Form: page.Form{Values: url.Values{}}})
}

func renderAnswer(w http.ResponseWriter, r *http.Request, status int, c call.Call, o offerView, data offerData) error {
	data.Area, data.Call, data.Offer, data.Partner, data.Max = "funding.answer", c, o.Offer, o.Name, maxMessage
	data.From = web.Who(r.Context())
	return pages.Render(w, r, status, "answer.html", data)
}

// answer mails what a member wrote to whoever made the offer, whose address stays with us. The
// member's own address goes along, so that they can be answered.
func (s *Service) answer(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	c, o, person, err := s.addressee(r)
	if err != nil {
		return err
	}
	data := offerData{Form: page.Form{Values: r.PostForm}}
	words := typedText(r.PostForm.Get("message"))
	switch {
	case words == "":
		data.Errors = []fault.Field{{Name: "message", Code: "required"}}
	case utf8.RuneCountInString(words) > maxMessage:
		data.Errors = []fault.Field{{Name: "message", Code: "too-long", Args: map[string]any{"Limit": maxMessage}}}
	}
	if len(data.Errors) > 0 {
		return renderAnswer(w, r, http.StatusUnprocessableEntity, c, o, data)
	}
	err = s.deliver(r, c, o, person, words)
	if e := fault.From(err); err != nil && e.Status != http.StatusInternalServerError {
		web.RetryAfter(w, e)
		data.Refused = e.Code
		return renderAnswer(w, r, e.Status, c, o, data)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, call.Path(c.ID)+"?done=answered#partners")
}

// deliver sends a message, unless its writer or the offer has had enough for now.
func (s *Service) deliver(r *http.Request, c call.Call, o offerView, to members.Person, words string) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	who := web.Who(r.Context())
	letter, err := s.answerLetter(c, to, who, words).Message(s.Post.Site, s.Post.From, mail.Address{Name: to.Name, Email: to.Address})
	if err != nil {
		return err
	}
	letter.ReplyTo = mail.Address{Name: who.Name, Email: who.Address}
	counts := []limit.Count{
		{Limit: limit.PartnerMessages, What: ref.String()}, {Limit: limit.MessagesTo, What: "offer " + c.ID + " " + o.Organisation},
	}
	if err := s.Limits.Allow(r.Context(), counts...); err != nil {
		return err
	}
	if _, err := s.Post.Sender.Send(r.Context(), letter); err != nil {
		return errors.Join(fault.New(http.StatusBadGateway, "mail-failed").Because(err), s.Limits.Return(r.Context(), counts...))
	}
	return nil
}

// answerLetter tells whoever made an offer what another member wrote.
func (s *Service) answerLetter(c call.Call, to members.Person, who *web.Identity, message string) mail.Letter {
	words := language.For(to.Language)
	return mail.Letter{
		Language: to.Language,
		Subject:  words.Text("funding.letter.subject", "Organisation", who.Organisation, "Title", c.Title),
		Heading:  words.Text("funding.letter.heading"),
		Body:     []string{words.Text("funding.letter.body", "Name", who.Name, "Organisation", who.Organisation, "Title", c.Title)},
		Facts:    [][2]string{{words.Text("funding.letter.from"), who.Name + ", " + who.Organisation}, {words.Text("funding.letter.address"), who.Address}},
		Quote:    message,
		Action:   &mail.Action{Label: words.Text("funding.letter.action"), URL: s.Post.Site.URL + call.Path(c.ID)},
		After:    []string{words.Text("funding.letter.after")},
		Reason:   words.Text("funding.letter.reason", "Address", s.Post.Site.URL+call.Path(c.ID)+"/partners"),

		PreferencesURL: s.Links.Preferences(to.Ref, to.Language),
	}
}
