// Command secondfactor is the Lambda function for the coordinators' second factor.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/secondfactor"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db := cloud.DynamoDB()
	site := environment.Setting("SITE_URL")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now)
	service := &secondfactor.Service{
		Store:    secondfactor.NewStore(db, environment.Setting("FACTORS_TABLE"), time.Now),
		Sessions: sessions,
		Members:  people,
		Audit:    audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Signer:   environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY"))),
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: site, PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		WebAuthn: environment.Must(secondfactor.NewWebAuthn(site)),
		Now:      time.Now,
		Log:      log,
	}
	m := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(m)
	web.Start(m)
}
