// Package textfile reads the text files that spreadsheet programs write: their encoding and what divides
// their cells. It is a package of its own because the tables of encodings cost every start that has
// them.
package textfile

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// What files begin with that only look like text to whoever chose them: an Office workbook (a ZIP
// archive) and its predecessor (an OLE compound file).
var workbooks = [][]byte{[]byte("PK\x03\x04"), {0xD0, 0xCF, 0x11, 0xE0}}

// Decode turns a file into text, whatever the spreadsheet program stored it as, and names the encoding.
// problem is the code of what makes the file no text, or "".
func Decode(content []byte) (text []byte, name, problem string) {
	for _, start := range workbooks {
		if bytes.HasPrefix(content, start) {
			return nil, "", "workbook"
		}
	}
	var from encoding.Encoding
	name, from = detect(content)
	text, err := from.NewDecoder().Bytes(content)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch {
	case err != nil, bytes.ContainsRune(text, utf8.RuneError), bytes.ContainsRune(text, 0):
		return nil, name, "binary"
	case !bytes.ContainsRune(text, '\n'): // as old programs end lines
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, name, ""
}

func detect(content []byte) (string, encoding.Encoding) {
	switch {
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}), bytes.HasPrefix(content, []byte{0xFE, 0xFF}):
		return "UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case utf8.Valid(content):
		return "UTF-8", encoding.Nop
	case isGreek(content):
		return "Windows-1253", charmap.Windows1253
	}
	return "Windows-1252", charmap.Windows1252
}

// isGreek tells Greek words, whose letters are all above 127, from Western ones, where an accented
// letter mostly stands between plain ones.
func isGreek(content []byte) bool {
	high, neighbours := 0, 0
	for i, c := range content {
		if c < 0x80 {
			continue
		}
		high++
		if i > 0 && content[i-1] >= 0x80 {
			neighbours++
		}
	}
	return 2*neighbours > high
}

// Separator is the character that the first line has most of, outside quotes.
func Separator(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	counts := map[rune]int{}
	quoted := false
	for _, c := range string(line) {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range []rune{';', '\t'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}
