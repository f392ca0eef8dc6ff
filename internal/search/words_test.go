package search

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTerms(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "The municipalities' networks, 2026!", "municip network 2026"},
		{"en-GB", "Refugees and refugee's", "refuge refuge"},
		{"el", "Οι ΔΉΜΟΙ και οι πρόσφυγες των δήμων", "δημ προσφυγ δημ"},
		{"fr", "L'accueil d’aujourd’hui", "accueil aujourd hui"},
		{"de", "Straße, STRASSE; Flücht\u00adlinge", "strass strass fluchtling"},
		{"ja", "難民の受け入れ", "難民 民の の受 受け け入 入れ"},
		{"zh", "家", "家"},
		{"ar", "اللاجئين في المدينة", "اللاجيين في المدينة"},
		{"he", "פליטים בעיר", "פליטים בעיר"},
		{"", "żółw 🏠 👨‍👩‍👧 x²", "zolw x"},
		{"en", "\xff\xfe", ""},
		{"not a language", "Housing", "housing"},
	} {
		got := Terms(c.language, c.text)
		if want := strings.Fields(c.want); !slices.Equal(got, want) {
			t.Errorf("%s %q: %q, want %q", c.language, c.text, got, want)
		}
	}
}

func TestParseWords(t *testing.T) {
	for text, want := range map[string]Words{
		"":                        {},
		"  housing  refugees ":    {Any: []string{"housing", "refugees"}},
		`"social housing" greece`: {Any: []string{"greece"}, Phrases: []string{"social housing"}},
		`«κοινωνική στέγη» -Αθήνα`:  {Phrases: []string{"κοινωνική στέγη"}, Not: []string{"Αθήνα"}},
		`„soziale Wohnung“ –Berlin`: {Phrases: []string{"soziale Wohnung"}, Not: []string{"Berlin"}},
		`-"not this" that`:          {Any: []string{"that"}, Not: []string{"not this"}},
		`"never closed`:             {Phrases: []string{"never closed"}},
		`a"b"c`:                     {Any: []string{"a", "c"}, Phrases: []string{"b"}},
		"housing - refugees":        {Any: []string{"housing", "-", "refugees"}},
		"2021-2027 --":              {Any: []string{"2021-2027", "--"}},
		`"" -"" -`:                  {Any: []string{"-"}},
	} {
		if got := ParseWords(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func FuzzTerms(f *testing.F) {
	for _, text := range []string{"Housing first", "Οι ΔΉΜΟΙ", "難民の受け入れ", "a\u0301\u00ad\u200d🏠", "\xff", "İß", "\ufdfa", "ͺ ﷺ ΄ι"} {
		f.Add("en", text)
		f.Add("el", text)
	}
	f.Fuzz(func(t *testing.T, language, text string) {
		terms := Terms(language, text)
		if len(terms) > len(text) {
			t.Errorf("%d terms of %d bytes", len(terms), len(text))
		}
		if slices.Contains(terms, "") {
			t.Error("an empty term")
		}
		if !slices.Equal(terms, Terms(language, text)) {
			t.Error("not the same again")
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, words := range []string{`"housing first" -refugee`, "«", "--a", "στέγ", "a b c d e", "the", `-"`, "難民"} {
		f.Add(words, "en", "")
	}
	x := library(f)
	f.Fuzz(func(t *testing.T, words, language, cursor string) {
		r, err := x.Search(Query{Words: words, Language: language, Size: 2})
		if err != nil || r.Total < len(r.Hits) {
			t.Fatalf("%+v, %v", r, err)
		}
		if r.Next != "" {
			if _, err := x.Search(Query{Words: words, Language: language, Size: 2, Cursor: r.Next}); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = x.Search(Query{Words: words, Language: language, Cursor: cursor})
	})
}

func TestLongTexts(t *testing.T) {
	for name, text := range map[string]string{
		"one word": strings.Repeat("α", 1<<20), "many words": strings.Repeat("housing ", 1<<17), "marks": strings.Repeat("e\u0301", 1<<18),
		"dense": strings.Repeat("難", 1<<18), "quotes": strings.Repeat(`"`, 1<<20),
	} {
		x, err := NewIndex(document("x", "el", text, text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Search(Query{Words: text}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
