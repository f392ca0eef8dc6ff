package newsletter

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the coordinators' pages about newsletters.
type Service struct {
	Newsletters *Store
	Ledger      *dissemination.Store
	Members     *members.Store
	Limits      *limit.Store
	Layout      Layout
	Sources     []Source     // of what newsletters can be assembled from
	Sender      *mail.Sender // of test mails
	Audit       *audit.Log
	Now         func() time.Time
	Log         *slog.Logger
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	const one = "/desk/newsletters/{newsletter}"
	m.Handle("GET /desk/newsletters", web.Coordinators, s.showList)
	m.Handle("GET /desk/newsletters/new", web.Coordinators, s.showNew)
	m.Handle("POST /desk/newsletters/new", web.Coordinators, s.create)
	m.Handle("GET /desk/newsletters/images", web.Coordinators, s.showImages)
	m.Handle("POST /desk/newsletters/images", web.Coordinators, s.uploadImage)
	m.Handle("GET "+one, web.Coordinators, s.showNewsletter)
	m.Handle("POST "+one, web.Coordinators, s.saveSettings)
	m.Handle("GET "+one+"/texts/{language}", web.Coordinators, s.showText)
	m.Handle("POST "+one+"/texts/{language}", web.Coordinators, s.saveText)
	m.Handle("GET "+one+"/preview/{language}", web.Coordinators, s.showPreview)
	m.Handle("GET "+one+"/preview/{language}/mail", web.Coordinators, s.showMail)
	m.Handle("POST "+one+"/preview/{language}/mail", web.Coordinators, s.showUnsaved)
	m.Handle("POST "+one+"/preview/{language}", web.Coordinators, s.sendTest)
	m.Handle("GET "+one+"/audience", web.Coordinators, s.showAudience)
	m.Handle("POST "+one+"/audience", web.Coordinators, s.saveAudience)
	m.Handle("GET "+one+"/send", web.SteppedUp, s.showSend)
	m.Handle("POST "+one+"/send", web.SteppedUp, s.send)
	m.Handle("GET "+one+"/cancel", web.Coordinators, s.showCancel)
	m.Handle("POST "+one+"/cancel", web.Coordinators, s.cancel)
	m.Handle("GET "+one+"/progress", web.Coordinators, s.showProgress)
	m.Handle("POST "+one+"/pause", web.Coordinators, s.pause())
	m.Handle("POST "+one+"/resume", web.Coordinators, s.resume())
	m.Handle("GET "+one+"/stop", web.Coordinators, s.showStop())
	m.Handle("POST "+one+"/stop", web.Coordinators, s.stop())
	m.Handle("GET "+one+"/again", web.SteppedUp, s.showAgain())
	m.Handle("POST "+one+"/again", web.SteppedUp, s.again())
	m.Handle("GET "+one+"/report", web.Coordinators, s.showReport)
	m.Handle("GET "+one+"/report.csv", web.SteppedUp, s.downloadReport)

	const other = "/desk/mail/{campaign}"
	m.Handle("GET "+other, web.Coordinators, s.showMailing)
	m.Handle("GET "+other+"/stop", web.Coordinators, s.showStopMailing)
	m.Handle("POST "+other+"/{act}", web.Coordinators, s.controlMailing)
}

func pathOf(id string) string { return "/desk/newsletters/" + id }

// newsletter returns the newsletter that a request is about.
func (s *Service) newsletter(r *http.Request) (Newsletter, map[language.Tag]Text, error) {
	return s.Newsletters.requested(r)
}

// requested returns the newsletter that a request's path names.
func (s *Store) requested(r *http.Request) (Newsletter, map[language.Tag]Text, error) {
	n, texts, err := s.Newsletter(r.Context(), r.PathValue("newsletter"))
	if errors.Is(err, ErrNone) {
		err = fault.NotFound()
	}
	return n, texts, err
}

// draft returns the newsletter that a request is about if it can be edited.
func (s *Service) draft(r *http.Request) (Newsletter, map[language.Tag]Text, error) {
	n, texts, err := s.newsletter(r)
	if err == nil && n.State != Draft {
		err = ErrScheduled
	}
	return n, texts, err
}

// languageOf returns the language that a request is about.
func languageOf(r *http.Request) (language.Tag, error) {
	tag, ok := language.Parse(r.PathValue("language"))
	if !ok || string(tag) != r.PathValue("language") {
		return "", fault.NotFound()
	}
	return tag, nil
}

func (s *Service) entry(r *http.Request, action audit.Action, n Newsletter) audit.Entry {
	who := web.Who(r.Context())
	return audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: pathOf(n.ID), Note: n.Title(n.Main), At: s.Now()}
}

// redirect shows another page after a change, in the language that the reader chose.
func redirect(w http.ResponseWriter, r *http.Request, path, done string) error {
	q := url.Values{}
	if done != "" {
		q.Set("done", done)
	}
	if chosen := web.ChosenLanguage(r.Context()); chosen != "" {
		q.Set("lang", string(chosen))
	}
	http.Redirect(w, r, (&url.URL{Path: path, RawQuery: q.Encode()}).String(), http.StatusSeeOther)
	return nil
}

// Stage is where a newsletter stands, as people see it.
type Stage string

// The stages.
const (
	StageDraft     Stage = "draft"
	StageScheduled Stage = "scheduled"
	StageSending   Stage = "sending"
	StagePaused    Stage = "paused"
	StageStopped   Stage = "stopped" // in the middle, for good
	StageSent      Stage = "sent"
)

var tones = map[Stage]string{
	StageDraft: "plain", StageScheduled: "waiting", StageSending: "waiting", StagePaused: "bad", StageStopped: "plain", StageSent: "good",
}

// stageOf tells the stage. The record of an old campaign may be gone: it was sent.
func stageOf(n Newsletter, campaigns map[string]dissemination.Campaign) Stage {
	if n.State == Draft {
		return StageDraft
	}
	c, ok := campaigns[n.Campaign()]
	if !ok {
		return StageSent
	}
	return stageOfCampaign(c)
}

func stageOfCampaign(c dissemination.Campaign) Stage {
	switch {
	case c.State == dissemination.Done && !c.AgainFrom().IsZero():
		return StageSent
	case c.State == dissemination.Scheduled:
		return StageScheduled
	case c.State == dissemination.Cancelled:
		return StageStopped
	case !c.Paused.IsZero():
		return StagePaused
	default:
		return StageSending
	}
}

func (s *Service) stage(ctx context.Context, n Newsletter) (Stage, error) {
	if n.State == Draft {
		return StageDraft, nil
	}
	campaigns, err := s.Ledger.Campaigns(ctx, []string{n.Campaign()})
	return stageOf(n, campaigns), err
}

// tag shows a stage.
func (st Stage) tag(p *language.Printer) page.Tag {
	return page.Tag{Tone: tones[st], Text: p.Text("newsletter.stage." + string(st))}
}
