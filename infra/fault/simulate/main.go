// Command simulate runs the engine and the ledger of bulk mail, as they are, in a world whose clock,
// table, mail service and chance it makes up: thousands of newsletters a minute.
//
//	go run ./infra/fault/simulate -seeds 100000
//	go run ./infra/fault/simulate -seed 7         the world with seed 7 once more, step by step
//
// In each world a few senders, a function for events and a coordinator take turns at every call to
// the table, in an order that the seed decides. They are killed before and after calls and in the
// middle of sending, freeze for longer than their leases, and have the answers to their writes lost.
// See world.go for what can happen and check.go for what is demanded in the end.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	seeds := flag.Uint64("seeds", 100_000, "how many worlds to run")
	one := flag.Uint64("seed", 0, "run only the world with this seed, and tell every step")
	flag.Parse()
	if *one != 0 {
		w := newWorld(*one)
		w.tell = func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
		if err := w.run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	began := time.Now()
	sum, err := simulate(1, *seeds)
	fmt.Printf("%d worlds in %.0f s: %s\n", *seeds, time.Since(began).Seconds(), sum)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// simulate runs the worlds of so many seeds, and returns the error of the first that failed.
func simulate(first, seeds uint64) (total, error) {
	var next atomic.Uint64
	next.Store(first)
	var mu sync.Mutex
	var sum total
	var failed error
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for {
				seed := next.Add(1) - 1
				if seed >= first+seeds {
					return
				}
				w := newWorld(seed)
				err := w.run()
				mu.Lock()
				sum.add(w.total)
				if err != nil && failed == nil {
					failed = fmt.Errorf("seed %d (go run ./infra/fault/simulate -seed %d): %w", seed, seed, err)
				}
				stop := failed != nil
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	group.Wait()
	return sum, failed
}

// total is what has happened.
type total struct {
	mails, kills, freezes, lost, repeats, events, pauses, stops, secondTries, unknown int
}

func (t *total) add(o total) {
	t.mails += o.mails
	t.kills += o.kills
	t.freezes += o.freezes
	t.lost += o.lost
	t.repeats += o.repeats
	t.events += o.events
	t.pauses += o.pauses
	t.stops += o.stops
	t.secondTries += o.secondTries
	t.unknown += o.unknown
}

func (t total) String() string {
	return fmt.Sprintf("%d mails, %d kills, %d freezes, %d lost answers of SES and %d of the table, %d events, "+
		"%d pauses, %d stops, %d sent again, %d unknown in the end",
		t.mails, t.kills, t.freezes, t.lost, t.repeats, t.events, t.pauses, t.stops, t.secondTries, t.unknown)
}
