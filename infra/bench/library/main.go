// Command library measures the public practice library end to end: the compiled function in the
// local cloud, with a made-up library in nine languages in the real tables.
//
//	go run ./infra/bench/library                     10,000 practices
//	go run ./infra/bench/library -practices 100000   about five minutes
//
// With -write it writes what it measured into docs/performance.md. Package infra/bench/search
// measures the search engine by itself.
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
	practices := flag.Int("practices", 10_000, "how many practices there are")
	searches := flag.Int("searches", 2_000, "how many searches are measured")
	seed := flag.Uint64("seed", 1, "of the made-up library")
	write := flag.Bool("write", false, "write the table into docs/performance.md")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, options{*practices, *searches, *seed}, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "library:", err)
		os.Exit(1)
	}
}

type options struct {
	practices, searches int
	seed                uint64
}

func run(ctx context.Context, o options, write bool) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	text, err := measure(ctx, o)
	if err != nil {
		return err
	}
	fmt.Print(text)
	if !write {
		return nil
	}
	return report.Write(begin, end, text)
}

// The marks between which the table stands.
const (
	begin = "<!-- library: written by go run ./infra/bench/library -write -->\n"
	end   = "<!-- library: end -->"
)
