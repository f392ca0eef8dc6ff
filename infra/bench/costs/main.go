// Command costs computes what a month of MuNet costs, from the units that docs/performance.md has
// measured and from list prices.
//
//	go run ./infra/bench/costs          # prints the tables
//	go run ./infra/bench/costs -write   # writes them into docs/deploying.md
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

func main() {
	write := flag.Bool("write", false, "write the tables into docs/deploying.md")
	flag.Parse()
	if err := run(*write); err != nil {
		log.Fatal(err)
	}
}

func run(write bool) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, "template.yaml")) //nolint:gosec // a file of this repository
	if err != nil {
		return err
	}
	report := tables(watchedMetrics(string(text)))
	if !write {
		fmt.Print(report)
		return nil
	}
	name := filepath.Join(root, "docs", "deploying.md")
	document, err := os.ReadFile(name) //nolint:gosec // a file of this repository
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(document), begin)
	_, after, found := strings.Cut(rest, end)
	if !ok || !found {
		return fmt.Errorf("%s has no place for the costs", name)
	}
	return os.WriteFile(name, []byte(before+begin+"\n\n"+report+"\n"+end+after), 0o644) //nolint:gosec // a document
}

// Where the tables are in docs/deploying.md.
const (
	begin = "<!-- costs: written by go run ./infra/bench/costs -write -->"
	end   = "<!-- costs: end -->"
)

// watchedMetrics counts the metrics that the template's alarms look at; each is paid for.
func watchedMetrics(template string) float64 {
	return float64(len(regexp.MustCompile(`(?m)^ +MetricName: `).FindAllString(template, -1)))
}

// tables are the scenarios and their costs in Markdown.
func tables(watched float64) string {
	var out strings.Builder
	out.WriteString("| in a month |")
	for _, s := range scenarios {
		fmt.Fprintf(&out, " %s |", s.name)
	}
	out.WriteString("\n|---|" + strings.Repeat("---:|", len(scenarios)) + "\n")
	row := func(what string, value func(scenario) float64) {
		fmt.Fprintf(&out, "| %s |", what)
		for _, s := range scenarios {
			fmt.Fprintf(&out, " %s |", thousands(value(s)))
		}
		out.WriteString("\n")
	}
	row("members", func(s scenario) float64 { return s.members })
	row("mails", scenario.mails)
	row("page views, members' and others'", scenario.views)
	row("sign-ins or forms that were saved", scenario.actions)
	row("starts of the library with its index", func(s scenario) float64 { return s.libraryStarts })
	row("GB in the tables", scenario.stored)

	out.WriteString("\n| USD a month |")
	for _, s := range scenarios {
		fmt.Fprintf(&out, " %s |", s.name)
	}
	out.WriteString("\n|---|" + strings.Repeat("---:|", len(scenarios)) + "\n")
	sums := make([]float64, len(scenarios))
	for i, l := range lines(scenarios[0], watched) {
		fmt.Fprintf(&out, "| %s |", l.what)
		for j, s := range scenarios {
			usd := lines(s, watched)[i].usd
			sums[j] += usd
			fmt.Fprintf(&out, " %.2f |", usd)
		}
		out.WriteString("\n")
	}
	out.WriteString("| **sum, list prices** |")
	for _, sum := range sums {
		fmt.Fprintf(&out, " **%.0f** |", sum)
	}
	out.WriteString("\n")
	return out.String()
}

// thousands writes 90000 as 90,000, and a small number with one place.
func thousands(n float64) string {
	if n < 10 && n != float64(int(n)) {
		return fmt.Sprintf("%.1f", n)
	}
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
