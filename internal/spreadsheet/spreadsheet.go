// Package spreadsheet writes CSV files (RFC 4180) for people who open them in a spreadsheet program.
package spreadsheet

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

// Writer writes one file.
type Writer struct{ csv *csv.Writer }

// NewWriter begins a file with a byte order mark, by which those programs know UTF-8.
func NewWriter(w io.Writer) (*Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &Writer{c}, nil
}

// Write adds a line, in which nothing is a formula, and hands it on.
func (w *Writer) Write(cells []string) error {
	cells = slices.Clone(cells)
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	if err := w.csv.Write(cells); err != nil {
		return err
	}
	w.csv.Flush()
	return w.csv.Error()
}

// breaks are line breaks of other systems. The writer knows but one, and would leave a lone CR out.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// harmless keeps a spreadsheet program from taking what a person typed for a formula: after an
// apostrophe it is text.
func harmless(cell string) string {
	cell = breaks.Replace(cell)
	if cell != "" && strings.ContainsRune("=+-@\t\n\x00", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
