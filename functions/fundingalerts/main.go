// Command fundingalerts is the Lambda function that finds out whom to write about which calls for
// funding. The dissemination function sends what it writes down.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/fundingalerts"
	"github.com/municipalitiesnet/munet/internal/interest"
)

func main() {
	db := cloud.DynamoDB()
	matcher := &fundingalerts.Matcher{
		Store:     fundingalerts.NewStore(db, environment.Setting("ALERTS_TABLE"), time.Now),
		Calls:     call.NewStore(db, environment.Setting("CALLS_TABLE"), time.Now),
		Interests: interest.NewStore(db, environment.Setting("INTERESTS_TABLE"), time.Now),
		Ledger:    dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now),
		Now:       time.Now, Count: environment.Metric, Log: environment.Log(),
	}
	environment.Start(matcher.Run)
}
