// Command newsletters answers the coordinators' pages about newsletters.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	db, site := cloud.DynamoDB(), environment.Setting("SITE_URL")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now)
	newsletters := newsletter.NewStore(db, environment.Setting("NEWSLETTERS_TABLE"), time.Now)
	practices := practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now)
	service := &newsletter.Service{
		Newsletters: newsletters,
		Sources: []newsletter.Source{
			newsletter.NewMembers(people), newsletter.NewPractices(practices, site),
			newsletter.OpenCalls(call.NewStore(db, environment.Setting("CALLS_TABLE"), time.Now), site, time.Now),
			newsletter.LastIssue(newsletters), newsletter.LatestImages(newsletters),
		},
		Ledger:  dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now),
		Members: people,
		Limits:  limit.NewStore(db, environment.Setting("LIMITS_TABLE"), signer, time.Now, environment.Metric),
		Layout: newsletter.Layout{
			Site:  mail.Site{Name: "MuNet", URL: site, PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:  mail.Address{Name: "MuNet", Email: environment.Setting("NEWSLETTER_FROM")},
			Links: maillink.Links{Site: site, Signer: signer},
		},
		Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
		Audit:  audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Now:    time.Now, Log: log,
	}
	mux := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(mux)
	web.Start(mux)
}
