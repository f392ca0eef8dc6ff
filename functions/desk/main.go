// Command desk answers the coordinators' pages about members: the queue, decisions, import, export.
package main

import (
	"context"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/desk"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/membermail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db := cloud.DynamoDB()
	table := environment.Setting("MEMBERS_TABLE")
	record := audit.NewLog(db, environment.Setting("AUDIT_TABLE"))
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	people := members.NewStore(db, table, time.Now)
	sessions := session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now)
	jobs := memberimport.NewStore(db, table, time.Now)

	service := &desk.Service{
		Members: people, Sessions: sessions, Audit: record,
		Teller: membermail.Teller{Members: people, Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: environment.Setting("SITE_URL"), PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		}, Links: maillink.Links{Site: environment.Setting("SITE_URL"), Signer: signer}},
		Imports:   func(ctx context.Context) ([]desk.Import, error) { return imports(ctx, jobs) },
		Practices: practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now).CountWaiting,
		Now:       time.Now, Log: log,
	}
	importing := &memberimport.Service{Jobs: jobs, Members: people, Audit: record, Now: time.Now}

	mux := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(mux)
	importing.Routes(mux)
	web.Start(mux)
}

// imports lists what the desk shows of imports: those that run, then those that wait.
func imports(ctx context.Context, store *memberimport.Store) ([]desk.Import, error) {
	jobs, err := store.Open(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]desk.Import, len(jobs))
	for i, j := range jobs {
		all[i] = desk.Import{
			ID: j.ID, Name: j.Name, CreatedAt: j.CreatedAt,
			Running: j.State == memberimport.Running, Done: j.Shown(), Total: j.People,
		}
	}
	return all, nil
}
