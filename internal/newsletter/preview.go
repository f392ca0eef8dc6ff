package newsletter

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// previewData is what the preview of a newsletter in one language shows.
type previewData struct {
	Newsletter Newsletter
	Language   language.Tag
	From       mail.Address
	Subject    string
	Text       string // the plain-text part
	Address    string // where a test mail goes
}

// edition returns the newsletter that a request is about, laid out in the request's language.
func (s *Service) edition(r *http.Request) (Newsletter, language.Tag, Text, *mail.Edition, error) {
	tag, err := languageOf(r)
	if err != nil {
		return Newsletter{}, "", Text{}, nil, err
	}
	n, texts, err := s.newsletter(r)
	if err != nil {
		return n, tag, Text{}, nil, err
	}
	text, ok := texts[tag]
	if !ok {
		return n, tag, text, nil, fault.NotFound()
	}
	edition, err := s.Layout.Edition(n, tag, text)
	return n, tag, text, edition, err
}

func (s *Service) showPreview(w http.ResponseWriter, r *http.Request) error {
	n, tag, text, edition, err := s.edition(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "preview.html", previewData{
		Newsletter: n, Language: tag, From: s.Layout.From, Subject: text.Subject,
		Text: edition.Text(s.Layout.Sample()), Address: web.Who(r.Context()).Address,
	})
}

// showMail answers with the HTML part itself, for a frame. Its styles are inline, as in the mail,
// and nothing in it can run, load or leave the frame.
func (s *Service) showMail(w http.ResponseWriter, r *http.Request) error {
	_, _, _, edition, err := s.edition(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write([]byte(edition.HTML(s.Layout.Sample()))) //nolint:gosec // sanitised by parseBody, and sandboxed
	return err
}

// sendTest mails the newsletter to whoever asks, as it will arrive.
func (s *Service) sendTest(w http.ResponseWriter, r *http.Request) error {
	n, tag, text, edition, err := s.edition(r)
	if err != nil {
		return err
	}
	ref, err := members.ParseRef(web.Who(r.Context()).Member)
	if err != nil {
		return err
	}
	self, err := s.Members.Person(r.Context(), ref)
	if err != nil {
		return err
	}
	m, err := edition.To(s.Layout.Reader(n.Kind, self))
	if err != nil {
		return err
	}
	m.Subject = language.For(tag).Text("newsletter.test.subject", "Subject", text.Subject)
	if _, err := s.Sender.Send(r.Context(), m); err != nil {
		return fault.New(http.StatusBadGateway, "mail-failed").Because(err)
	}
	return redirect(w, r, pathOf(n.ID)+"/preview/"+string(tag), "tested")
}
