package language

import (
	"embed"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// cldr holds, for each available language, what the Unicode CLDR says about it. The files are written
// by `go test ./internal/language -run TestCLDR -update` from golang.org/x/text, whose own tables, of
// all the world's languages, would make every function a megabyte larger.
//
//go:embed cldr
var cldr embed.FS

// locale is one file of cldr.
type locale struct {
	// Group stands between groups of three digits, in numbers of at least GroupFrom digits.
	Group     string `json:"group"`
	GroupFrom int    `json:"groupFrom"`
	// Countries are names by ISO 3166-1 alpha-2 code.
	Countries map[string]string `json:"countries"`
	// Languages are the names of the official languages of the EU.
	Languages map[Tag]string `json:"languages"`
}

// readLocale reads the file of t. A language that has none borrows that of Default.
func readLocale(t Tag) locale {
	data, err := cldr.ReadFile("cldr/" + string(t) + ".json")
	if err != nil && t != Default {
		return readLocale(Default)
	}
	var l locale
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	if err != nil {
		slog.Error("the names of a language cannot be read", "language", t, "error", err)
	}
	return l
}

// countryAliases are the codes that the EU writes differently from ISO 3166
// (Interinstitutional Style Guide, 7.1.1).
var countryAliases = map[string]string{"EL": "GR", "UK": "GB"}

// CountryCode returns the ISO 3166-1 alpha-2 code that s names, upper case. It accepts the EU's own
// codes EL and UK. ok is false if s names no country.
func CountryCode(s string) (code string, ok bool) {
	code = strings.ToUpper(s)
	if iso := countryAliases[code]; iso != "" {
		code = iso
	}
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() {
		return "", false
	}
	return code, true
}

// Country returns the name of the country with this ISO 3166-1 alpha-2 code, or with the EU's code
// EL or UK. A code that names no country is returned as it is.
func (p *Printer) Country(code string) string {
	iso, ok := CountryCode(code)
	if !ok {
		return code
	}
	if name := p.locale().Countries[iso]; name != "" {
		return name
	}
	return iso
}

// Language returns the name of an official language of the EU, such as "Greek"; of another, its tag.
func (p *Printer) Language(t Tag) string {
	if name := p.locale().Languages[t]; name != "" {
		return name
	}
	return string(t)
}

// Own returns the language's name in itself, such as "Ελληνικά".
func (t Tag) Own() string { return For(t).Language(t) }

// Number writes a count with the language's grouping, such as "12,345".
func (p *Printer) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	l := p.locale()
	if len(digits) < l.GroupFrom {
		return sign + digits
	}
	var groups []string
	for len(digits) > 3 {
		groups = append(groups, digits[len(digits)-3:])
		digits = digits[:len(digits)-3]
	}
	groups = append(groups, digits)
	slices.Reverse(groups)
	return sign + strings.Join(groups, l.Group)
}
