package language

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

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
	if name := display.Regions(p.language).Name(language.MustParseRegion(iso)); name != "" {
		return name
	}
	return iso
}

// Language returns t's name in the printer's language, such as "Greek".
func (p *Printer) Language(t Tag) string {
	if name := display.Languages(p.language).Name(language.Make(string(t))); name != "" {
		return name
	}
	return string(t)
}

// Number writes n with the language's grouping, such as "12,345".
func (p *Printer) Number(n int) string {
	return message.NewPrinter(p.language).Sprint(number.Decimal(n))
}
