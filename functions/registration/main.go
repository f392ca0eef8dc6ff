// Command registration answers the members' own side: joining, profile, preferences, leaving.
package main

import (
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/registration"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := cloud.Log()
	db := cloud.DynamoDB()
	people := members.NewStore(db, cloud.Setting("MEMBERS_TABLE"), time.Now)
	sessions := session.NewStore(db, cloud.Setting("SESSIONS_TABLE"), people, time.Now)
	signer, err := token.NewSigner(cloud.Setting("NETWORK_KEY"))
	if err != nil {
		log.Error("no signer", "cause", err)
		os.Exit(1)
	}
	service := &registration.Service{
		Members: people, Sessions: sessions, Links: maillink.Links{Site: cloud.Setting("SITE_URL"), Signer: signer},
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), cloud.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: cloud.Setting("SITE_URL"), PostalAddress: cloud.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: cloud.Setting("NOTICES_FROM")},
		},
		Coordinator: cloud.Setting("COORDINATOR_ADDRESS"),
		Audit:       cloud.Setting("AUDIT_TABLE"),
		Now:         time.Now, Log: log,
	}
	mux := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(mux)
	web.Start(mux)
}
