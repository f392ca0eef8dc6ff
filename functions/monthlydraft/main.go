// Command monthlydraft is the Lambda function that begins each month's newsletter, for a person to
// finish.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func main() {
	db, site := cloud.DynamoDB(), environment.Setting("SITE_URL")
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	practices := practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now)
	assembler := &newsletter.Assembler{
		Newsletters: newsletter.NewStore(db, environment.Setting("NEWSLETTERS_TABLE"), time.Now),
		Sources: []newsletter.Source{
			newsletter.NewMembers(people), newsletter.NewPractices(practices, site),
			newsletter.OpenCalls(call.NewStore(db, environment.Setting("CALLS_TABLE"), time.Now), site, time.Now),
		},
		Now: time.Now, Log: environment.Log(),
	}
	environment.Start(assembler.Run)
}
