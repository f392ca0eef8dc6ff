package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// A table has its head in the first row.
type table [][]string

// section is the table in Markdown under its title, aligned so that a terminal shows it well.
func section(title string, rows table) string {
	var b strings.Builder
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprintf(&b, "### %s\n\n", title)
	for r, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&b, "| %-*s ", widths[i], cell)
		}
		b.WriteString("|\n")
		if r == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+2))
			}
			b.WriteString("|\n")
		}
	}
	b.WriteString("\n")
	return b.String()
}

// machine says what the numbers were measured on.
func machine() string {
	processor := "a processor"
	about, err := os.ReadFile("/proc/cpuinfo")
	if err == nil { // Linux; elsewhere the number and kind of processors must do
		for line := range strings.Lines(string(about)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				processor = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("Measured on %d × %s, %s/%s, with %s, on %s.\n\n", runtime.NumCPU(), processor,
		runtime.GOOS, runtime.GOARCH, runtime.Version(), time.Now().UTC().Format(time.DateOnly))
}

func verdict(kept bool) string {
	if kept {
		return "yes"
	}
	return "**no**"
}

// The marks between which a document keeps the last report.
const (
	reportBegin = "<!-- bench: written by make bench BENCHFLAGS=-write -->\n"
	reportEnd   = "<!-- bench: end -->"
)

// writeReport replaces what is between the marks in the file.
func writeReport(path, report string) error {
	text, err := os.ReadFile(path) //nolint:gosec // a document of this repository
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(text), reportBegin)
	_, after, ended := strings.Cut(rest, reportEnd)
	if !begun || !ended {
		return fmt.Errorf("%s has no marks for the report", path)
	}
	return os.WriteFile(path, []byte(before+reportBegin+"\n"+report+reportEnd+after), 0o644) //nolint:gosec // a document for everybody
}
