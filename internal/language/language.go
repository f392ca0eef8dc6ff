// Package language chooses the reader's language and says things in it: messages with CLDR
// plurals, dates, numbers, and the names of countries and languages.
//
// Messages live in catalogues/<language>/<area>.json, one flat JSON object per area:
//
//	{
//	  "desk.title": "Registrations",
//	  "desk.waiting": {"one": "{{.Count}} organisation waits", "other": "{{.Count}} organisations wait"}
//	}
//
// A message is plain text. Its only syntax is the placeholder {{.Name}}, whose value the caller
// passes by name. A plural message has one text per CLDR form and is chosen by the value "Count".
//
// A language is available as soon as its folder exists. Every key of English must be there; the
// tests of this package say what is missing, what nobody uses, which placeholders differ and which
// plural forms the language still needs, and write the names of countries and languages in it.
//
// Nothing is read or parsed when a process starts: a language is loaded when it is first used.
package language

import (
	"embed"
	"io/fs"
)

// Tag is a BCP 47 language tag that has a catalogue, such as "en" or "el".
type Tag string

// Default is the language of whoever asked for none that we have. Its catalogue is complete.
const Default Tag = "en"

//go:embed catalogues
var embedded embed.FS

var catalogues = newLibrary(mustSub(embedded, "catalogues"))

func mustSub(files fs.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // only for a folder name that is not a path
	}
	return sub
}

// Available lists the languages that have a catalogue: Default first, the others sorted.
// The caller must not change the slice.
func Available() []Tag { return catalogues.tags() }

// Parse returns the available language that s names. Case, region and script are ignored, so
// "el", "EL" and "el-CY" all name Greek.
func Parse(s string) (Tag, bool) { return catalogues.parse(s) }

// Negotiate chooses the language of an answer: what the reader chose explicitly, else what their
// profile says, else the best match for an Accept-Language header (RFC 9110, 12.5.4), else Default.
// A value that names no available language is passed over.
func Negotiate(chosen, profile, acceptLanguage string) Tag {
	return catalogues.negotiate(chosen, profile, acceptLanguage)
}

// For returns the Printer of t, or that of Default if t has no catalogue.
func For(t Tag) *Printer { return catalogues.printer(t) }
