package stem

import "strings"

// greek returns the light stem of a folded Greek word: the word without the longest ending of its
// declension or conjugation. Derivations ("εκπαίδευση", "εκπαιδευτικός") stay apart, and the augment
// and the stem changes of verbs are left alone: people search by nouns.
//
// A vowel ι before the ending is taken along ("παιδιά", "εργασίας"), since "παιδί" has no other
// vowel to lose; the stem of a family is the same with and without it.
func greek(word string) string {
	// Neuters in -μα keep the μ: "πρόγραμμα", "προγράμματος".
	for _, ending := range [...]string{"ατων", "ατοσ", "ατα"} {
		if stem, ok := strings.CutSuffix(word, ending); ok && strings.HasSuffix(stem, "μ") {
			return stem
		}
	}
	for _, e := range greekEndings {
		if stem, ok := strings.CutSuffix(word, e.ending); ok && len(stem) >= e.stem*len("α") {
			return stem
		}
	}
	return word
}

// greekEndings has the longest endings first, each with how many letters the stem must keep at
// least.
var greekEndings = [...]struct {
	ending string
	stem   int
}{
	// Verbs: -ομαι, -άμαι and the plurals.
	{"ομαστε", 2}, {"ονταν", 3}, {"ονται", 2}, {"ουνται", 2}, {"ομουν", 3}, {"οσαστε", 3},
	// Nouns in -άς and -ής with one syllable more in the plural: "παπάς", "παπάδες".
	{"αδων", 3}, {"αδεσ", 3},
	{"ουμε", 2}, {"ουσε", 3}, {"ομαι", 3}, {"εσαι", 3}, {"εται", 2}, {"ειται", 3}, {"αμε", 3}, {"ατε", 3}, {"ετε", 3},
	// "δήμιους", "εργασιών", "παιδιού", "σχολείου".
	{"ιουσ", 2}, {"ιων", 2}, {"ιου", 2}, {"ιοσ", 2}, {"ιοι", 2}, {"ιεσ", 2}, {"ιασ", 2}, {"ιο", 2}, {"ια", 2}, {"ιε", 3},
	// "στεγάσεις", "στεγάσεων", "στεγάσεως"; "γραμματέας", "γραμματείς", "γραμματέων".
	{"εισ", 3}, {"εων", 3}, {"εωσ", 3}, {"εασ", 3}, {"εα", 3}, {"ει", 3},
	{"ουσ", 2}, {"ουν", 2}, {"ου", 2}, {"οσ", 2}, {"οι", 2}, {"ον", 3}, {"ο", 2},
	{"ασ", 2}, {"αν", 3}, {"α", 2}, {"ησ", 2}, {"η", 2}, {"εσ", 2}, {"ε", 3},
	{"ων", 2}, {"ω", 2}, {"ι", 2}, {"υσ", 3}, {"υ", 3},
}
