// Command funding answers the pages about calls for funding: finding and reading them, what members
// look for, and the desk's pages about calls and their sources.
package main

import (
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/funding"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db, site := cloud.DynamoDB(), environment.Setting("SITE_URL")
	calls, interests := environment.Setting("CALLS_TABLE"), environment.Setting("INTERESTS_TABLE")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	service := &funding.Service{
		Calls: call.NewStore(db, calls, time.Now), Interests: interest.NewStore(db, interests, time.Now),
		Partners: funding.NewPartners(db, interests, time.Now), Members: people,
		Limits: limit.NewStore(db, environment.Setting("LIMITS_TABLE"), signer, time.Now, environment.Metric),
		Index:  search.NewReader(call.SearchStore(dynamo.NewClient(db), calls, time.Now)).Index,
		Audit:  audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: site, PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Links: maillink.Links{Site: site, Signer: signer},
		Now:   time.Now, Log: log,
	}
	m := web.NewMux(web.Options{
		Sessions: session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now), Fail: page.Fail, Log: log,
		Origins: environment.Must(web.ParseOrigins(os.Getenv("ALLOWED_ORIGINS"))),
	})
	service.Routes(m)
	web.Start(m)
}
