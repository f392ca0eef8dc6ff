package main

import (
	"fmt"

	"github.com/municipalitiesnet/munet/infra/bench/report"
)

type table = report.Table

// section is the table under its title.
func section(title string, rows table) string { return fmt.Sprintf("### %s\n\n%s", title, rows) }

func verdict(kept bool) string {
	if kept {
		return "yes"
	}
	return "**no**"
}

// The marks between which docs/performance.md keeps the last report.
const (
	reportBegin = "<!-- bench: written by make bench BENCHFLAGS=-write -->\n"
	reportEnd   = "<!-- bench: end -->"
)
