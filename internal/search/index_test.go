package search

import (
	"slices"
	"strings"
	"testing"
)

func document(id, language, title, body string, themes ...string) Document {
	return Document{
		ID: id, Version: 1, Language: language, Show: []byte(id),
		Texts:  []Text{{Field: Title, Text: title}, {Field: Body, Text: body}},
		Facets: map[string][]string{"theme": themes},
	}
}

// library is a small collection in several languages.
func library(t testing.TB) *Index {
	t.Helper()
	x, err := NewIndex(
		document("athens", "el", "Στέγαση για οικογένειες προσφύγων", "Ο Δήμος Αθηναίων νοικιάζει διαμερίσματα για πρόσφυγες.", "housing"),
		document("bilbao", "es", "Integración de personas jóvenes", "Las integraciones locales, la vivienda y su población.", "housing", "youth"),
		document("graz", "de", "Wohnungen für Flüchtlinge", "Die Stadt vermittelt Wohnungen.", "housing"),
		document("leeds", "en", "Housing first for refugees", "The municipality finds homes with landlords, and supports each tenant.", "housing"),
		document("lyon", "fr", "L'accueil des réfugiés", "La ville accueille les familles dans des logements.", "health"),
		document("malmo", "sv", "Arbete för flyktingar", "Kommunerna och företagen.", "work"),
		document("york", "en", "Language cafés for newcomers", "Volunteers speak English with refugees; no housing here.", "language"),
	)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ids(t testing.TB, x *Index, q Query) string {
	t.Helper()
	r, err := x.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, h := range r.Hits {
		found = append(found, h.ID)
	}
	if r.Total != len(found) {
		t.Errorf("%d in all, but %d hits", r.Total, len(found))
	}
	return strings.Join(found, " ")
}

func TestSearch(t *testing.T) {
	x := library(t)
	themes := NewThesaurus(
		Entry{"theme", "housing", "el", []string{"στέγαση", "κατοικία"}},
		Entry{"theme", "housing", "en", []string{"housing", "social housing"}},
		Entry{"theme", "work", "en", []string{"labour market"}},
	)
	for _, c := range []struct{ language, words, want string }{
		{"el", "στεγάσεις", "athens"},
		{"el", "ΣΤΕΓΑΣΗΣ ΠΡΟΣΦΥΓΩΝ", "athens"},
		{"en", "πρόσφυγας", "athens"},
		{"en", "refugee", "leeds york"},
		{"en", "tenants", "leeds"},
		{"de", "Wohnung", "graz"},
		{"en", "fluechtling", "graz"},
		{"en", "integraciones", "bilbao"},
		{"en", "poblacion", "bilbao"},
		{"fr", "accueil réfugié", "lyon"},
		{"fr", "REFUGIES", "lyon"},
		{"sv", "kommun", "malmo"},
		{"en", `"housing first"`, "leeds"},
		{"en", `"first housing"`, ""},
		{"en", "refugee -landlord", "york"},
		{"en", `refugees -"language cafe"`, "leeds"},
		{"en", "-refugee -πρόσφυγες", "bilbao graz lyon malmo"},
		{"en", "nowhere", ""},
		{"en", "municpality", "leeds"},
		{"en", "munici", "leeds"},
		{"en", "", "malmo leeds bilbao lyon york graz athens"},
		{"en", "!?", "malmo leeds bilbao lyon york graz athens"},
	} {
		got := ids(t, x, Query{Language: c.language, Words: c.words})
		if c.words != "" && strings.HasPrefix(c.words, "-") {
			parts := strings.Fields(got)
			slices.Sort(parts)
			got = strings.Join(parts, " ")
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.language, c.words, got, c.want)
		}
	}
	for _, c := range []struct{ language, words, want string }{
		{"el", "στέγαση", "athens bilbao graz leeds"},
		{"en", "housing", "leeds york athens bilbao graz"},
		{"en", "social housing", "leeds athens bilbao graz york"}, // one word in passing is less than the theme of both
		{"en", "labour market", "malmo"},
	} {
		if got := ids(t, x, Query{Language: c.language, Words: c.words, Thesaurus: themes}); got != c.want {
			t.Errorf("with themes, %s: %q, want %q", c.words, got, c.want)
		}
	}
}
