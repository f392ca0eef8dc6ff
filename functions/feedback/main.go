// Command feedback is the Lambda function that acts on what SES reports about sent mail.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/feedback"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

func main() {
	log := environment.Log()
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	client := cloud.DynamoDB()
	people := members.NewStore(client, environment.Setting("MEMBERS_TABLE"), time.Now)
	h := &feedback.Handler{
		Topic:        environment.Setting("FEEDBACK_TOPIC"),
		Ledger:       dissemination.NewStore(client, environment.Setting("DELIVERIES_TABLE"), time.Now),
		Suppressions: members.NewSuppressions(people, signer),
		Count:        environment.Metric,
		Log:          log,
	}
	environment.Start(h.Handle)
}
