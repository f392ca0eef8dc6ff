package token

import (
	"strings"
	"testing"
)

// What is accepted as a code is one, whatever keyboard it was typed on, and means the same when it
// is shown and typed again.
func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"7K3M-9XQA", "ΑΒΕΖ-ηκμν", "АВЕК—МНОР", "oil0 oooo", "ＡＢＣＤＥＦＧＨ", "ſſſſſſſſ", "K\u212aKKKKKK", "\xff7K3M9XQ", "1234\u00ad5678"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ParseCode(typed)
		if !ok {
			return
		}
		if len(code) != CodeSize || strings.Trim(code, alphabet) != "" {
			t.Errorf("%q became %q", typed, code)
		}
		if again, ok := ParseCode(ShowCode(code)); !ok || again != code {
			t.Errorf("%q is shown as %q and read as %q", code, ShowCode(code), again)
		}
	})
}
