// Command fundingimport is the Lambda function that reads calls for funding from their sources, on a
// schedule.
package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"os"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/fundingimport"
)

// after is how long after its last deadline a call is still asked for, so that corrections come in.
const after = 60 * 24 * time.Hour

func main() {
	calls := call.NewStore(cloud.DynamoDB(), environment.Setting("CALLS_TABLE"), time.Now)
	search, topics := environment.Setting("PORTAL_URL"), environment.Setting("TOPICS_URL")
	portal := &fundingimport.Portal{
		Search: search, Topics: topics, Fetch: environment.Must(fundingimport.NewFetcher(search, topics)), Now: time.Now, Since: after,
	}
	importer := &fundingimport.Importer{
		Calls: calls, Upsert: calls.Upsert,
		Adapters: map[call.SourceKind]fundingimport.Adapter{
			call.Portal: portal.Adapter(),
			call.Feed:   (&fundingimport.Feeds{Fetch: fundingimport.NewPublicFetcher()}).Adapter(),
		},
		Standing: fundingimport.PortalSources(),
		Now:      time.Now, Sleep: sleep, Jitter: jitter, NewID: rand.Text,
		Metric: environment.Metric, Log: environment.Log(),
	}
	// The index needs a key that changes; without one Interreg is no source.
	if key := os.Getenv("INTERREG_KEY"); key != "" {
		host := environment.Setting("INTERREG_URL")
		index := &fundingimport.Interreg{
			Host: host, Index: environment.Setting("INTERREG_INDEX"), Application: environment.Setting("INTERREG_APPLICATION"), Key: key,
			Fetch: environment.Must(fundingimport.NewFetcher(host)),
		}
		importer.Adapters[call.Interreg] = index.Adapter()
		importer.Standing = append(importer.Standing, fundingimport.InterregSource())
	}
	environment.Start(importer.Run)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// jitter keeps readers that failed together from coming back together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(mathrand.Int64N(int64(d) + 1)) //nolint:gosec // no secret
}
