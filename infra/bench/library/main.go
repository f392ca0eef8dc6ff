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
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"

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
	return writeSection("docs/performance.md", text)
}

// The marks between which the table stands.
const (
	begin = "<!-- library: written by go run ./infra/bench/library -write -->\n"
	end   = "<!-- library: end -->"
)

func writeSection(path, text string) error {
	page, err := os.ReadFile(path) //nolint:gosec // the checkout's own
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(page), begin)
	_, after, ends := strings.Cut(rest, end)
	if !found || !ends {
		return errors.New(path + " has no section for the library")
	}
	return os.WriteFile(path, []byte(before+begin+"\n"+text+end+after), 0o644) //nolint:gosec // a page
}
