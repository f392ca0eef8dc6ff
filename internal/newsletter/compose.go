package newsletter

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
	// Unsaved says that the form came back with a change that is not saved.
	Unsaved  bool
	Tools    []tool
	Printer  *language.Printer // in the text's own language, for examples
	Views    []view
	Sections []movable
	Offers   []offer
	Since    time.Time // from when on the offers are news
}

func newTextData(n Newsletter, tag language.Tag, version int, values url.Values) textData {
	return textData{
		Form:       page.Form{Area: "newsletter", Values: values},
		Newsletter: n, Language: tag, Version: version, MaxSubject: MaxSubject, MaxBody: MaxBody,
		Tools: tools, Printer: language.For(tag), Views: views,
	}
}

func (s *Service) renderText(w http.ResponseWriter, r *http.Request, status int, data textData) error {
	var err error
	if data.Offers, data.Since, err = s.offers(r.Context(), data.Language); err != nil {
		return err
	}
	data.Sections = movables(sections(data.Values.Get("body")))
	return pages.Render(w, r, status, "text.html", data)
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
	return s.renderText(w, r, http.StatusOK, newTextData(n, tag, text.Version, values))
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
	if act := r.PostForm.Get("act"); act != "" {
		return s.reworkText(w, r, data, text, act)
	}
	if fields := text.Validate(); len(fields) > 0 && (!text.Empty() || tag == n.Main || text.Version == 0) {
		data.Errors = fields
		return s.renderText(w, r, http.StatusUnprocessableEntity, data)
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

// reworkText shows the form again with a change that one of its buttons makes to the text. Nothing is
// saved.
func (s *Service) reworkText(w http.ResponseWriter, r *http.Request, data textData, text Text, act string) error {
	body, err := s.rework(r.Context(), data.Language, text.Body, act)
	if err != nil {
		return err
	}
	data.Values = maps.Clone(data.Values)
	data.Values.Set("body", body)
	data.Unsaved = true
	return s.renderText(w, r, http.StatusOK, data)
}

// rework does what the button act says: insert:TOOL, block:SOURCE:TITLE, up:N, down:N or remove:N,
// where N counts the sections. What is not there any more changes nothing.
func (s *Service) rework(ctx context.Context, tag language.Tag, body, act string) (string, error) {
	verb, what, _ := strings.Cut(act, ":")
	number, err := strconv.Atoi(what)
	if err != nil {
		number = -1
	}
	switch verb {
	case "insert":
		for _, t := range tools {
			if t.Name == what {
				return t.insert(body, language.For(tag)), nil
			}
		}
	case "block":
		all, _, err := s.offers(ctx, tag)
		if err != nil {
			return body, err
		}
		for _, o := range all {
			if o.Act() == act {
				return appendBlock(body, o.Markdown), nil
			}
		}
	case "up":
		return joinSections(moveSection(sections(body), number)), nil
	case "down":
		return joinSections(moveSection(sections(body), number+1)), nil
	case "remove":
		return joinSections(removeSection(sections(body), number)), nil
	}
	return body, nil
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
	return s.renderText(w, r, http.StatusConflict, data)
}
