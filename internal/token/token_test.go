package token

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNewIsRandomAndNeedsNoEscaping(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := New()
		if !regexp.MustCompile(`^[A-Z2-7]{26}$`).MatchString(token) || len(token) != Size {
			t.Fatalf("New() = %q", token)
		}
		if seen[token] {
			t.Fatalf("New() repeated %q", token)
		}
		seen[token] = true
	}
}

func TestHash(t *testing.T) {
	// The SHA-256 of "abc" from FIPS 180-4, in base64url.
	const want = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
	if got := Hash("abc"); got != want {
		t.Errorf("Hash(abc) = %q, want %q", got, want)
	}
}

func TestNewCodeUsesTheWholeAlphabet(t *testing.T) {
	seen := map[rune]bool{}
	for range 500 {
		code := NewCode()
		if len(code) != CodeSize {
			t.Fatalf("NewCode() = %q", code)
		}
		for _, r := range code {
			seen[r] = true
			if !strings.ContainsRune(alphabet, r) {
				t.Fatalf("NewCode() = %q, %q is not of the alphabet", code, r)
			}
		}
	}
	if len(seen) != len(alphabet) {
		t.Errorf("500 codes use %d characters, want %d", len(seen), len(alphabet))
	}
}

func TestParseCode(t *testing.T) {
	tests := []struct {
		typed, want string
		ok          bool
	}{
		{"7K3M-9XQA", "7K3M9XQA", true},
		{"7k3m9xqa", "7K3M9XQA", true},
		{" 7k3m 9xqa\n", "7K3M9XQA", true},
		{"7K3M–9XQA", "7K3M9XQA", true}, // a word processor's dash
		{"OIL0-OOOO", "01100000", true},
		{"ΑΒΕΖ-ΗΚΜΝ", "ABEZHKMN", true}, // a Greek keyboard
		{"ρτυχοιακ", "PTYX01AK", true},
		{"АВЕК-МНОР", "ABEKMH0P", true}, // a Cyrillic keyboard
		{"7K3M-9XQ", "7K3M9XQ", false},
		{"7K3M-9XQAB", "7K3M9XQAB", false},
		{"", "", false},
		{"7K3M-9XQU", "", false},
		{"7K3M_9XQA", "", false},
		{strings.Repeat(" ", 65) + "7K3M9XQA", "", false},
	}
	for _, test := range tests {
		got, ok := ParseCode(test.typed)
		if got != test.want || ok != test.ok {
			t.Errorf("ParseCode(%q) = %q, %v; want %q, %v", test.typed, got, ok, test.want, test.ok)
		}
	}
}

func TestACodeSurvivesBeingShownAndTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.StringMatching(`[0-9A-HJKMNP-TV-Z]{8}`).Draw(t, "code")
		shown := ShowCode(code)
		if !regexp.MustCompile(`^\w{4}-\w{4}$`).MatchString(shown) {
			t.Fatalf("ShowCode(%q) = %q", code, shown)
		}
		if got, ok := ParseCode(strings.ToLower(shown)); !ok || got != code {
			t.Fatalf("ParseCode(%q) = %q, %v", shown, got, ok)
		}
	})
}
