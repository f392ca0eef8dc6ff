// Package mydata answers for what the network holds about people: it shows it to them in words, hands all
// of it out as JSON, and erases it.
//
// The pages only begin what is asked for: an erasure with one transaction, in which the person leaves. A
// [Worker] then goes through all tables, for exports and for erasures by the same list, [Holdings]. A run
// that dies is taken up where it stopped. docs/privacy.md tells data protection officers the same.
package mydata

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes of people about their own data, and those of coordinators who erase in
// somebody's name.
type Service struct {
	Members      *members.Store
	Suppressions *members.Suppressions
	Sessions     *session.Store
	Jobs         *Store
	Audit        *audit.Log
	// Coordinator is the address of the first coordinator, whom sign-in would make anew.
	Coordinator string
	Now         func() time.Time
	Log         *slog.Logger
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET /my-data", web.SignedIn, s.show)
	m.Handle("POST /my-data/export", web.SignedIn, s.askExport)
	m.Handle("GET /my-data.json", web.SignedIn, s.download)
	m.Handle("GET /my-data/erasure", web.SignedIn, s.confirmOwn)
	m.Handle("POST /my-data/erasure", web.SignedIn, s.eraseOwn)
	m.Handle("GET /desk/erasures", web.Coordinators, s.showErasures)
	m.Handle("POST /desk/erasures/search", web.Coordinators, s.search)
	m.Handle("POST /desk/erasures", web.SteppedUp, s.eraseAddress)
	m.Handle("GET /desk/erasures/{organisation}/{person}", web.SteppedUp, s.confirmPerson)
	m.Handle("POST /desk/erasures/{organisation}/{person}", web.SteppedUp, s.erasePerson)
}

// me returns the signed-in person as they are stored now.
func (s *Service) me(r *http.Request) (members.Organisation, members.Person, int, error) {
	ref, err := members.ParseRef(web.Who(r.Context()).Member)
	if err != nil {
		return members.Organisation{}, members.Person{}, 0, err
	}
	return s.person(r.Context(), ref)
}

// person returns somebody with their organisation, and how many others represent it.
func (s *Service) person(ctx context.Context, ref members.Ref) (members.Organisation, members.Person, int, error) {
	org, people, err := s.Members.Organisation(ctx, ref.Organisation)
	if errors.Is(err, members.ErrNone) {
		err = fault.NotFound()
	}
	if err != nil {
		return org, members.Person{}, 0, err
	}
	others, found := 0, members.Person{}
	for _, p := range people {
		switch {
		case p.Ref == ref:
			found = p
		case p.State != members.Left && p.State != members.Declined:
			others++
		}
	}
	if found.Ref != ref {
		return org, found, 0, fault.NotFound()
	}
	return org, found, others, nil
}
