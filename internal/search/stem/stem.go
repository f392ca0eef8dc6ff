// Package stem reduces the words of European languages to stems, so that a search for one form of a
// word finds the others, and knows the words that are too common to search for.
//
// Thirteen languages have the algorithms of the Snowball project; Greek has a light one of our own.
// Words of other languages stay as they are. Languages are given by the first subtag of BCP 47.
package stem

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
)

// longest is how many bytes a word may have to be stemmed: no algorithm gets more to work on.
const longest = 64

// Word returns the folded stem of a word in lower case. The algorithms need the accents of the
// text: "estación" loses its ending, "estacion" does not.
func Word(language, word string) string {
	if len(word) > longest {
		return Fold(word)
	}
	switch {
	case language == "el" && word[0] < utf8.RuneSelf:
		language = "en" // foreign names and terms in Greek text are mostly English
	case language == "el":
		return greek(Fold(word))
	case language == "de":
		word = umlauts(word)
	}
	algorithm := snowball(language)
	if algorithm == nil || !letters(word) {
		return Fold(word)
	}
	env := snowballstem.NewEnv(word)
	algorithm(env)
	if stem := Fold(env.Current()); stem != "" {
		return stem
	}
	return Fold(word)
}

// snowball returns the algorithm of a language, or nil. A switch costs nothing at the start of a
// function.
func snowball(language string) func(*snowballstem.Env) bool {
	switch language {
	case "da":
		return danish.Stem
	case "de":
		return german.Stem
	case "en":
		return english.Stem
	case "es":
		return spanish.Stem
	case "fi":
		return finnish.Stem
	case "fr":
		return french.Stem
	case "ga":
		return irish.Stem
	case "hu":
		return hungarian.Stem
	case "it":
		return italian.Stem
	case "nl":
		return dutch.Stem
	case "pt":
		return portuguese.Stem
	case "ro":
		return romanian.Stem
	case "sv":
		return swedish.Stem
	}
	return nil
}

// letters reports whether a word has only letters, which is what the algorithms know.
func letters(word string) bool {
	for _, r := range word {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// umlauts makes ä, ö and ü of ae, oe and ue after a consonant: "fluechtlinge" is how people without
// a German keyboard write "flüchtlinge". After a vowel ("neue", "bauen") and after q they are two
// letters.
func umlauts(word string) string {
	if !strings.Contains(word, "ae") && !strings.Contains(word, "oe") && !strings.Contains(word, "ue") {
		return word
	}
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if i+1 < len(word) && word[i+1] == 'e' && (i == 0 || !strings.ContainsRune("aeiouq", rune(word[i-1]))) {
			if at := strings.IndexByte("aou", word[i]); at >= 0 {
				b.WriteString([...]string{"ä", "ö", "ü"}[at])
				i++
				continue
			}
		}
		b.WriteByte(word[i])
	}
	return b.String()
}
