// Command datarequests does what people ask about their data, on a schedule: it collects copies, and
// erases.
package main

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/mydata"
)

func main() {
	db := cloud.DynamoDB()
	table := environment.Setting("MEMBERS_TABLE")
	worker := &mydata.Worker{
		Jobs: mydata.NewStore(db, table, time.Now),
		Tables: map[string]string{
			"MembersTable": table, "SessionsTable": environment.Setting("SESSIONS_TABLE"),
			"FactorsTable": environment.Setting("FACTORS_TABLE"), "DeliveriesTable": environment.Setting("DELIVERIES_TABLE"), "NewslettersTable": environment.Setting("NEWSLETTERS_TABLE"),
			"PracticesTable": environment.Setting("PRACTICES_TABLE"), "CallsTable": environment.Setting("CALLS_TABLE"),
			"InterestsTable": environment.Setting("INTERESTS_TABLE"), "AlertsTable": environment.Setting("ALERTS_TABLE"),
			"AuditTable": environment.Setting("AUDIT_TABLE"),
		},
		Scan: db.Scan, Client: dynamo.NewClient(db),
		Imports: memberimport.NewStore(db, table, time.Now),
		Settle:  members.NewStore(db, table, time.Now).Settle,
		Post: mail.Post{
			Sender: mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET")),
			Site:   mail.Site{Name: "MuNet", URL: environment.Setting("SITE_URL"), PostalAddress: environment.Setting("POSTAL_ADDRESS")},
			From:   mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
		},
		Now: time.Now, Log: environment.Log(),
	}
	lambda.Start(worker.Run)
}
