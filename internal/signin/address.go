package signin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// mailFailed is the code of the fault for a mail that SES did not take.
const mailFailed = "mail-failed"

// addressPage is what the template "address.html" shows.
type addressPage struct {
	Form    page.Form
	Next    string
	Problem string // the key of a notice above the form, or ""
}

func (s *Service) showAddress(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"))
	if who := web.Who(r.Context()); who != nil {
		return web.SeeOther(w, r, onwardFor(who, next))
	}
	b, _ := browserOf(r)
	b.remember(w)
	return renderAddress(w, r, http.StatusOK, addressPage{Form: page.Form{Area: "signin"}, Next: next})
}

func renderAddress(w http.ResponseWriter, r *http.Request, status int, data addressPage) error {
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "address.html", data)
}

func (s *Service) postAddress(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	ctx := r.Context()
	typed := r.PostForm.Get("address")
	data := addressPage{
		Form: page.Form{Area: "signin", Values: url.Values{"address": {typed}}},
		Next: web.LocalPath(r.PostForm.Get("next")),
	}
	address, err := mail.ParseAddress(typed)
	if err != nil {
		data.Form.Errors = []fault.Field{{Name: "address", Code: addressFault(typed)}}
		return renderAddress(w, r, http.StatusUnprocessableEntity, data)
	}
	b, _ := browserOf(r)
	b.remember(w)
	wish := request{
		PK: requestKey(b.hash()), Address: address, Next: data.Next,
		limit: limit.Count{Limit: limit.SignIn, What: b.countedAs(s.Signer, address)}, known: b.knows(s.Signer, address),
	}
	wish.Limit = s.Limits.Key(wish.limit)
	may, err := s.mayMail(r, wish)
	if err == nil && may {
		err = s.ask(r, wish)
	} else if err == nil {
		err = s.Store.putUnlessWaiting(ctx, wish)
	}
	switch e := fault.From(err); {
	case err == nil:
		return web.SeeOther(w, r, "/sign-in/check")
	case e.Code == mailFailed:
		data.Problem = "signin.mail-failed"
		return renderAddress(w, r, http.StatusServiceUnavailable, data)
	case e.Status == http.StatusTooManyRequests:
		web.RetryAfter(w, e)
		data.Problem = "error." + e.Code
		return renderAddress(w, r, e.Status, data)
	}
	return err
}

// mayMail counts the mail of a wish and reports whether it may go out. On a
// browser on which the address signed in before it counts apart, and not as a
// stranger's: no stranger can use that up.
func (s *Service) mayMail(r *http.Request, wish request) (bool, error) {
	if wish.known {
		wait, err := s.Limits.Take(r.Context(), wish.limit)
		return wait == 0, err
	}
	return s.Limits.Mail(r.Context(), wish.limit, limit.From(r))
}

// notMailed gives back what mayMail counted.
func (s *Service) notMailed(r *http.Request, wish request) error {
	if wish.known {
		return s.Limits.Return(r.Context(), wish.limit)
	}
	return s.Limits.NotMailed(r.Context(), wish.limit, limit.From(r))
}

func addressFault(typed string) string {
	if strings.TrimSpace(typed) == "" {
		return "required"
	}
	return "address"
}

// ask keeps the wish to sign in and sends its mail. It does the same work for
// every address: two reads of members, one write, one mail.
func (s *Service) ask(r *http.Request, wish request) error {
	ctx := r.Context()
	person, err := s.Members.PersonByAddress(ctx, wish.Address)
	if err != nil && !errors.Is(err, members.ErrNone) {
		return err
	}
	link, code := token.New(), token.NewCode()
	wish.Link, wish.Code = token.Hash(link), s.codeHash(wish.PK, code)
	if err := s.Store.put(ctx, wish); err != nil {
		return err
	}
	to := mail.Address{Name: person.Name, Email: person.Address}
	if to.Email == "" {
		to.Email = wish.Address
	}
	err = s.Post.Send(ctx, s.letterFor(r, wish.Address, person, link, code), to)
	if fault.Is(err, mailFailed) {
		s.Log.ErrorContext(ctx, "sign-in mail not sent", "requestId", web.RequestID(ctx), "cause", err)
		return errors.Join(err, s.notMailed(r, wish))
	}
	return err
}

// letterFor chooses the mail: the way in for those who may sign in, and what
// to do for everybody else.
func (s *Service) letterFor(r *http.Request, address string, p members.Person, link, code string) mail.Letter {
	tag := web.Language(r.Context())
	if p.Language != "" {
		tag = p.Language
	}
	words := language.For(tag)
	var letter mail.Letter
	switch {
	case session.Admits(p.State), p.State == "" && s.isCoordinator(address):
		letter = wayIn(words, s.linkURL(r, link), token.ShowCode(code))
	case p.State == members.Suspended:
		letter = suspended(words)
	default:
		return unknown(words, s.Post.Site.URL+"/register")
	}
	if p.State != "" {
		letter.PreferencesURL = maillink.Links{Site: s.Post.Site.URL, Signer: s.Signer}.Preferences(p.Ref, tag)
	}
	return letter
}

func (s *Service) linkURL(r *http.Request, link string) string {
	return s.Post.Site.URL + web.Link(r, "/sign-in/link?token="+link)
}

func (s *Service) isCoordinator(address string) bool {
	return s.Coordinator != "" && mail.Key(address) == mail.Key(s.Coordinator)
}

// codeHash binds a code to its request. It is keyed, because 40 bits are soon
// tried out by someone who has a copy of the table.
func (s *Service) codeHash(requestKey, code string) string {
	return s.Signer.KeyedHash("sign-in code", requestKey+" "+code)
}
