// Command monthlydraft is the Lambda function that begins each month's newsletter, for a person to
// finish.
package main

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
)

func main() {
	db := cloud.DynamoDB()
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	assembler := &newsletter.Assembler{
		Newsletters: newsletter.NewStore(db, environment.Setting("NEWSLETTERS_TABLE"), time.Now),
		Sources:     []newsletter.Source{newsletter.NewMembers{Members: people}},
		Now:         time.Now, Log: environment.Log(),
	}
	lambda.Start(assembler.Run)
}
