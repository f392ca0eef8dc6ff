package report

import (
	"os"
	"testing"
)

func TestTable(t *testing.T) {
	want := "| what | ms  |\n|------|-----|\n| α    | 1.5 |\n\n"
	if got := (Table{{"what", "ms"}, {"α", "1.5"}}).String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWrite(t *testing.T) {
	name := t.TempDir() + "/page.md"
	const begin, end = "<!-- x: begin -->\n", "<!-- x: end -->"
	if err := os.WriteFile(name, []byte("a\n"+begin+"old\n"+end+"\nz\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write(name, begin, end, "new\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "a\n"+begin+"\nnew\n"+end+"\nz\n" {
		t.Errorf("%q, %v", got, err)
	}
	if err := write(name, "<!-- y -->", end, "new\n"); err == nil {
		t.Error("a section was written that is not there")
	}
}
