// Package review is where coordinators judge the practices that members hand in: the queue, the page
// of a version with comments and scores, the decision, and all versions side by side.
//
// A decision, its entry in the audit log and the memory that mail is owed are one transaction; see
// [practice.Store.Decide]. The mails follow. If they fail, the decision stands and the desk offers to
// send them again.
package review

import (
	"embed"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates, practicepage.Templates)

// Service answers the routes of the desk about practices.
type Service struct {
	Practices *practice.Store
	Members   *members.Store
	Post      mail.Post
	Links     maillink.Links
	Audit     *audit.Log
	Now       func() time.Time
	Log       *slog.Logger
}

const (
	root    = "/desk/practices"
	one     = root + "/{practice}"
	version = one + "/versions/{version}"
)

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET "+root, web.Coordinators, s.showQueue)
	m.Handle("GET "+root+"/published", web.Coordinators, s.showPublished)
	m.Handle("GET "+one, web.Coordinators, s.showPractice)
	m.Handle("GET "+one+"/compare", web.Coordinators, s.showCompare)
	m.Handle("POST "+one+"/mail", web.Coordinators, s.mailAgain)
	m.Handle("GET "+one+"/archive", web.Coordinators, s.askArchive)
	m.Handle("POST "+one+"/archive", web.Coordinators, s.archive)
	m.Handle("GET "+version, web.Coordinators, s.showVersion)
	m.Handle("POST "+version, web.Coordinators, s.saveReview)
	m.Handle("GET "+version+"/{outcome}", web.Coordinators, s.askDecision)
	m.Handle("POST "+version+"/{outcome}", web.Coordinators, s.decide)
	m.AllowBody("POST "+version, web.LongText)
}

func pathOf(id string) string { return root + "/" + id }

func versionPath(id string, number int) string {
	return pathOf(id) + "/versions/" + strconv.Itoa(number)
}

// reviewer is the signed-in coordinator.
func reviewer(r *http.Request) (members.Ref, string, error) {
	who := web.Who(r.Context())
	ref, err := members.ParseRef(who.Member)
	return ref, who.Name, err
}

// practice returns the practice that a request is about.
func (s *Service) practice(r *http.Request) (practice.Practice, error) {
	return s.Practices.Get(r.Context(), r.PathValue("practice"))
}

// version returns the practice and the version that a request is about.
func (s *Service) version(r *http.Request) (practice.Practice, practice.Version, error) {
	p, err := s.practice(r)
	if err != nil {
		return p, practice.Version{}, err
	}
	number, err := strconv.Atoi(r.PathValue("version"))
	if err != nil {
		return p, practice.Version{}, practice.ErrNone
	}
	v, err := s.Practices.Version(r.Context(), p.ID, number)
	return p, v, err
}

// entry is the audit entry of what a request does to a practice.
func (s *Service) entry(r *http.Request, action audit.Action, id, note string) audit.Entry {
	who := web.Who(r.Context())
	return audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: pathOf(id), Note: note, At: s.Now()}
}
