package stem

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns a word in lower case without accents and other marks, its compatibility forms (full
// width, ligatures) made plain and the final sigma made an ordinary one, so that "Δήμος", "ΔΗΜΟΣ"
// and "δημοσ" are one word.
func Fold(word string) string {
	if plain(word) {
		return word
	}
	var b strings.Builder
	b.Grow(len(word))
	for _, r := range norm.NFKD.String(word) {
		switch r = unicode.ToLower(r); r {
		case 'ς':
			b.WriteRune('σ')
		case 'ß':
			b.WriteString("ss")
		case 'æ':
			b.WriteString("ae")
		case 'œ':
			b.WriteString("oe")
		case 'ø':
			b.WriteRune('o')
		case 'đ', 'ð':
			b.WriteRune('d')
		case 'ħ':
			b.WriteRune('h')
		case 'ł':
			b.WriteRune('l')
		case 'ı':
			b.WriteRune('i')
		case 'þ':
			b.WriteString("th")
		default:
			if !unicode.Is(unicode.M, r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// plain reports whether a word is lower-case ASCII, as most are.
func plain(word string) bool {
	for i := range len(word) {
		if c := word[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}
