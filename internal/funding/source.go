package funding

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// runs is how many reports of a source its page shows.
const runs = 20

// sourceView is a source with its last report.
type sourceView struct {
	call.Source
	Last *runView
}

// runView is a report in words.
type runView struct {
	call.Run
	Failure  string // why it failed, or ""
	Refusals []refusalView
}

// refusalView is a call that was not taken.
type refusalView struct{ ID, Why string }

func newRunView(p *language.Printer, run call.Run) *runView {
	v := &runView{Run: run}
	if run.Reason != "" {
		v.Failure = known(p, "source.failed.", run.Reason)
	}
	for _, refused := range run.Refusals {
		why := ""
		if field, ok := strings.CutPrefix(refused.Reason, "field-"); ok {
			why = p.Text("source.refused.field", "Field", known(p, "call.field.", field))
		} else {
			why = known(p, "source.refused.", refused.Reason)
		}
		v.Refusals = append(v.Refusals, refusalView{refused.ID, why})
	}
	return v
}

// known says a code in words; a code without a sentence is shown as it is.
func known(p *language.Printer, prefix, code string) string {
	if p.Has(prefix + code) {
		return p.Text(prefix + code)
	}
	return code
}

// sourcesData is what the list of sources shows.
type sourcesData struct {
	page.Form
	Sources   []sourceView
	Topics    []members.Topic
	Languages []string
	Countries []string
}

func (s *Service) showSources(w http.ResponseWriter, r *http.Request) error {
	return s.renderSources(w, r, http.StatusOK, page.Form{Values: url.Values{"hours": {"24"}}})
}

func (s *Service) renderSources(w http.ResponseWriter, r *http.Request, status int, form page.Form) error {
	form.Area = "funding.sources"
	data := sourcesData{Form: form, Topics: members.Topics, Languages: members.Languages, Countries: members.Countries}
	all, err := s.Calls.Sources(r.Context())
	if err != nil {
		return err
	}
	for _, source := range all {
		v := sourceView{Source: source}
		last, err := s.Calls.Runs(r.Context(), source.ID, 1)
		if err != nil {
			return err
		}
		if len(last) > 0 {
			v.Last = newRunView(web.Printer(r.Context()), last[0])
		}
		data.Sources = append(data.Sources, v)
	}
	return pages.Render(w, r, status, "sources.html", data)
}

// addSource adds a feed, which is read within a quarter of an hour.
func (s *Service) addSource(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	source := call.Source{
		ID: "feed-" + strings.ToLower(members.NewID()), Kind: call.Feed, Name: strings.TrimSpace(r.PostForm.Get("name")),
		URL: strings.TrimSpace(r.PostForm.Get("url")), Programme: strings.TrimSpace(r.PostForm.Get("programme")),
		Language: r.PostForm.Get("language"), Topics: chosen[members.Topic](r.PostForm["topics"]),
	}
	source.Hours, _ = strconv.Atoi(r.PostForm.Get("hours"))
	if country := r.PostForm.Get("country"); country != "" {
		source.Countries = []string{country}
	}
	if refused := validSource(source); len(refused) > 0 {
		return s.renderSources(w, r, http.StatusUnprocessableEntity, page.Form{Values: r.PostForm, Errors: refused})
	}
	if _, err := s.Calls.AddSource(r.Context(), source, s.Audit.Write(s.entry(r, audit.AddSource, sources+"/"+source.ID, source.Name+" "+source.URL))); err != nil {
		return err
	}
	return web.SeeOther(w, r, sources+"/"+source.ID+"?done=added")
}

// validSource returns the fields of a new feed that are refused.
func validSource(source call.Source) []fault.Field {
	refused := source.Validate()
	for _, country := range source.Countries {
		if _, ok := language.CountryCode(country); !ok {
			refused = append(refused, fault.Field{Name: "country", Code: "choice"})
		}
	}
	if len(source.Programme) > call.MaxProgramme {
		refused = append(refused, fault.Field{Name: "programme", Code: "too-long", Args: map[string]any{"Limit": call.MaxProgramme}})
	}
	return refused
}

// sourceData is what the page of a source shows.
type sourceData struct {
	page.Form
	Source call.Source
	Runs   []*runView
}

// source returns the source that a request is about.
func (s *Service) source(r *http.Request) (call.Source, error) {
	source, err := s.Calls.Source(r.Context(), r.PathValue("source"))
	if errors.Is(err, call.ErrNone) {
		err = fault.NotFound()
	}
	return source, err
}

func (s *Service) showSource(w http.ResponseWriter, r *http.Request) error {
	source, err := s.source(r)
	if err != nil {
		return err
	}
	return s.renderSource(w, r, http.StatusOK, source, page.Form{Values: url.Values{"hours": {strconv.Itoa(source.Hours)}}})
}

func (s *Service) renderSource(w http.ResponseWriter, r *http.Request, status int, source call.Source, form page.Form) error {
	form.Area = "funding.sources"
	reports, err := s.Calls.Runs(r.Context(), source.ID, runs)
	if err != nil {
		return err
	}
	data := sourceData{Form: form, Source: source}
	for _, run := range reports {
		data.Runs = append(data.Runs, newRunView(web.Printer(r.Context()), run))
	}
	return pages.Render(w, r, status, "source.html", data)
}

// sourceActions are what can be done to a source, by the names of the form and of the audit log.
var sourceActions = map[string]audit.Action{
	"pause": audit.PauseSource, "resume": audit.ResumeSource, "read": audit.ReadSource, "hours": audit.TimeSource,
}

// changeSource changes how often a source is read, pauses it, goes on with it, or has it read at once.
func (s *Service) changeSource(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	act := r.PostForm.Get("act")
	for try := 1; ; try++ {
		source, err := s.source(r)
		if err != nil {
			return err
		}
		switch act {
		case "pause", "resume":
			source.Paused = act == "pause"
		case "read":
			source.Due = s.Now().UTC()
		case "hours":
			hours, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get("hours")))
			if err != nil || hours < call.MinHours || hours > call.MaxHours {
				return s.renderSource(w, r, http.StatusUnprocessableEntity, source, page.Form{
					Values: r.PostForm, Errors: []fault.Field{{Name: "hours", Code: "range"}},
				})
			}
			source.Hours = hours
		default:
			return fault.Invalid(fault.Field{Name: "act", Code: "choice"})
		}
		_, err = s.Calls.SaveSource(r.Context(), source, s.Audit.Write(s.entry(r, sourceActions[act], sources+"/"+source.ID, source.Name)))
		if fault.Is(err, call.ErrEdited.Code) && try < tries { // a reading goes on at the same moment
			continue
		}
		if err != nil {
			return err
		}
		return web.SeeOther(w, r, sources+"/"+source.ID+"?done="+act)
	}
}

// dismissalsData is what the page with the reasons shows for which members put calls aside.
type dismissalsData struct {
	Refused []Refused
	Paging  page.Paging
}

func (s *Service) showDismissals(w http.ResponseWriter, r *http.Request) error {
	found, next, err := s.Partners.AllRefused(r.Context(), r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	data := dismissalsData{Refused: found}
	if r.URL.Query().Get("after") != "" {
		data.Paging.First = web.Link(r, desk+"/dismissals")
	}
	if next != "" {
		data.Paging.Next = web.Link(r, desk+"/dismissals?"+url.Values{"after": {next}}.Encode())
	}
	return pages.Render(w, r, http.StatusOK, "dismissals.html", data)
}
