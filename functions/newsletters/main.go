// Command newsletters answers the coordinators' pages about newsletters.
package main

import (
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := cloud.Log()
	signer, err := token.NewSigner(cloud.Setting("NETWORK_KEY"))
	if err != nil {
		log.Error("no signer", "cause", err)
		os.Exit(1)
	}
	db, site := cloud.DynamoDB(), cloud.Setting("SITE_URL")
	people := members.NewStore(db, cloud.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, cloud.Setting("SESSIONS_TABLE"), people, time.Now)
	service := &newsletter.Service{
		Newsletters: newsletter.NewStore(db, cloud.Setting("NEWSLETTERS_TABLE"), time.Now),
		Ledger:      dissemination.NewStore(db, cloud.Setting("DELIVERIES_TABLE"), time.Now),
		Members:     people,
		Layout: newsletter.Layout{
			Site:  mail.Site{Name: "MuNet", URL: site, PostalAddress: cloud.Setting("POSTAL_ADDRESS")},
			From:  mail.Address{Name: "MuNet", Email: cloud.Setting("NEWSLETTER_FROM")},
			Links: maillink.Links{Site: site, Signer: signer},
		},
		Sender: mail.NewSender(cloud.SES(), cloud.Setting("CONFIGURATION_SET")),
		Audit:  audit.NewLog(db, cloud.Setting("AUDIT_TABLE")),
		Now:    time.Now, Log: log,
	}
	mux := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(mux)
	web.Start(mux)
}
