package spreadsheet

import (
	"encoding/csv"
	"strings"
	"testing"
)

// Whatever people typed, the file reads as the cells that were written, and no program takes one of
// them for a formula.
func FuzzWrite(f *testing.F) {
	for _, seed := range [][2]string{
		{"=HYPERLINK(\"https://evil.example\")", "a"}, {"+1", "-1"}, {"@SUM(A1)", "\t=1"}, {"\x00=1", "\r=1"}, {"\n=1", "a\n=1"},
		{`"=1`, `","=1`}, {"\ufeff=1", "\xff=1"}, {"＝1", ";"}, {"a\r\nb", "a\rb"}, {" =1", "\u00a0=1"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var out strings.Builder
		w, err := NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range [][]string{{"first", a}, {b, a}, {"", b}} {
			if err := w.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
		if err != nil || len(lines) != 3 {
			t.Fatalf("%q reads as %d lines: %v", out.String(), len(lines), err)
		}
		for i, want := range [][]string{{"first", a}, {b, a}, {"", b}} {
			for j, cell := range lines[i] {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(cell[0])) {
					t.Errorf("a formula: %q", cell)
				}
				plain := strings.TrimPrefix(cell, "'")
				if breaks.Replace(plain) != breaks.Replace(strings.TrimPrefix(want[j], "'")) {
					t.Errorf("%q was written, %q is read", want[j], cell)
				}
			}
		}
	})
}
