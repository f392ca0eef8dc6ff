package spreadsheet

import (
	"strings"
	"testing"
)

func TestNothingIsAFormula(t *testing.T) {
	var out strings.Builder
	w, err := NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	line := []string{"Δήμος", "=1+1", "+30 1", "-1", "@a", "\tx", `a "b", c`, ""}
	if err := w.Write(line); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeffΔήμος,'=1+1,'+30 1,'-1,'@a,'\tx,\"a \"\"b\"\", c\",\r\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if line[1] != "=1+1" {
		t.Error("the caller's line was changed")
	}
}

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "a": "a", "a=b": "a=b", "=1": "'=1", "+": "'+", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\na", "a\rb": "a\nb", "\x00=": "'\x00=", "ό": "ό",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("harmless(%q) = %q, want %q", cell, got, want)
		}
	}
}
