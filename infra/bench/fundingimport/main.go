// Command fundingimport measures the import of calls: the compiled function reads a catalogue of the
// stand-in portal into DynamoDB Local, once when all of it is new and once when nothing has changed.
//
//	go run ./infra/bench/fundingimport -topics 12000
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
)

func main() {
	topics := flag.Int("topics", 12_000, "how many topics the portal has")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, *topics); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // the signal's handler goes with the process
	}
}

func measure(ctx context.Context, topics int) (err error) {
	calls := portal.Catalogue(topics, 1, time.Now())
	for i := range topics {
		calls[i].Deadlines = append(calls[i].Deadlines, time.Now().AddDate(1, 0, i%300).Format(time.DateOnly)) // all are asked for
	}
	for _, t := range []portal.Type{portal.External, portal.Cascade, portal.Interreg} { // a source without calls is asked again and again
		calls = append(calls, portal.Call{Type: t, ID: "1" + string(t), Title: "Another one", Deadlines: []string{time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}})
	}
	c, err := cloud.Start(ctx, cloud.Options{NoSchedules: true, FundingCalls: calls})
	if err != nil {
		return err
	}
	defer func() {
		if e := c.Close(); err == nil {
			err = e
		}
	}()
	store := call.NewStore(c.DynamoDB(), c.Tables["CallsTable"], time.Now)
	for _, what := range []string{"all new", "nothing new"} {
		began, memory := time.Now(), 0
		var run call.Run
		for invocations := 1; run.Outcome != call.Complete; invocations++ {
			if _, err := c.Invoke(ctx, "FundingImportFunction", nil); err != nil {
				return err
			}
			used, err := process.Function("FundingImportFunction")
			if err != nil {
				return err
			}
			memory = max(memory, used.Peak)
			runs, err := store.Runs(ctx, "portal", 1)
			if err != nil {
				return err
			}
			if len(runs) > 0 && runs[0].Started.After(began.Add(-time.Second)) {
				run = runs[0]
			}
			if invocations == 20 {
				return fmt.Errorf("not complete after %d invocations: %+v", invocations, run)
			}
		}
		fmt.Printf("%s: %d topics in %s, %d requests, %.0f MB read, at most %d MB of memory: %d new, %d changed, %d unchanged, %d refused\n",
			what, run.Counts.Seen, time.Since(began).Round(time.Second), run.Counts.Requests, float64(run.Counts.Bytes)/1e6, memory,
			run.Counts.New, run.Counts.Changed, run.Counts.Unchanged, run.Counts.Refused)
		if err := due(ctx, store); err != nil {
			return err
		}
	}
	return nil
}

// due makes the portal's topics due again.
func due(ctx context.Context, store *call.Store) error {
	source, err := store.Source(ctx, "portal")
	if err != nil {
		return err
	}
	source.Due = time.Now()
	_, err = store.SaveSource(ctx, source)
	return err
}
