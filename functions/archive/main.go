// Command archive answers everybody's pages about the newsletters that were sent, and their images.
package main

import (
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	db := cloud.DynamoDB()
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	archive := &newsletter.Archive{
		Newsletters: newsletter.NewStore(db, environment.Setting("NEWSLETTERS_TABLE"), time.Now),
		Site:        environment.Setting("SITE_URL"), Now: time.Now,
	}
	m := web.NewMux(web.Options{
		Sessions: session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now),
		Fail:     page.Fail, Log: environment.Log(), Origins: environment.Must(web.ParseOrigins(os.Getenv("ALLOWED_ORIGINS"))),
	})
	archive.Routes(m)
	web.Start(m)
}
