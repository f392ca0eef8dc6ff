package review

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/internal/practice"
)

// marked writes pieces with the changed ones in brackets.
func marked(all []piece) string {
	var b strings.Builder
	for _, p := range all {
		if p.Changed {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ before, after, old, new string }{
		{"", "", "", ""},
		{"Homes for forty families.", "Homes for sixty families.", "Homes for [forty ]families.", "Homes for [sixty ]families."},
		{"a b c", "a c", "a [b ]c", "a c"},
		{"a c", "a b c", "a c", "a [b ]c"},
		{"", "new", "", "[new]"},
		{"one\n\ntwo", "one\n\ntwo and three", "one\n\n[two]", "one\n\n[two and three]"},
		{"Κλειδιά για σπίτια", "Κλειδιά για όλους", "Κλειδιά για [σπίτια]", "Κλειδιά για [όλους]"},
	} {
		left, right := diff(c.before, c.after)
		if marked(left) != c.old || marked(right) != c.new {
			t.Errorf("%q, %q: %q, %q; want %q, %q", c.before, c.after, marked(left), marked(right), c.old, c.new)
		}
	}
}

// Each side is its text, and what both share is the same on both.
func TestDiffLosesNothing(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a ", "b ", "c ", "ά\n", " ", "d"}), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		before, after := strings.Join(words.Draw(t, "before"), ""), strings.Join(words.Draw(t, "after"), "")
		left, right := diff(before, after)
		var whole, other, sharedLeft, sharedRight string
		for _, p := range left {
			whole += p.Text
			if !p.Changed {
				sharedLeft += p.Text
			}
		}
		for _, p := range right {
			other += p.Text
			if !p.Changed {
				sharedRight += p.Text
			}
		}
		if whole != before || other != after || sharedLeft != sharedRight {
			t.Fatalf("%q, %q: %q, %q", before, after, marked(left), marked(right))
		}
	})
}

// The longest sections, without a word in common, do not hold a page up.
func TestDiffOfTheLongest(t *testing.T) {
	begun := time.Now()
	left, right := diff(strings.Repeat("a ", practice.MaxSection/2), strings.Repeat("b ", practice.MaxSection/2))
	if len(left) != 1 || len(right) != 1 || time.Since(begun) > 5*time.Second {
		t.Errorf("%d and %d pieces after %v", len(left), len(right), time.Since(begun))
	}
}
