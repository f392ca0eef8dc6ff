// Command fault sends newsletters through the local cloud while everything goes wrong, and holds the
// ledger's report against what SES accepted:
//
//	go run ./infra/fault                 20 runs with the seeds 1 to 20
//	go run ./infra/fault -seed 7         the run with seed 7 once more
//	go run ./infra/fault -careless       with the SDK's default retryer, which has to fail
//
// The functions are the compiled programs. Three senders work at the same time; in each run they are
// killed 200 times (SIGKILL) at moments that the seed decides. SES drops one answer in twenty after
// it accepted the mail, throttles, and loses, doubles and reorders events. Readers unsubscribe with
// one click. What SES accepted, which the stand-in writes to its log and syncs before it answers, is
// the judge; see check.go for what is demanded.
//
// A seed repeats the decisions, but not the machine's timing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/municipalitiesnet/munet/infra/fault/town"
)

// options of a run.
type options struct {
	recipients, kills int
	seeds             []uint64
	template          string // another template than the checkout's
	// stale is how long a holder has written nothing when its lease is ended. Those who live write
	// several times a second, or have nothing in hand while they wait.
	stale time.Duration
}

func main() {
	o := options{stale: time.Second}
	first := flag.Uint64("seed", 0, "run this seed only")
	seeds := flag.Uint64("seeds", 20, "how many seeds to run, from 1")
	flag.IntVar(&o.recipients, "recipients", 10_000, "how many members there are")
	flag.IntVar(&o.kills, "kills", 200, "how often a sender is killed in a run")
	careless := flag.Bool("careless", false, "send with the SDK's default retryer: the run has to fail")
	logFile := flag.String("log", "", "write the functions' logs to this file")
	flag.Parse()
	o.seeds = make([]uint64, 0, *seeds)
	for seed := range *seeds {
		o.seeds = append(o.seeds, seed+1)
	}
	if *first != 0 {
		o.seeds = []uint64{*first}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o, *careless, *logFile)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, careless bool, logFile string) error {
	log := io.Discard
	if logFile != "" {
		f, err := os.Create(logFile) //nolint:gosec // the user's choice
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		log = f
	}
	if !careless {
		return storm(ctx, o, log)
	}
	undo, err := carelessly(&o)
	if err != nil {
		return err
	}
	defer undo()
	err = storm(ctx, o, log)
	if errors.Is(err, errTwice) {
		fmt.Println("as it has to be: with the SDK's default retryer somebody gets two")
		return nil
	}
	if err == nil {
		err = errors.New("the SDK's default retryer made no duplicate: this test could not find one")
	}
	return err
}

// storm runs all seeds in one cloud and with the same members.
func storm(ctx context.Context, o options, log io.Writer) (err error) {
	t, err := town.Build(ctx, town.Options{Recipients: o.recipients, Template: o.template, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	var errs []error
	for _, seed := range o.seeds {
		began := time.Now()
		found, err := weather(ctx, t, o, seed)
		fmt.Printf("seed %2d: %s, %.0f s\n", seed, found, time.Since(began).Seconds())
		if err != nil {
			errs = append(errs, fmt.Errorf("seed %d (go run ./infra/fault -seed %d):\n%w", seed, seed, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(errs...)
}
