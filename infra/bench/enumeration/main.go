// Command enumeration asks the compiled functions in the local cloud about addresses that are somebody's
// and addresses that are nobody's, in random order, and tests whether the time of the answers tells which
// is which: by the Mann-Whitney U test, two-sided. A control, in which every second request reads one
// item more, shows that the method finds such a difference.
//
//	go run ./infra/bench/enumeration                  2,000 requests of each kind to each route, some 10 minutes
//	go run ./infra/bench/enumeration -route /sign-in  one route
//
// With -write it writes what it measured into docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

func main() {
	n := flag.Int("n", 2000, "how many requests of each kind are measured")
	route := flag.String("route", "", "measure only routes that contain this")
	write := flag.Bool("write", false, "write the table into docs/performance.md")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *n, *route, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "enumeration:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, n int, route string, write bool) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	text, err := measure(ctx, n, route)
	if err != nil || !write {
		return err
	}
	return report.Write(begin, end, text)
}

// The marks between which the table stands.
const (
	begin = "<!-- enumeration: written by go run ./infra/bench/enumeration -write -->\n"
	end   = "<!-- enumeration: end -->"
)
