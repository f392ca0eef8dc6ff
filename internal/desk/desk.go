// Package desk is where coordinators look after the membership: what waits for them, the list of
// members, decisions about organisations and people, and the export.
//
// A decision, its entry in the audit log and the memory that mail is owed are one transaction. The
// mails follow; if they fail, the decision stands and the desk offers to send them again.
package desk

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/membermail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes of the desk.
type Service struct {
	Members  *members.Store
	Sessions *session.Store
	Teller   membermail.Teller
	Audit    *audit.Log
	// Imports returns the imports of members that run or wait for a confirmation.
	Imports func(context.Context) ([]Import, error)
	// Practices returns how many practices wait for a review.
	Practices func(context.Context) (int, error)
	Now       func() time.Time
	Log       *slog.Logger
}

// Import is what the desk says about an import of members.
type Import struct {
	ID          string
	Name        string // of the coordinator
	CreatedAt   time.Time
	Running     bool // otherwise it waits for a confirmation
	Done, Total int
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET /desk", web.Coordinators, s.showQueue)
	m.Handle("GET /desk/members", web.Coordinators, s.showList)
	m.Handle("GET /desk/members.csv", web.SteppedUp, s.export)
	m.Handle("GET "+auditPath, web.Coordinators, s.showAudit)
	m.Handle("GET "+auditPath+".csv", web.SteppedUp, s.exportAudit(".csv", "text/csv; charset=utf-8", beginCSV))
	m.Handle("GET "+auditPath+".jsonl", web.SteppedUp, s.exportAudit(".jsonl", "application/jsonl; charset=utf-8", beginJSON))
	m.Handle("GET /desk/members/{organisation}", web.Coordinators, s.showOrganisation)
	m.Handle("GET /desk/members/{organisation}/{action}", web.Coordinators, s.askDecision)
	m.Handle("POST /desk/members/{organisation}/{action}", web.Coordinators, s.decide)
	m.Handle("GET /desk/members/{organisation}/people/{person}/{action}", web.Coordinators, s.askPerson)
	m.Handle("POST /desk/members/{organisation}/people/{person}/{action}", web.Coordinators, s.decidePerson)
	for _, action := range []string{makeCoordinator, unmakeCoordinator} {
		m.Handle("GET /desk/members/{organisation}/people/{person}/"+action, web.SteppedUp, s.askPerson)
		m.Handle("POST /desk/members/{organisation}/people/{person}/"+action, web.SteppedUp, s.changeRole)
	}
}

// entry is the audit entry of what a request does.
func (s *Service) entry(r *http.Request, action audit.Action, what, note string) audit.Entry {
	who := web.Who(r.Context())
	return audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: what, Note: note, At: s.Now()}
}

// organisation returns the organisation that a request is about.
func (s *Service) organisation(r *http.Request) (members.Organisation, []members.Person, error) {
	org, people, err := s.Members.Organisation(r.Context(), r.PathValue("organisation"))
	return org, people, orNotFound(err)
}

func orNotFound(err error) error {
	if isNone(err) {
		return fault.NotFound()
	}
	return err
}

func organisationPath(id string) string { return "/desk/members/" + id }
