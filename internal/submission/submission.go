// Package submission is the members' side of the practice library: writing a practice step by step,
// together with colleagues, handing it in, the contact person, and following themes.
//
// Nothing that somebody typed is lost: every button of a form saves, what colleagues changed
// meanwhile is brought together field by field, and a form that cannot be saved comes back as it was
// sent.
package submission

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates, practicepage.Templates)

// Service answers the routes of members who write practices, and of readers who write to them.
type Service struct {
	Practices *practice.Store
	Members   *members.Store
	Limits    *limit.Store
	// Index is that of the published practices.
	Index func(context.Context) (*search.Index, error)
	Post  mail.Post
	Links maillink.Links
	// Count records a metric.
	Count func(name string, value float64)
	Now   func() time.Time
	Log   *slog.Logger
}

const (
	root = "/my-practices"
	one  = root + "/{practice}"
)

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET "+root, web.Members, s.showList)
	m.Handle("GET "+root+"/new", web.Members, s.showNew)
	m.Handle("POST "+root+"/new", web.Members, s.create)
	m.Handle("GET "+root+"/follow", web.Members, s.showFollow)
	m.Handle("POST "+root+"/follow", web.Members, s.follow)
	m.Handle("GET "+one, web.Members, s.showPractice)
	m.Handle("GET "+one+"/{step}", web.Members, s.showStep)
	m.Handle("POST "+one+"/{step}", web.Members, s.saveStep)
	m.Handle("GET "+one+"/check", web.Members, s.showCheck)
	m.Handle("POST "+one+"/check", web.Members, s.handIn)
	m.Handle("GET "+one+"/alike", web.Members, s.showAlike)
	m.Handle("GET "+one+"/preview", web.Members, s.showPreview)
	m.Handle("GET "+one+"/texts", web.Members, s.chooseLanguage)
	m.Handle("GET "+one+"/texts/{language}", web.Members, s.showTranslation)
	m.Handle("POST "+one+"/texts/{language}", web.Members, s.saveTranslation)
	m.Handle("POST "+one+"/withdraw", web.Members, s.withdraw)
	m.Handle("GET "+one+"/discard", web.Members, s.showDiscard)
	m.Handle("POST "+one+"/discard", web.Members, s.discard)
	m.Handle("GET "+one+"/contact", web.Members, s.showContact)
	m.Handle("POST "+one+"/contact", web.Members, s.chooseContact)
	m.Handle("GET /practices/{practice}/contact", web.Everyone, s.showRelay)
	m.Handle("POST /practices/{practice}/contact", web.Everyone, s.relay)
	for _, long := range []string{root + "/new", one + "/{step}", one + "/texts/{language}", one + "/check"} {
		m.AllowBody("POST "+long, web.LongText)
	}
}

func pathOf(id string) string { return root + "/" + id }

// author is the signed-in person as the practices know them.
func author(r *http.Request) (practice.Author, error) {
	who := web.Who(r.Context())
	ref, err := members.ParseRef(who.Member)
	return practice.Author{Ref: ref, Name: who.Name, OrganisationName: who.Organisation}, err
}

// practice returns the practice that a request is about, if the signed-in person's organisation owns
// it, and that person.
func (s *Service) practice(r *http.Request) (practice.Practice, practice.Author, error) {
	who, err := author(r)
	if err != nil {
		return practice.Practice{}, who, err
	}
	p, err := s.Practices.Get(r.Context(), r.PathValue("practice"))
	if err == nil && p.Organisation != who.Organisation {
		err = fault.NotFound()
	}
	return p, who, err
}

// draft returns what the owners work on as well.
func (s *Service) draft(r *http.Request) (practice.Practice, practice.Draft, practice.Author, error) {
	p, who, err := s.practice(r)
	if err != nil {
		return p, practice.Draft{}, who, err
	}
	d, err := s.Practices.Draft(r.Context(), p.ID)
	return p, d, who, err
}
