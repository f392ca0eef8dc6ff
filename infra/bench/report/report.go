// Package report writes what benches measure: tables in Markdown, what they were measured on, and the
// sections of documents that hold them.
package report

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// A Table has its head in the first row.
type Table [][]string

// String is the table in Markdown, aligned so that a terminal shows it well, and an empty line.
func (t Table) String() string {
	var b strings.Builder
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for r, row := range t {
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

// Machine is a sentence that says what was measured on, and when, and an empty line.
func Machine() string {
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

// Write replaces what docs/performance.md has between two marks. The first ends with a line break.
func Write(begin, end, text string) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	return write(filepath.Join(root, "docs", "performance.md"), begin, end, text)
}

func write(path, begin, end, text string) error {
	document, err := os.ReadFile(path) //nolint:gosec // a document of this repository
	if err != nil {
		return err
	}
	before, rest, begun := strings.Cut(string(document), begin)
	_, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		return fmt.Errorf("%s has no section %s", path, strings.TrimSpace(begin))
	}
	return os.WriteFile(path, []byte(before+begin+"\n"+text+end+after), 0o644) //nolint:gosec // a document for everybody
}
