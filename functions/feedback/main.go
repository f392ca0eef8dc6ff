// Command feedback is the Lambda function that acts on what SES reports about sent mail.
package main

import (
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/feedback"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

func main() {
	log := cloud.Log()
	signer, err := token.NewSigner(cloud.Setting("NETWORK_KEY"))
	if err != nil {
		log.Error("no signer", "cause", err)
		os.Exit(1)
	}
	client := cloud.DynamoDB()
	people := members.NewStore(client, cloud.Setting("MEMBERS_TABLE"), time.Now)
	h := &feedback.Handler{
		Topic:        cloud.Setting("FEEDBACK_TOPIC"),
		Ledger:       dissemination.NewStore(client, cloud.Setting("DELIVERIES_TABLE"), time.Now),
		Suppressions: members.NewSuppressions(people, signer),
		Log:          log,
	}
	lambda.Start(h.Handle)
}
