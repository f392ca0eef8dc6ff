// Command signin is the Lambda function for signing in and out and for a person's sessions.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/signin"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	db := cloud.DynamoDB()
	table := environment.Setting("SESSIONS_TABLE")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, table, people, time.Now)
	limits := limit.NewStore(db, environment.Setting("LIMITS_TABLE"), signer, time.Now, environment.Metric)
	service := &signin.Service{
		Store:    signin.NewStore(db, table, time.Now),
		Limits:   limits,
		Sessions: sessions,
		Members:  people,
		Signer:   signer,
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: environment.Setting("SITE_URL"), PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Audit:       audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Coordinator: environment.Setting("COORDINATOR_ADDRESS"),
		Now:         time.Now,
		Log:         log,
	}
	m := web.NewMux(web.Options{Sessions: sessions, Strangers: limits.Form, Fail: page.Fail, Log: log})
	service.Routes(m)
	web.Start(m)
}
