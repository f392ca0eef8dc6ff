package submission

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxMessage is how long what a reader writes may be, in characters.
const maxMessage = 3000

// trap is a field that people do not see and do not fill in.
const trap = "homepage"

// relayData is what the page to write to a contact person shows.
type relayData struct {
	page.Form
	ID, Title  string
	Language   language.Tag // of the title
	MaxMessage int
	Refused    string // the code of a fault that is about no field, or ""
}

// message is what a reader writes.
type message struct{ Name, Address, Words string }

func parseMessage(v url.Values) (message, []fault.Field) {
	m := message{
		Name:  strings.Join(strings.Fields(strings.Map(turning, v.Get("name"))), " "),
		Words: strings.TrimSpace(strings.ReplaceAll(v.Get("message"), "\r\n", "\n")),
	}
	var refused []fault.Field
	switch {
	case m.Name == "":
		refused = append(refused, fault.Field{Name: "name", Code: "required"})
	case utf8.RuneCountInString(m.Name) > members.MaxRole:
		refused = append(refused, fault.Field{Name: "name", Code: "too-long", Args: map[string]any{"Limit": members.MaxRole}})
	case !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, unicode.IsControl):
		refused = append(refused, fault.Field{Name: "name", Code: "line-break"})
	}
	var err error
	if m.Address, err = mail.ParseAddress(v.Get("address")); err != nil {
		refused = append(refused, fault.Field{Name: "address", Code: "address"})
	}
	switch {
	case m.Words == "":
		refused = append(refused, fault.Field{Name: "message", Code: "required"})
	case utf8.RuneCountInString(m.Words) > maxMessage:
		refused = append(refused, fault.Field{Name: "message", Code: "too-long", Args: map[string]any{"Limit": maxMessage}})
	case !utf8.ValidString(m.Words) || strings.ContainsFunc(m.Words, isOdd):
		refused = append(refused, fault.Field{Name: "message", Code: "characters"})
	}
	return m, refused
}

// turning drops the characters that turn the direction of what follows them in a mail program's list.
func turning(r rune) rune {
	if unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

// isOdd reports whether a character has no place in a letter.
func isOdd(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// addressee returns a published practice and its contact person, or errNoContact.
func (s *Service) addressee(r *http.Request) (practice.Publication, members.Person, error) {
	p, err := s.Practices.Publication(r.Context(), r.PathValue("practice"))
	if err != nil {
		return p, members.Person{}, err
	}
	person, err := s.contact(r.Context(), p.Contact, p.Organisation)
	return p, person, err
}

func (s *Service) showRelay(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.addressee(r)
	if err != nil {
		return err
	}
	values := url.Values{}
	if who := web.Who(r.Context()); who != nil {
		values = url.Values{"name": {who.Name}, "address": {who.Address}}
	}
	return renderRelay(w, r, http.StatusOK, p, relayData{Form: page.Form{Values: values}})
}

func renderRelay(w http.ResponseWriter, r *http.Request, status int, p practice.Publication, data relayData) error {
	text, tag := p.In(web.Language(r.Context()))
	data.Area, data.ID, data.Title, data.Language, data.MaxMessage = "submission.relay", p.ID, text.Title, tag, maxMessage
	return pages.Render(w, r, status, "relay.html", data)
}

// relay mails what a reader wrote to the contact person, whose address stays with us. Nothing goes to
// the address that the reader gives: it may be somebody else's.
func (s *Service) relay(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, person, err := s.addressee(r)
	if err != nil {
		return err
	}
	m, refused := parseMessage(r.PostForm)
	if len(refused) > 0 {
		return renderRelay(w, r, http.StatusUnprocessableEntity, p, relayData{Form: page.Form{Values: r.PostForm, Errors: refused}})
	}
	if r.PostForm.Get(trap) == "" { // whoever fills it in is told the same, and nothing is sent
		err = s.deliver(r, p, person, m)
	}
	if e := fault.From(err); err != nil && e.Status != http.StatusInternalServerError {
		s.Log.WarnContext(r.Context(), "message to a contact person not sent", "requestId", web.RequestID(r.Context()), "cause", e.Error())
		web.RetryAfter(w, e)
		return renderRelay(w, r, e.Status, p, relayData{Form: page.Form{Values: r.PostForm}, Refused: e.Code})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/practices/"+p.ID+"/contact?done=sent")
}

// deliver sends a message, unless the writer's network or the contact person has had enough for now.
func (s *Service) deliver(r *http.Request, p practice.Publication, to members.Person, m message) error {
	letter, err := s.relayLetter(p, to, m).Message(s.Post.Site, s.Post.From, mail.Address{Name: to.Name, Email: to.Address})
	if err != nil {
		return err
	}
	counts := []limit.Count{{Limit: limit.MessagesFrom, What: web.Network(r)}, {Limit: limit.MessagesTo, What: "practice " + p.ID}}
	if web.Who(r.Context()) == nil {
		counts = append(counts, limit.Everybody)
	}
	if err := s.Limits.Allow(r.Context(), counts...); err != nil {
		return err
	}
	letter.ReplyTo = mail.Address{Name: m.Name, Email: m.Address}
	if _, err := s.Post.Sender.Send(r.Context(), letter); err != nil {
		return errors.Join(fault.New(http.StatusBadGateway, "mail-failed").Because(err), s.Limits.Return(r.Context(), counts...))
	}
	return nil
}

// relayLetter tells a contact person what a reader wrote.
func (s *Service) relayLetter(p practice.Publication, to members.Person, m message) mail.Letter {
	words := language.For(to.Language)
	text, _ := p.In(to.Language)
	return mail.Letter{
		Language: to.Language,
		Subject:  words.Text("submission.letter.subject", "Title", text.Title),
		Heading:  words.Text("submission.letter.heading"),
		Body:     []string{words.Text("submission.letter.body", "Name", m.Name, "Title", text.Title)},
		Facts: [][2]string{
			{words.Text("submission.letter.from"), m.Name},
			{words.Text("submission.letter.address"), m.Address},
		},
		Quote:          m.Words,
		Action:         &mail.Action{Label: words.Text("submission.letter.action"), URL: s.Post.Site.URL + "/practices/" + p.ID},
		After:          []string{words.Text("submission.letter.after")},
		Reason:         words.Text("submission.letter.reason", "Address", s.Post.Site.URL+pathOf(p.ID)+"/contact"),
		PreferencesURL: s.Links.Preferences(to.Ref, to.Language),
	}
}
