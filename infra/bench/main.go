// Command bench measures what MuNet promises about its functions, each number beside a floor that
// is measured in the same run: time from exec to the first request for an event, size of what is
// deployed, and requests to tables for each thing that a person does.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

func main() {
	runs := flag.Int("runs", 101, "how often each function is started")
	write := flag.Bool("write", false, "write the tables into docs/performance.md")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *runs, *write)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, write bool) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	t, err := template.Load("template.yaml", template.Options{
		Parameters: template.LocalParameters("http://localhost:8080"),
	})
	if err != nil {
		return err
	}
	programs, err := build(ctx, root, t.Functions)
	if err != nil {
		return err
	}

	var all strings.Builder
	all.WriteString(report.Machine())
	fmt.Print(all.String())
	for _, m := range []struct {
		title   string
		measure func() (table, error)
	}{
		{
			fmt.Sprintf("Start: exec to the first request for an event, median of %d", runs),
			func() (table, error) { return measureStarts(ctx, programs, runs) },
		},
		{
			"Size of what is deployed, for " + deployedFor,
			func() (table, error) { return measureSizes(ctx, programs) },
		},
		{"Requests to DynamoDB", func() (table, error) { return measureOperations(ctx) }},
	} {
		rows, err := m.measure()
		if err != nil {
			return err
		}
		text := section(m.title, rows)
		fmt.Print(text)
		all.WriteString(text)
	}
	if write {
		return report.Write(reportBegin, reportEnd, all.String())
	}
	return nil
}
