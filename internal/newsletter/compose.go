package newsletter

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// newsletterData is what a newsletter's own page shows.
type newsletterData struct {
	settingsData
	Newsletter Newsletter
	Stage      Stage
	Tag        page.Tag
	Texts      map[language.Tag]Text
	Changed    bool // by somebody else, since the form was shown
}

func (s *Service) showNewsletter(w http.ResponseWriter, r *http.Request) error {
	n, texts, err := s.newsletter(r)
	if err != nil {
		return err
	}
	values := url.Values{"kind": {string(n.Kind)}, "main": {string(n.Main)}}
	return s.renderNewsletter(w, r, http.StatusOK, newsletterData{settingsData: newSettings(values, nil), Newsletter: n, Texts: texts})
}

func (s *Service) renderNewsletter(w http.ResponseWriter, r *http.Request, status int, data newsletterData) error {
	var err error
	if data.Stage, err = s.stage(r.Context(), data.Newsletter); err != nil {
		return err
	}
	data.Tag = data.Stage.tag(web.Printer(r.Context()))
	return pages.Render(w, r, status, "newsletter.html", data)
}

func (s *Service) saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	n, texts, err := s.draft(r)
	if err != nil {
		return err
	}
	data := newsletterData{Newsletter: n, Texts: texts}
	kind, main, fields := parseSettings(r.PostForm)
	data.settingsData = newSettings(r.PostForm, fields)
	if len(fields) > 0 {
		return s.renderNewsletter(w, r, http.StatusUnprocessableEntity, data)
	}
	err = s.Newsletters.SaveSettings(r.Context(), n.ID, parseVersion(r.PostForm.Get("version")), kind, main, web.Who(r.Context()).Name)
	if fault.Is(err, ErrChanged.Code) {
		data.Changed = true
		return s.renderNewsletter(w, r, http.StatusConflict, data)
	}
	if err != nil {
		return err
	}
	return redirect(w, r, pathOf(n.ID), "saved")
}

// textData is what the page to write a text shows.
type textData struct {
	page.Form
	Newsletter          Newsletter
	Language            language.Tag
	Version             int
	MaxSubject, MaxBody int
	// Stored is what somebody else saved since the form was shown.
	Stored *Text
}

func newTextData(n Newsletter, tag language.Tag, version int, values url.Values) textData {
	return textData{
		Form:       page.Form{Area: "newsletter", Values: values},
		Newsletter: n, Language: tag, Version: version, MaxSubject: MaxSubject, MaxBody: MaxBody,
	}
}

func (s *Service) showText(w http.ResponseWriter, r *http.Request) error {
	tag, err := languageOf(r)
	if err != nil {
		return err
	}
	n, texts, err := s.draft(r)
	if err != nil {
		return err
	}
	text := texts[tag]
	values := url.Values{"subject": {text.Subject}, "body": {text.Body}}
	return pages.Render(w, r, http.StatusOK, "text.html", newTextData(n, tag, text.Version, values))
}

// saveText saves a text. Two empty fields take the language out again, unless it is the main one.
func (s *Service) saveText(w http.ResponseWriter, r *http.Request) error {
	tag, err := languageOf(r)
	if err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	n, texts, err := s.draft(r)
	if err != nil {
		return err
	}
	text := Text{
		Subject: r.PostForm.Get("subject"), Body: r.PostForm.Get("body"),
		Version: parseVersion(r.PostForm.Get("version")),
	}.Clean()
	data := newTextData(n, tag, text.Version, r.PostForm)
	if fields := text.Validate(); len(fields) > 0 && (!text.Empty() || tag == n.Main || text.Version == 0) {
		data.Errors = fields
		return pages.Render(w, r, http.StatusUnprocessableEntity, "text.html", data)
	}
	err = s.Newsletters.SaveText(r.Context(), n.ID, tag, text, web.Who(r.Context()).Name)
	if fault.Is(err, ErrChanged.Code) {
		return s.renderConflict(w, r, data, texts[tag])
	}
	if err != nil {
		return err
	}
	if r.PostForm.Get("then") == "preview" && !text.Empty() {
		return redirect(w, r, pathOf(n.ID)+"/preview/"+string(tag), "")
	}
	return redirect(w, r, pathOf(n.ID), "saved")
}

// renderConflict shows what was typed beside what somebody else saved. Saving again keeps what was
// typed.
func (s *Service) renderConflict(w http.ResponseWriter, r *http.Request, data textData, before Text) error {
	stored := before
	if _, texts, err := s.newsletter(r); err == nil {
		stored = texts[data.Language]
	}
	data.Stored, data.Version = &stored, stored.Version
	data.Values.Set("version", strconv.Itoa(stored.Version))
	return pages.Render(w, r, http.StatusConflict, "text.html", data)
}
