package review

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// decisionData is what the page shows that asks for a decision.
type decisionData struct {
	page.Form
	Practice practice.Practice
	Version  practice.Version
	// Action is the outcome, or "archive".
	Action string
	// Comments are those that go to the owners, by section.
	Comments []commentedSection
	// Recipients get the mail.
	Recipients []members.Person
	Danger     bool
	Limit      int
	// Required says that the mail must have a note: the owners would not know why.
	Required bool
	// Late is the sentence why it cannot be decided any more.
	Late string
	Back string
}

type commentedSection struct {
	Name  practice.Section
	Texts []string
}

// actions are the names of actions in the audit log.
var actions = map[practice.Outcome]audit.Action{
	practice.Publish: audit.PublishPractice, practice.AskChanges: audit.AskChanges, practice.Decline: audit.DeclinePractice,
}

// outcome returns the one that a request asks for.
func outcome(r *http.Request) (practice.Outcome, error) {
	o := practice.Outcome(r.PathValue("outcome"))
	if !slices.Contains(practice.Outcomes, o) {
		return o, fault.NotFound()
	}
	return o, nil
}

// askDecision shows the form for a decision. Once it is decided there is nothing to ask.
func (s *Service) askDecision(w http.ResponseWriter, r *http.Request) error {
	o, err := outcome(r)
	if err != nil {
		return err
	}
	p, v, err := s.version(r)
	if err != nil {
		return err
	}
	me, _, err := reviewer(r)
	switch {
	case err != nil:
		return err
	case me.Organisation == p.Organisation:
		return practice.ErrOwnPractice
	case v.Decision != nil:
		return web.SeeOther(w, r, versionPath(p.ID, v.Number))
	}
	return s.renderDecision(w, r, http.StatusOK, decisionData{Practice: p, Version: v, Action: string(o)})
}

func (s *Service) renderDecision(w http.ResponseWriter, r *http.Request, status int, data decisionData) error {
	data.Area, data.Limit = "review", practice.MaxNote
	data.Danger = data.Action == string(practice.Decline) || data.Action == string(practice.Archive)
	data.Back = cmp.Or(data.Back, versionPath(data.Practice.ID, data.Version.Number))
	if data.Version.Number > 0 {
		all, err := s.comments(r, data.Version)
		if err != nil {
			return err
		}
		for _, section := range append(slices.Clone(practice.Sections), practice.Whole) {
			if texts := all[section]; len(texts) > 0 {
				data.Comments = append(data.Comments, commentedSection{section, texts})
			}
		}
	}
	data.Required = len(data.Comments) == 0 && data.Action != string(practice.Publish)
	var err error
	if data.Recipients, err = s.recipients(r.Context(), data.Practice.Organisation); err != nil {
		return err
	}
	return pages.Render(w, r, status, "decision.html", data)
}

// comments are those of all reviewers of a version.
func (s *Service) comments(r *http.Request, v practice.Version) (map[practice.Section][]string, error) {
	reviews, err := s.Practices.Reviews(r.Context(), v.Practice, v.Number)
	if err != nil {
		return nil, err
	}
	all := map[practice.Section][]string{}
	for _, one := range reviews {
		for section, text := range one.Comments {
			all[section] = append(all[section], text)
		}
	}
	return all, nil
}

// decide takes a decision, once, and tells the owners.
func (s *Service) decide(w http.ResponseWriter, r *http.Request) error {
	o, err := outcome(r)
	if err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, v, err := s.version(r)
	if err != nil {
		return err
	}
	by, name, err := reviewer(r)
	if err != nil {
		return err
	}
	comments, err := s.comments(r, v)
	if err != nil {
		return err
	}
	note, field := parseText(r.PostForm, "note", practice.MaxNote)
	if field == nil && note == "" && o != practice.Publish && len(comments) == 0 {
		field = &fault.Field{Name: "note", Code: "required"}
	}
	data := decisionData{Form: page.Form{Values: r.PostForm}, Practice: p, Version: v, Action: string(o)}
	if field != nil {
		data.Errors = []fault.Field{*field}
		return s.renderDecision(w, r, http.StatusUnprocessableEntity, data)
	}
	d := practice.Decision{Outcome: o, By: by, Name: name, Note: note, Comments: comments}
	err = s.Practices.Decide(r.Context(), p.ID, v.Number, d, s.Audit.Write(s.entry(r, actions[o], p.ID, note)))
	if fault.Is(err, practice.ErrState.Code) {
		return s.late(w, r, data, by)
	}
	if err != nil {
		return err
	}
	s.tell(r.Context(), p.ID)
	return web.SeeOther(w, r, pathOf(p.ID)+"?done="+string(o))
}

// late answers a decision that came too late. If the same person decided the same, the form was sent
// twice and the result is shown.
func (s *Service) late(w http.ResponseWriter, r *http.Request, data decisionData, by members.Ref) error {
	_, v, err := s.version(r)
	if err != nil {
		return err
	}
	if d := v.Decision; d != nil && d.By == by && string(d.Outcome) == data.Action {
		return web.SeeOther(w, r, pathOf(v.Practice))
	}
	data.Late = web.Printer(r.Context()).Text("error." + practice.ErrState.Code)
	return s.renderDecision(w, r, practice.ErrState.Status, data)
}

// askArchive shows the form that takes a practice from the library.
func (s *Service) askArchive(w http.ResponseWriter, r *http.Request) error {
	p, err := s.practice(r)
	if err != nil {
		return err
	}
	if p.Published == 0 || p.State == practice.Submitted {
		return web.SeeOther(w, r, pathOf(p.ID))
	}
	return s.renderDecision(w, r, http.StatusOK, decisionData{Practice: p, Action: string(practice.Archive), Back: pathOf(p.ID)})
}

// archive takes a practice from the library and tells the owners.
func (s *Service) archive(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, err := s.practice(r)
	if err != nil {
		return err
	}
	by, name, err := reviewer(r)
	if err != nil {
		return err
	}
	data := decisionData{Form: page.Form{Values: r.PostForm}, Practice: p, Action: string(practice.Archive), Back: pathOf(p.ID)}
	note, field := parseText(r.PostForm, "note", practice.MaxNote)
	if field == nil && note == "" {
		field = &fault.Field{Name: "note", Code: "required"}
	}
	if field != nil {
		data.Errors = []fault.Field{*field}
		return s.renderDecision(w, r, http.StatusUnprocessableEntity, data)
	}
	if p.State == practice.Archived { // the form was sent twice
		return web.SeeOther(w, r, pathOf(p.ID))
	}
	err = s.Practices.Archive(r.Context(), p.ID, practice.Decision{By: by, Name: name, Note: note},
		s.Audit.Write(s.entry(r, audit.ArchivePractice, p.ID, note)))
	if fault.Is(err, practice.ErrState.Code) {
		data.Late = web.Printer(r.Context()).Text("error." + practice.ErrState.Code)
		return s.renderDecision(w, r, practice.ErrState.Status, data)
	}
	if err != nil {
		return err
	}
	s.tell(r.Context(), p.ID)
	return web.SeeOther(w, r, pathOf(p.ID)+"?done=archive")
}
