// Command registration answers the members' own side: joining, profile, preferences, leaving.
package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/registration"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db := cloud.DynamoDB()
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now)
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	interests := interest.NewStore(db, environment.Setting("INTERESTS_TABLE"), time.Now)
	practices := practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now)
	limits := limit.NewStore(db, environment.Setting("LIMITS_TABLE"), signer, time.Now, environment.Metric)
	service := &registration.Service{
		Members: people, Suppressions: members.NewSuppressions(people, signer), Limits: limits, Sessions: sessions,
		Links: maillink.Links{Site: environment.Setting("SITE_URL"), Signer: signer},
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: environment.Setting("SITE_URL"), PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Coordinator: environment.Setting("COORDINATOR_ADDRESS"),
		Audit:       audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Left:        dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now).Unsubscribed,
		Forget: func(ctx context.Context, ref members.Ref) error {
			return errors.Join(interests.Forget(ctx, ref), practices.Forget(ctx, ref))
		},
		Count: environment.Metric,
		Now:   time.Now, Log: log,
	}
	mux := web.NewMux(web.Options{
		Sessions: sessions, Strangers: limits.Form, Fail: page.Fail, Log: log, Origins: environment.Must(web.ParseOrigins(os.Getenv("ALLOWED_ORIGINS"))),
	})
	service.Routes(mux)
	web.Start(mux)
}
