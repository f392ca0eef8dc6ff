package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/municipalitiesnet/munet/internal/search/stem"
)

// Terms returns the stems of a text's words in the given language, in order and without stop words.
// It takes any text, also one that is not UTF-8.
func Terms(language, text string) []string {
	language = base(language)
	var terms []string
	eachWord(text, func(word string) bool {
		if folded := stem.Fold(word); folded != "" && !stem.Stop(language, folded) {
			terms = append(terms, stem.Word(language, word))
		}
		return true
	})
	return terms
}

// undetermined stands for a language that is not named or not named as BCP 47 does.
const undetermined = "und"

// base returns the first subtag of a BCP 47 tag in lower case: "pt" of "pt-BR".
func base(tag string) string {
	end := 0
	for end < len(tag) && (tag[end]|0x20 >= 'a' && tag[end]|0x20 <= 'z') {
		end++
	}
	if end < 2 || end > 8 {
		return undetermined
	}
	return strings.ToLower(tag[:end])
}

// key is how a dictionary writes a stem: apart for each language, since a word in one is another
// word in the next.
func key(language, stem string) string { return language + "/" + stem }

// eachWord calls yield with each word of a text in lower case and composed (NFC), until it returns
// false. Words are runs of letters, digits and their marks, as Unicode's word boundaries (UAX 29)
// have them, except that apostrophes, hyphens and points always part them: "l'accueil" is two words.
// Scripts without spaces yield each pair of neighbouring characters.
func eachWord(text string, yield func(string) bool) {
	begin, dense, clean := -1, false, true
	end := func(to int) bool {
		if begin < 0 {
			return true
		}
		word := text[begin:to]
		begin = -1
		if !clean {
			clean = true
			word = strings.Map(visible, word)
		}
		if dense {
			return eachPair(word, yield)
		}
		return yield(lower(word))
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if begin >= 0 && dense != isDense(r) && !end(i) {
				return
			}
			if begin < 0 {
				begin, dense = i, isDense(r)
			}
		case begin >= 0 && unicode.Is(unicode.M, r):
		case begin >= 0 && visible(r) < 0:
			clean = false
		default:
			if !end(i) {
				return
			}
		}
	}
	end(len(text))
}

// visible maps the invisible characters that word processors leave within words to nothing: soft
// hyphens, joiners, and the spaces without width.
func visible(r rune) rune {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return -1
	}
	return r
}

// maxWord bounds a word, in bytes; no language that puts spaces between words has a longer one.
const maxWord = 120

// lower returns a word in lower case, composed.
func lower(word string) string {
	if len(word) > maxWord {
		word = strings.ToValidUTF8(word[:maxWord], "")
	}
	for i := range len(word) {
		if word[i] >= 0x80 {
			return norm.NFC.String(strings.ToLower(word))
		}
	}
	return strings.ToLower(word)
}

// isDense reports whether a letter is of a script that puts no spaces between words.
func isDense(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai,
		unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// eachPair yields the pairs of neighbouring characters of a run, or its only one.
func eachPair(run string, yield func(string) bool) bool {
	runes := []rune(run)
	if len(runes) == 1 {
		return yield(run)
	}
	for i := 1; i < len(runes); i++ {
		if !yield(lower(string(runes[i-1 : i+1]))) {
			return false
		}
	}
	return true
}
