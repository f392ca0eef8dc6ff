// Command signin is the Lambda function for signing in and out and for a person's sessions.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/signin"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	signer, err := token.NewSigner(cloud.Setting("NETWORK_KEY"))
	if err != nil {
		slog.Error("the setting NETWORK_KEY is wrong", "error", err)
		os.Exit(1)
	}
	db := cloud.DynamoDB()
	table := cloud.Setting("SESSIONS_TABLE")
	people := members.NewStore(db, cloud.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, table, people, time.Now)
	service := &signin.Service{
		Store:    signin.NewStore(db, table, time.Now),
		Sessions: sessions,
		Members:  people,
		Signer:   signer,
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), cloud.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: cloud.Setting("SITE_URL"), PostalAddress: cloud.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: cloud.Setting("NOTICES_FROM")},
		},
		Coordinator: cloud.Setting("COORDINATOR_ADDRESS"),
		Now:         time.Now,
		Log:         slog.Default(),
	}
	m := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail})
	service.Routes(m)
	web.Start(m)
}
