package mail

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	tests := []struct{ text, first, rest, want string }{
		{"one two", "", "", "one two\n"},
		{"  one\n two\t", "", "", "one two\n"},
		{"", "> ", "> ", ">\n"},
		{strings.Repeat("a", 80), "", "", strings.Repeat("a", 80) + "\n"},
		{strings.Repeat("a", 71) + " b", "", "", strings.Repeat("a", 71) + "\nb\n"},
		{strings.Repeat("a", 70) + " b", "", "", strings.Repeat("a", 70) + " b\n"},
		{strings.Repeat("α", 60) + " " + strings.Repeat("β", 20), "> ", "> ", "> " + strings.Repeat("α", 60) + "\n> " + strings.Repeat("β", 20) + "\n"},
	}
	for _, test := range tests {
		if got := wrap(test.text, test.first, test.rest); got != test.want {
			t.Errorf("wrap(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestWrapKeepsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		got := wrap(text, "", "")
		if oneLine(got) != oneLine(text) {
			t.Fatalf("wrap(%q) = %q", text, got)
		}
		for line := range strings.Lines(got) {
			if width(line)-1 > columns && len(strings.Fields(line)) > 1 {
				t.Fatalf("line of %d characters: %q", width(line)-1, line)
			}
		}
	})
}
