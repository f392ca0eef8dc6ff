// Command practices answers the pages on which members write practices, and readers write to them.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/submission"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db, site, table := cloud.DynamoDB(), environment.Setting("SITE_URL"), environment.Setting("PRACTICES_TABLE")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	reader := search.NewReader(practice.SearchStore(dynamo.NewClient(db), table, time.Now))
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	limits := limit.NewStore(db, environment.Setting("LIMITS_TABLE"), signer, time.Now, environment.Metric)
	service := &submission.Service{
		Practices: practice.NewStore(db, table, time.Now), Members: people, Limits: limits, Index: reader.Index,
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: site, PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Links: maillink.Links{Site: site, Signer: signer},
		Count: environment.Metric,
		Now:   time.Now, Log: log,
	}

	mux := web.NewMux(web.Options{
		Sessions: session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now), Strangers: limits.Form, Fail: page.Fail, Log: log,
	})
	service.Routes(mux)
	web.Start(mux)
}
