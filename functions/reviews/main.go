// Command reviews answers the coordinators' pages about practices: what waits, reviews, decisions.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/review"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db, site := cloud.DynamoDB(), environment.Setting("SITE_URL")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	service := &review.Service{
		Practices: practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now), Members: people,
		Audit: audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: site, PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Links: maillink.Links{Site: site, Signer: environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))},
		Now:   time.Now, Log: log,
	}

	mux := web.NewMux(web.Options{
		Sessions: session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now), Fail: page.Fail, Log: log,
	})
	service.Routes(mux)
	web.Start(mux)
}
