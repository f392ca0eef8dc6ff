// Command practiceindex is the Lambda function that puts what was published lately into the segments
// of the search index, so that the log of changes stays short.
package main

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func main() {
	environment.Log()
	index := practice.SearchStore(dynamo.NewClient(cloud.DynamoDB()), environment.Setting("PRACTICES_TABLE"), time.Now)
	environment.Start(index.Compact)
}
