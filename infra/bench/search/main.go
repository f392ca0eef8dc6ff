// Command search measures the search engine on a made-up library in nine languages: how long a
// search takes, how long a new process takes to its first answer, memory, and what it reads from the
// table. With -write it writes the table into docs/performance.md.
//
//	go run ./infra/bench/search                        10,000 documents
//	go run ./infra/bench/search -documents 100000      about five minutes
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
)

func main() {
	documents := flag.Int("documents", 10_000, "how many documents there are")
	seed := flag.Uint64("seed", 1, "of the made-up library and queries")
	write := flag.Bool("write", false, "write the table into docs/performance.md")
	name := flag.String("cold", "", "be a new process that answers one query from this table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := func() error {
		if *name != "" {
			return answer(ctx, os.Getenv(dynamodblocal.EndpointVariable), *name, *seed)
		}
		text, err := measure(ctx, *documents, *seed)
		if err != nil {
			return err
		}
		fmt.Print(text)
		if !*write {
			return nil
		}
		return report.Write(begin, end, text)
	}()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

// The marks in docs/performance.md between which the table stands.
const (
	begin = "<!-- search: written by go run ./infra/bench/search -write -->\n"
	end   = "<!-- search: end -->"
)
