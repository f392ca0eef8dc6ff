package members

import "testing"

// A reference that is accepted is written as it was read.
func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"ORG.PERSON", ".", "a.", ".b", "a.b.c", "a", "α.β", "a.\x00", "a. b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ref, err := ParseRef(s); err == nil && (ref.String() != s || ref.Organisation == "" || ref.Person == "") {
			t.Errorf("%q is %+v", s, ref)
		}
	})
}
