package stem

import (
	"strings"
	"testing"
)

func TestFamilies(t *testing.T) {
	for language, families := range map[string][]string{
		"da": {"kommune kommunen kommuner kommunerne"},
		"de": {"flüchtling flüchtlinge flüchtlingen fluechtlinge", "stadt", "städte städten staedte", "straße strasse", "wohnung wohnungen"},
		"en": {"municipality municipalities", "refugee refugees", "house houses", "training trained trains"},
		"es": {"integración integraciones", "refugiado refugiada refugiados refugiadas"},
		"fi": {"talo talossa talot talon"},
		"fr": {"réfugié réfugiée réfugiés réfugiées", "intégration intégrations", "logement logements"},
		"hu": {"város városok városban"},
		"it": {"comune comuni", "rifugiato rifugiati rifugiata rifugiate"},
		"nl": {"vluchteling vluchtelingen", "gemeente gemeenten"},
		"pt": {"refugiado refugiada refugiados", "município municípios"},
		"ro": {"copil copilul"},
		"sv": {"kommun kommuner kommunerna", "flykting flyktingar"},
		"el": {"network networks"},
		"":   {"straße strasse", "żółty zolty"},
	} {
		for _, family := range families {
			forms := strings.Fields(family)
			for _, form := range forms[1:] {
				if got, want := Word(language, form), Word(language, forms[0]); got != want {
					t.Errorf("%s: %s is %q, %s is %q", language, form, got, forms[0], want)
				}
			}
		}
	}
}

func TestUmlautsOnlyAfterConsonants(t *testing.T) {
	for _, word := range []string{"neue", "bauen", "steuer", "quelle"} {
		if got := umlauts(word); got != word {
			t.Errorf("%s became %s", word, got)
		}
	}
}

func TestFold(t *testing.T) {
	for word, want := range map[string]string{
		"ΔΉΜΟΣ": "δημοσ", "δήμος": "δημοσ", "ϊΰ": "ιυ", "Straße": "strasse", "ﬁn": "fin", "Łódź": "lodz",
		"Ærø": "aero", "cœur": "coeur", "ｆｕｌｌ": "full", "İstanbul": "istanbul", "ἀρχή": "αρχη", "plain": "plain",
	} {
		if got := Fold(word); got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
}

func TestStopWords(t *testing.T) {
	for language, words := range map[string]string{
		"en": "the and of for with", "el": "και το της στην για", "fr": "le les et dans", "de": "der die und fur",
		"es": "el los y de", "it": "il gli e di", "pt": "o os e de", "nl": "het een en van", "sv": "och att det",
	} {
		for word := range strings.FieldsSeq(words) {
			if !Stop(language, Fold(word)) {
				t.Errorf("%s: %s is not a stop word", language, word)
			}
		}
		for _, word := range []string{"housing", "στεγαση", "2026", ""} {
			if Stop(language, word) {
				t.Errorf("%s: %q is a stop word", language, word)
			}
		}
	}
}

func FuzzWord(f *testing.F) {
	for _, word := range []string{"a", "'", "ß", "ue", "\xff", "yyyy", "σς", "e\u0301", "ing", "iiii", "ͺ", " ", "a "} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if word == "" {
			return
		}
		for _, language := range []string{"da", "de", "el", "en", "es", "fi", "fr", "ga", "hu", "it", "nl", "pt", "ro", "sv", "xx"} {
			if got := Word(language, word); got != Word(language, word) {
				t.Errorf("%s: %q has two stems", language, word)
			}
			Stop(language, Fold(word))
		}
	})
}
