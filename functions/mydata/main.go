// Command mydata answers people about their own data: what there is, a copy, erasure; and coordinators who
// erase in somebody's name.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/mydata"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

func main() {
	log := environment.Log()
	db := cloud.DynamoDB()
	table := environment.Setting("MEMBERS_TABLE")
	people := members.NewStore(db, table, time.Now)
	sessions := session.NewStore(db, environment.Setting("SESSIONS_TABLE"), people, time.Now)
	service := &mydata.Service{
		Members: people, Sessions: sessions, Jobs: mydata.NewStore(db, table, time.Now),
		Suppressions: members.NewSuppressions(people, environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))),
		Audit:        audit.NewLog(db, environment.Setting("AUDIT_TABLE")),
		Coordinator:  environment.Setting("COORDINATOR_ADDRESS"), Now: time.Now, Log: log,
	}
	mux := web.NewMux(web.Options{Sessions: sessions, Fail: page.Fail, Log: log})
	service.Routes(mux)
	web.Start(mux)
}
