package newsletter

import (
	"errors"
	"net/http"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
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
	return s.writeMail(w, edition, view(r.URL.Query().Get("view")))
}

// showUnsaved is showMail for what stands in the form and is not saved yet.
func (s *Service) showUnsaved(w http.ResponseWriter, r *http.Request) error {
	tag, err := languageOf(r)
	if err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	n, _, err := s.draft(r)
	if err != nil {
		return err
	}
	text := Text{Subject: r.PostForm.Get("subject"), Body: r.PostForm.Get("body")}.Clean()
	if len(text.Subject) > 4*MaxSubject || len(text.Body) > 4*MaxBody {
		return fault.Invalid(text.Validate()...)
	}
	edition, err := s.Layout.Edition(n, tag, text)
	if err != nil {
		return err
	}
	return s.writeMail(w, edition, view(r.PostForm.Get("view")))
}

func (s *Service) writeMail(w http.ResponseWriter, edition *mail.Edition, v view) error {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; img-src "+s.Layout.Site.URL+"; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox")
	if v == viewText {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		_, err := w.Write([]byte(edition.Text(s.Layout.Sample()))) //nolint:gosec // plain text, nosniff, and sandboxed
		return err
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write([]byte(v.apply(edition.HTML(s.Layout.Sample())))) //nolint:gosec // sanitised by parseBody, and sandboxed
	return err
}

// view is a way to look at a mail.
type view string

// The views. Any other word is the mail as the coordinator's own browser shows it.
const (
	viewWide   view = "wide"
	viewNarrow view = "narrow"
	viewDark   view = "dark"
	viewText   view = "text"
)

var views = []view{viewWide, viewNarrow, viewDark, viewText}

// apply makes a mail look as on a certain device, whatever device it is shown on.
func (v view) apply(html string) string {
	const dark, small = "@media (prefers-color-scheme: dark)", "@media (max-width: 620px)"
	switch v {
	case viewWide:
		return strings.NewReplacer(dark, "@media not all", small, "@media not all").Replace(html)
	case viewNarrow:
		return strings.NewReplacer(dark, "@media not all", small, "@media all", "</style>", "html { max-width: 320px; margin: 0 auto; }\n</style>").Replace(html)
	case viewDark:
		return strings.NewReplacer(dark, "@media all", "color-scheme: light dark", "color-scheme: dark").Replace(html)
	case viewText: // has no styles
	}
	return html
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
	m, err := edition.To(s.Layout.Reader(n, self))
	if err != nil {
		return err
	}
	m.Subject = language.For(tag).Text("newsletter.test.subject", "Subject", text.Subject)
	count := limit.Count{Limit: limit.TestMail, What: ref.String()}
	if err := s.Limits.Allow(r.Context(), count); err != nil {
		return err
	}
	if _, err := s.Sender.Send(r.Context(), m); err != nil {
		return errors.Join(fault.New(http.StatusBadGateway, "mail-failed").Because(err), s.Limits.Return(r.Context(), count))
	}
	return redirect(w, r, pathOf(n.ID)+"/preview/"+string(tag), "tested")
}
