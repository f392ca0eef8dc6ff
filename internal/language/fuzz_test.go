package language

import (
	"slices"
	"testing"
)

// A code of a country is one of ISO 3166, and the same when it is read again.
func FuzzCountryCode(f *testing.F) {
	for _, seed := range []string{"EL", "uk", "GR", "XX", "ZZ", "EU", "001", "gR", "ıt", "\u017fe", "é", "\xff\xff", "AA", "  "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := CountryCode(typed)
		if !ok {
			return
		}
		plain := !slices.ContainsFunc([]byte(code), func(c byte) bool { return c < 'A' || c > 'Z' })
		if again, ok := CountryCode(code); len(code) != 2 || !plain || !ok || again != code {
			t.Errorf("%q is %q, and then %q", typed, code, again)
		}
		if name := For(Default).Country(code); name == "" {
			t.Errorf("%s has no name", code)
		}
	})
}
