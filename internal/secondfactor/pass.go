package secondfactor

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

// passPage is what the template "pass.html" shows: the ways to pass that the person has.
type passPage struct {
	page.Form
	Next         string
	Passkeys     bool
	App          bool
	StepUp       bool   // passed before, but not lately
	Problem      string // the key of a notice above the form, or ""
	RecoveryLeft int
}

func renderPass(w http.ResponseWriter, r *http.Request, status int, f factors, data passPage) error {
	data.Area, data.Passkeys, data.App, data.RecoveryLeft = "factor", len(f.Passkeys) > 0, f.App != nil, len(f.Recovery)
	data.StepUp = web.Who(r.Context()).Passed() == nil
	w.Header().Set("Cache-Control", "no-store")
	return pages.Render(w, r, status, "pass.html", data)
}

// passByCode passes by the app's code or a recovery code.
func (s *Service) passByCode(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	ctx, who := r.Context(), web.Who(r.Context())
	f, err := s.Store.get(ctx, who.Member)
	if err != nil {
		return err
	}
	data := passPage{Form: page.Form{Values: url.Values{"code": {r.PostForm.Get("code")}}}, Next: web.LocalPath(r.PostForm.Get("next"))}
	code, ok := parseCode(r.PostForm.Get("code"))
	if !ok {
		data.Errors = []fault.Field{{Name: "code", Code: "factor-form"}}
		return renderPass(w, r, http.StatusUnprocessableEntity, f, data)
	}
	left, err := s.Store.countTry(ctx, who.Member)
	if err != nil {
		return err
	}
	if left < 0 {
		data.Problem = "factor.too-many"
		return renderPass(w, r, http.StatusTooManyRequests, f, data)
	}
	f, err = s.passed(w, r, s.use(who.Member, code))
	switch {
	case errors.Is(err, errWrong) && left == 0:
		s.tell(r, who, letterTries, nil)
		data.Problem = "factor.too-many"
		return renderPass(w, r, http.StatusTooManyRequests, f, data)
	case errors.Is(err, errWrong):
		data.Errors = []fault.Field{{Name: "code", Code: "factor-wrong", Args: map[string]any{"Count": left}}}
		return renderPass(w, r, http.StatusUnprocessableEntity, f, data)
	case err != nil:
		return err
	}
	if code.recovery != "" {
		s.tell(r, who, letterRecovery, map[string]any{"Count": len(f.Recovery)})
	}
	return web.SeeOther(w, r, after(f, data.Next))
}

// use returns the change that takes a code out of use.
func (s *Service) use(person string, code typedCode) func(*factors) error {
	return func(f *factors) error {
		if code.recovery != "" {
			return f.useRecovery(s.recoveryHash(person, code.recovery))
		}
		if f.App == nil {
			return errWrong
		}
		secret, err := s.unseal(person, f.App.Secret)
		if err != nil {
			return err
		}
		step, ok, err := stepOf(secret, code.app, s.Now())
		if err != nil {
			return err
		}
		if !ok {
			return errWrong
		}
		return f.useStep(step, s.Now())
	}
}

// passed changes the person's factors by what they pass with and, in the same transaction, gives their
// session a new id that has passed. What do refuses changes nothing.
func (s *Service) passed(w http.ResponseWriter, r *http.Request, do func(*factors) error, also ...types.TransactWriteItem) (factors, error) {
	who := web.Who(r.Context())
	id, writes, err := s.Sessions.Confirm(r.Context(), who.Session)
	if errors.Is(err, session.ErrEnded) {
		return factors{}, fault.New(http.StatusUnauthorized, "sign-in-required").Because(err)
	}
	if err != nil {
		return factors{}, err
	}
	f, err := s.Store.change(r.Context(), who.Member, do, append(append(writes, s.Store.triesOver(who.Member)), also...)...)
	if err == nil {
		session.SetCookie(w, id, true)
	}
	return f, err
}
