package submission

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// Forms tell for each field what its value was when they were shown, by a short hash in the hidden
// input "was."+field, and after a conflict whose value to keep, in "keep."+field.
const (
	wasPrefix  = "was."
	keepPrefix = "keep."
	keepTheirs = "theirs"
)

// fingerprint identifies the value of a field.
func fingerprint(field string, v url.Values) string {
	h := sha256.New()
	for _, name := range inputs(field) {
		h.Write([]byte(strings.Join(v[name], "\x1f") + "\x1e"))
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// fingerprints are those of several fields, by their names.
func fingerprints(fields []string, v url.Values) map[string]string {
	all := make(map[string]string, len(fields))
	for _, f := range fields {
		all[f] = fingerprint(f, v)
	}
	return all
}

// merged is what a form and the stored draft make together.
type merged struct {
	Content practice.Content
	// Values are those of the fields, from either side.
	Values url.Values
	// Conflicts are the fields that were changed on both sides, and differently.
	Conflicts []string
	// Changed says that it differs from what is stored.
	Changed bool
}

// merge brings what was typed together with what is stored now. Each field is taken from the side that
// changed it since the form was shown; where both did, it stays as it was typed and is a conflict,
// unless the form says to keep theirs.
func merge(stored practice.Content, tag language.Tag, fields []string, form url.Values) merged {
	// Cleaned like what is stored, so that only real differences count.
	mine, after := apply(stored, tag, fields, form)
	typed, theirs := valuesOf(mine.Clean(), after), valuesOf(stored, tag)
	m := merged{Values: url.Values{}}
	for _, f := range fields {
		was, now, wanted := form.Get(wasPrefix+f), fingerprint(f, theirs), fingerprint(f, typed)
		from := typed
		switch {
		case form.Get(keepPrefix+f) == keepTheirs, was == wanted:
			from = theirs
		case was != now && wanted != now:
			m.Conflicts = append(m.Conflicts, f)
		}
		for _, name := range inputs(f) {
			m.Values[name] = from[name]
		}
		m.Changed = m.Changed || fingerprint(f, m.Values) != now
	}
	whole, _ := apply(stored, tag, fields, m.Values)
	m.Content = whole.Clean()
	return m
}
