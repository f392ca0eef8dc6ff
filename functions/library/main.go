// Command library answers everybody's pages about practices: finding and reading them, and the open
// data made of them.
package main

import (
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/library"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	db := cloud.DynamoDB()
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	table := environment.Setting("PRACTICES_TABLE")
	reader := search.NewReader(practice.SearchStore(dynamo.NewClient(db), table, time.Now))
	service := &library.Service{
		Practices: practice.NewStore(db, table, time.Now), Index: reader.Index,
		Site: environment.Setting("SITE_URL"), Contact: environment.Setting("COORDINATOR_ADDRESS"), Now: time.Now,
	}
	m := web.NewMux(web.Options{
		Sessions: session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now),
		Fail:     page.Fail, Log: environment.Log(), Origins: environment.Must(web.ParseOrigins(os.Getenv("ALLOWED_ORIGINS"))),
	})
	service.Routes(m)
	web.Start(m)
}
