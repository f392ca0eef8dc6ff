package signin

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// checkPage is what the template "check.html" shows while a person looks for
// the mail.
type checkPage struct {
	Form    page.Form
	Address string
	Minutes int // that link and code work
}

func (s *Service) showCheck(w http.ResponseWriter, r *http.Request) error {
	_, wish, err := s.wish(r)
	switch {
	case errors.Is(err, errNone):
		return web.SeeOther(w, r, "/sign-in")
	case err != nil:
		return err
	case wish.Used && web.Who(r.Context()) != nil:
		return web.SeeOther(w, r, onwardFor(web.Who(r.Context()), wish.Next))
	}
	return renderCheck(w, r, http.StatusOK, wish, page.Form{Area: "signin"})
}

func renderCheck(w http.ResponseWriter, r *http.Request, status int, wish request, form page.Form) error {
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "check.html", checkPage{form, wish.Address, int(requestAge.Minutes())})
}

func (s *Service) postCode(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	b, wish, err := s.wish(r)
	if err != nil {
		return s.refuse(w, r, wish, err)
	}
	form := page.Form{Area: "signin", Values: url.Values{"code": {r.PostForm.Get("code")}}}
	code, ok := token.ParseCode(r.PostForm.Get("code"))
	if !ok {
		form.Errors = []fault.Field{{Name: "code", Code: "code-form"}}
		return renderCheck(w, r, http.StatusUnprocessableEntity, wish, form)
	}
	wish, err = s.Store.try(r.Context(), b.hash(), s.codeHash(wish.PK, code))
	if errors.Is(err, errWrong) {
		form.Errors = []fault.Field{{Name: "code", Code: "code-wrong", Args: map[string]any{"Count": maxAttempts - wish.Attempts}}}
		return renderCheck(w, r, http.StatusUnprocessableEntity, wish, form)
	}
	if err != nil {
		return s.refuse(w, r, wish, err)
	}
	return s.enter(w, r, b, wish)
}

// linkPage is what the template "link.html" shows: whom the button signs in.
type linkPage struct {
	Address string
	Token   string
}

// showLink changes nothing: programs that scan mail open every link.
func (s *Service) showLink(w http.ResponseWriter, r *http.Request) error {
	link := r.URL.Query().Get("token")
	_, wish, err := s.linked(r, link)
	if err != nil {
		return s.refuse(w, r, wish, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, http.StatusOK, "link.html", linkPage{wish.Address, link})
}

func (s *Service) postLink(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	b, wish, err := s.linked(r, r.PostForm.Get("token"))
	if err != nil {
		return s.refuse(w, r, wish, err)
	}
	return s.enter(w, r, b, wish)
}

// wish returns the browser behind a request and its wish to sign in.
func (s *Service) wish(r *http.Request) (browser, request, error) {
	b, known := browserOf(r)
	if !known {
		return b, request{}, errNone
	}
	wish, err := s.Store.get(r.Context(), b.hash())
	return b, wish, err
}

// linked returns the browser's wish if the link belongs to it and can be
// redeemed.
func (s *Service) linked(r *http.Request, link string) (browser, request, error) {
	b, wish, err := s.wish(r)
	if err != nil {
		return b, request{}, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Hash(link)), []byte(wish.Link)) != 1 {
		return b, request{}, errNone
	}
	return b, wish, wish.state(s.Now())
}

// enter signs the person in: it uses the wish up and begins the session in
// one transaction, in which a session that the browser had ends.
func (s *Service) enter(w http.ResponseWriter, r *http.Request, b browser, wish request) error {
	ctx := r.Context()
	person, err := s.entering(r, wish.Address)
	if err != nil {
		return s.refuse(w, r, wish, err)
	}
	organisation, _, err := s.Members.Organisation(ctx, person.Organisation)
	if err != nil {
		return err
	}
	id, begin, err := s.Sessions.Begin(person, organisation.Name, r.UserAgent())
	if err != nil {
		return err
	}
	// Whoever got in may ask for the next mail at once.
	writes := append(s.Sessions.Replaced(r), begin, s.Limits.Reset(wish.Limit))
	if err := s.Store.redeem(ctx, wish, writes...); err != nil {
		return s.refuse(w, r, wish, err)
	}
	session.SetCookie(w, id, person.Coordinator)
	b.proof = b.proofFor(s.Signer, wish.Address)
	b.remember(w)
	return web.SeeOther(w, r, onward(wish.Next, person.Coordinator, false))
}

// errClosed says that the address may not sign in, or not any more.
var errClosed = errors.New("signin: the address may not sign in")

// entering returns the person who signs in, as they are now. The first
// coordinator becomes one here, having shown that the mailbox is theirs.
func (s *Service) entering(r *http.Request, address string) (person members.Person, err error) {
	if s.isCoordinator(address) {
		person, err = s.Members.EnsureCoordinator(r.Context(), address, web.Language(r.Context()), s.coordinatorEntry)
	} else {
		person, err = s.Members.PersonByAddress(r.Context(), address)
	}
	switch {
	case errors.Is(err, members.ErrNone):
		return person, errClosed
	case err != nil:
		return person, err
	case !session.Admits(person.State):
		return person, errClosed
	}
	return person, nil
}

// coordinatorEntry is the audit entry of the first coordinator's role, which the template gave.
func (s *Service) coordinatorEntry(p members.Person) types.TransactWriteItem {
	return s.Audit.Write(audit.Entry{
		Who: p.Ref.String(), Name: p.Name, Action: audit.MakeCoordinator,
		What: "/desk/members/" + p.Organisation + "#person-" + p.Ref.Person, Note: "CoordinatorAddress", At: s.Now(),
	})
}

// refusals maps why nobody was signed in to what the page says about it and
// its status.
var refusals = []struct {
	err    error
	reason string
	status int
}{
	{errNone, "elsewhere", http.StatusOK}, // the usual case of a second device
	{errExpired, "expired", http.StatusGone},
	{errUsed, "used", http.StatusGone},
	{errAttempts, "attempts", http.StatusTooManyRequests},
	{errClosed, "closed", http.StatusForbidden},
	{errBusy, "busy", http.StatusConflict},
}

// refusalPage is what the template "refusal.html" shows: what happened and
// how to get a new mail.
type refusalPage struct {
	Reason  string
	Address string // where a new mail goes, or "" if this browser named none
	Next    string
}

// refuse shows why nobody was signed in. Whoever is in already, by pressing
// the button twice, goes on instead.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, wish request, err error) error {
	if who := web.Who(r.Context()); who != nil && errors.Is(err, errUsed) {
		return web.SeeOther(w, r, onwardFor(who, wish.Next))
	}
	for _, refusal := range refusals {
		if !errors.Is(err, refusal.err) {
			continue
		}
		status := refusal.status
		if status == http.StatusOK && r.Method == http.MethodPost {
			status = http.StatusForbidden
		}
		w.Header().Set("Cache-Control", "no-store")
		return pages.Render(w, r, status, "refusal.html", refusalPage{refusal.reason, wish.Address, wish.Next})
	}
	return err
}
