// Command desk answers the coordinators' pages about members: the queue, decisions, import, export.
package main

import (
	"context"
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/desk"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/membermail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := cloud.Log()
	db := cloud.DynamoDB()
	table, auditTable := cloud.Setting("MEMBERS_TABLE"), cloud.Setting("AUDIT_TABLE")
	signer, err := token.NewSigner(cloud.Setting("NETWORK_KEY"))
	if err != nil {
		log.Error("the setting NETWORK_KEY is wrong", "cause", err)
		os.Exit(1)
	}
	people := members.NewStore(db, table, time.Now)
	sessions := session.NewStore(db, cloud.Setting("SESSIONS_TABLE"), people, time.Now)
	jobs := memberimport.NewStore(db, table, time.Now)

	service := &desk.Service{
		Members: people, Sessions: sessions, Audit: audit.NewLog(db, auditTable),
		Teller: membermail.Teller{Members: people, Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), cloud.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: cloud.Setting("SITE_URL"), PostalAddress: cloud.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: cloud.Setting("NOTICES_FROM")},
		}, Links: maillink.Links{Site: cloud.Setting("SITE_URL"), Signer: signer}},
		Imports: func(ctx context.Context) ([]desk.Import, error) { return imports(ctx, jobs) },
		Now:     time.Now, Log: log,
	}
	importing := &memberimport.Service{Jobs: jobs, Members: people, Audit: auditTable, Now: time.Now}

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
