// Package funding is where people find calls for funding and say what they look for: the public pages
// and feeds, each member's interests, marks and calendar, partners for a call, and the desk's pages
// about calls and their sources.
//
// Lists and feeds come from the search index, which the function keeps in memory. A status follows
// from a call's dates and is stored nowhere; see [call.Content.Status].
package funding

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes about funding.
type Service struct {
	Calls     *call.Store
	Interests *interest.Store
	Partners  *Partners
	Members   *members.Store
	Limits    *limit.Store
	// Index returns what can be searched now; see [search.Reader].
	Index func(context.Context) (*search.Index, error)
	Audit *audit.Log
	Post  mail.Post
	Links maillink.Links
	Now   func() time.Time
	Log   *slog.Logger
}

// Paths of the domain.
const (
	root     = "/calls"
	one      = root + "/{call}" // with the ending ".ics" the call's deadlines
	feedPath = root + ".atom"
	icsPath  = root + ".ics"
	csvPath  = root + ".csv"
	apiPath  = "/api/calls"

	embedPath = "/embed/calls"

	mine        = "/my-funding"
	mineOne     = mine + "/{interest}"
	calendar    = mine + "/calendar"
	calendarICS = "/calendars/{person}/{secret}"

	desk    = "/desk/calls"
	deskOne = desk + "/{call}"
	sources = "/desk/sources"
)

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET "+root, web.Everyone, s.showList)
	m.Handle("GET "+feedPath, web.Everyone, s.showFeed)
	m.Handle("GET "+icsPath, web.Everyone, s.writeCalendar)
	m.Handle("GET "+csvPath, web.Everyone, s.writeCSV)
	m.Handle("GET "+apiPath, web.Everyone, web.Tagged(s.listCalls))
	m.Handle("GET "+apiPath+"/{call}", web.Everyone, web.Tagged(s.getCall))
	m.Handle("GET "+embedPath, web.Everyone, s.showEmbed)
	m.Handle("GET "+one, web.Everyone, s.showCall)
	m.Handle("GET "+one+"/{act}", web.Members, s.showMark)
	m.Handle("POST "+one+"/{act}", web.Members, s.mark)
	m.Handle("GET "+one+"/partners", web.Members, s.showOffer)
	m.Handle("POST "+one+"/partners", web.Members, s.offer)
	m.Handle("GET "+one+"/partners/{offer}", web.Members, s.showAnswer)
	m.Handle("POST "+one+"/partners/{offer}", web.Members, s.answer)

	m.Handle("GET "+mine, web.Members, s.showInterests)
	m.Handle("POST "+mine, web.Members, s.resumeMail)
	m.Handle("GET "+mine+"/new", web.Members, s.showNew)
	m.Handle("POST "+mine+"/new", web.Members, s.create)
	m.Handle("GET "+mineOne, web.Members, s.showInterest)
	m.Handle("POST "+mineOne, web.Members, s.saveInterest)
	m.Handle("GET "+mineOne+"/preview", web.Members, s.showPreview)
	m.Handle("POST "+mineOne+"/mail", web.Members, s.changeMail)
	m.Handle("GET "+mineOne+"/delete", web.Members, s.askDelete)
	m.Handle("POST "+mineOne+"/delete", web.Members, s.delete)
	m.Handle("GET "+calendar, web.Members, s.showCalendar)
	m.Handle("POST "+calendar, web.Members, s.changeCalendar)
	m.Handle("GET "+calendarICS, web.Everyone, s.writeMyCalendar)

	m.Handle("GET "+desk, web.Coordinators, s.showDesk)
	m.Handle("GET "+desk+"/new", web.Coordinators, s.showAdd)
	m.Handle("POST "+desk+"/new", web.Coordinators, s.add)
	m.Handle("GET "+desk+"/upload", web.Coordinators, s.showUpload)
	m.Handle("POST "+desk+"/upload", web.Coordinators, s.upload)
	m.AllowBody("POST "+desk+"/upload", maxUpload)
	m.Handle("GET "+desk+"/dismissals", web.Coordinators, s.showDismissals)
	m.Handle("GET "+sources, web.Coordinators, s.showSources)
	m.Handle("POST "+sources, web.Coordinators, s.addSource)
	m.Handle("GET "+sources+"/{source}", web.Coordinators, s.showSource)
	m.Handle("POST "+sources+"/{source}", web.Coordinators, s.changeSource)
	m.Handle("GET "+deskOne, web.Coordinators, s.showCurate)
	m.Handle("POST "+deskOne, web.Coordinators, s.curate)
	m.Handle("GET "+deskOne+"/merge", web.Coordinators, s.showMerge)
	m.Handle("POST "+deskOne+"/merge", web.Coordinators, s.merge)
}

// member is the signed-in person.
func member(r *http.Request) (members.Ref, error) {
	return members.ParseRef(web.Who(r.Context()).Member)
}

// call returns the call that a request is about. One that was merged into another comes with
// MergedInto and nothing else that counts.
func (s *Service) call(r *http.Request) (call.Call, error) {
	c, err := s.Calls.Get(r.Context(), r.PathValue("call"))
	if errors.Is(err, call.ErrNone) {
		err = fault.NotFound()
	}
	return c, err
}

// entry is the audit entry of what a request does.
func (s *Service) entry(r *http.Request, action audit.Action, what, note string) audit.Entry {
	who := web.Who(r.Context())
	return audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: what, Note: note, At: s.Now()}
}

// texts are values of any string type as strings.
func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
