// Command sender measures what bulk mail costs: the processor time and memory of the sending function
// in the local cloud, beside a bare loop of SendRawEmail in the same run, and the writes to the
// ledger. With -write it writes the tables into docs/performance.md.
//
//	go run ./infra/bench/sender                        10,000 recipients
//	go run ./infra/bench/sender -recipients 100000     start to finish, about ten minutes
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/municipalitiesnet/munet/infra/bench/report"
)

func main() {
	var o options
	flag.IntVar(&o.recipients, "recipients", 10_000, "how many members there are")
	flag.BoolVar(&o.write, "write", false, "write the tables into docs/performance.md")
	flag.BoolVar(&o.events, "events", false, "have SES publish its events, which takes the stand-ins more time than the mail")
	bare := flag.String("bare", "", "be the bare loop, against SES at this address")
	atOnce := flag.Int("at-once", 1, "how many messages the bare loop sends at once")
	ledger := flag.Int("ledger", 0, "be the engine over a table in memory, for so many recipients")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := func() error {
		switch {
		case *bare != "":
			return bareLoop(ctx, *bare, *atOnce)
		case *ledger > 0:
			return overMemory(ctx, *ledger)
		}
		return measure(ctx, o)
	}()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sender:", err)
		os.Exit(1)
	}
}

type options struct {
	recipients    int
	events, write bool
	writeUnits    float64 // for each recipient, as measured
}

func measure(ctx context.Context, o options) error {
	var out strings.Builder
	for _, part := range []func(context.Context, *options) (string, error){measureCloud, measureLedger, computeCost} {
		text, err := part(ctx, &o)
		if err != nil {
			return err
		}
		fmt.Print(text)
		out.WriteString(text)
	}
	if !o.write {
		return nil
	}
	return report.Write(begin, end, out.String())
}

// The marks in docs/performance.md between which the tables stand.
const (
	begin = "<!-- sender: written by go run ./infra/bench/sender -write -->\n"
	end   = "<!-- sender: end -->"
)
