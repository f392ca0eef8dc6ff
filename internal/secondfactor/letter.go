package secondfactor

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// What a person is told of: the last part of the keys of the letter's texts.
const (
	letterPasskeyAdded   = "passkey-added"
	letterPasskeyRemoved = "passkey-removed"
	letterAppAdded       = "app-added"
	letterAppRemoved     = "app-removed"
	letterCodesMade      = "codes-made"
	letterRecovery       = "recovery-used"
	letterTries          = "tries"
	letterReset          = "reset"
)

// tell writes to a person about their factors. What happened stands if the mail fails; the log says so.
func (s *Service) tell(r *http.Request, to *web.Identity, what string, args map[string]any) {
	ctx := r.Context()
	err := s.Post.Send(ctx, s.letter(to, what, args), mail.Address{Name: to.Name, Email: to.Address})
	if err != nil {
		s.Log.ErrorContext(ctx, "mail about a second factor not sent", "requestId", web.RequestID(ctx), "letter", what, "cause", err)
	}
}

func (s *Service) letter(to *web.Identity, what string, args map[string]any) mail.Letter {
	words := language.For(to.Language)
	key := "factor.mail." + what
	l := mail.Letter{
		Language: words.Tag(),
		Subject:  words.TextOf(key+".subject", args),
		Heading:  words.TextOf(key+".subject", args),
		Body:     []string{words.TextOf(key, args)},
		Action:   &mail.Action{Label: words.Text("factor.mail.action"), URL: web.InLanguage(s.Post.Site.URL+root, words.Tag())},
		After:    []string{words.Text("factor.mail.not-you")},
		Reason:   words.Text("factor.mail.reason"),
	}
	if ref, err := members.ParseRef(to.Member); err == nil {
		l.PreferencesURL = maillink.Links{Site: s.Post.Site.URL, Signer: s.Signer}.Preferences(ref, words.Tag())
	}
	return l
}
