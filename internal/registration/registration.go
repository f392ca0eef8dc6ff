// Package registration is the member's own side of membership: applying, confirming the address,
// profile, mail preferences, colleagues, leaving, and the public list of members.
//
// Whoever applies learns nothing about who is a member already: the page is the same, and what
// differs is the mail, which only the owner of the address reads.
package registration

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

//go:embed templates
var templates embed.FS

var pages = page.New(templates)

// Service answers the routes of registration.
type Service struct {
	Members      *members.Store
	Suppressions *members.Suppressions
	Limits       *limit.Store
	Sessions     *session.Store
	Links        maillink.Links
	Post         mail.Post
	// Coordinator is the address that is told of every new registration.
	Coordinator string
	Audit       *audit.Log
	// Left counts a person who unsubscribed by a link in a campaign's mail.
	Left func(ctx context.Context, campaign, recipient string) error
	// Forget deletes what other parts of the network keep of a person who leaves.
	Forget func(context.Context, members.Ref) error
	// Count records a metric.
	Count func(name string, value float64)
	Now   func() time.Time
	Log   *slog.Logger
}

// Routes adds the service's routes.
func (s *Service) Routes(m *web.Mux) {
	m.Handle("GET /register", web.Everyone, s.showForm)
	m.Handle("POST /register", web.Everyone, s.register)
	m.Handle("POST /register/again", web.Everyone, s.mailAgain)
	m.Handle("GET /embed/register", web.Everyone, s.showForm)
	m.Handle("POST /embed/register", web.Everyone, s.register)
	m.Handle("POST /embed/register/again", web.Everyone, s.mailAgain)
	m.Handle("GET /confirm", web.Everyone, s.showApplication)
	m.Handle("POST /confirm", web.Everyone, s.confirm)
	m.Handle("POST /confirm/again", web.Everyone, s.renewLink)
	m.Handle("GET /profile", web.SignedIn, s.showProfile)
	m.Handle("POST /profile", web.SignedIn, s.saveContact)
	m.Handle("POST /profile/organisation", web.SignedIn, s.saveOrganisation)
	m.Handle("POST /profile/address", web.SignedIn, s.askNewAddress)
	m.Handle("GET /address", web.Everyone, s.showNewAddress)
	m.Handle("POST /address", web.Everyone, s.moveAddress)
	m.Handle("GET /preferences", web.Everyone, s.showPreferences)
	m.Handle("POST /preferences", web.Everyone, s.savePreferences)
	m.Handle("GET /unsubscribe", web.Everyone, s.showUnsubscribe)
	m.Handle("POST /unsubscribe", web.Everyone, s.unsubscribe)
	m.AllowCrossOrigin("POST /unsubscribe")
	m.Handle("GET /leave", web.SignedIn, s.showLeave)
	m.Handle("POST /leave", web.SignedIn, s.leave)
	m.Handle("GET /colleagues", web.Members, s.showColleagues)
	m.Handle("POST /colleagues/{person}", web.Members, s.decideColleague)
	m.Handle("GET /members", web.Everyone, s.showMembers)
	m.Handle("GET /api/organisations", web.Everyone, web.Tagged(s.listOrganisations))
	m.Handle("POST /api/registrations", web.Everyone, s.registerJSON)
	m.Handle("OPTIONS /api/registrations", web.Everyone, web.Preflight)
}

// person returns the signed-in person and their organisation, as they are stored now.
func (s *Service) person(r *http.Request) (members.Organisation, members.Person, []members.Person, error) {
	ref, err := members.ParseRef(web.Who(r.Context()).Member)
	if err != nil {
		return members.Organisation{}, members.Person{}, nil, err
	}
	org, people, err := s.Members.Organisation(r.Context(), ref.Organisation)
	if err != nil {
		return org, members.Person{}, nil, err
	}
	for _, p := range people {
		if p.Ref == ref {
			return org, p, people, nil
		}
	}
	return org, members.Person{}, nil, members.ErrNone
}
