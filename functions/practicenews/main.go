// Command practicenews is the Lambda function that finds out what to tell followers of themes and
// coordinators about practices. The dissemination function sends what it begins.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicenews"
)

func main() {
	db, table := cloud.DynamoDB(), environment.Setting("PRACTICES_TABLE")
	editor := &practicenews.Editor{
		Store:     practicenews.NewStore(db, table),
		Practices: practice.NewStore(db, table, time.Now),
		Index:     practice.SearchStore(dynamo.NewClient(db), table, time.Now),
		Ledger:    dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now),
		Now:       time.Now, Log: environment.Log(),
	}
	environment.Start(editor.Run)
}
