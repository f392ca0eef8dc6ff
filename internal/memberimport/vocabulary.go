package memberimport

import (
	"strconv"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// vocabulary leads from a word, as [members.Fold] writes it, to its code. Words are codes and
// their names in every language that the network speaks.
type vocabulary map[string]string

// code returns the code of a word, or the word itself so that validation names it.
func (v vocabulary) code(word string) string {
	if code, ok := v[members.Fold(word)]; ok {
		return code
	}
	return word
}

// newVocabulary asks names for the words of a code in a language.
func newVocabulary[C ~string](codes []C, names func(p *language.Printer, code C) []string) vocabulary {
	v := vocabulary{}
	for _, code := range codes {
		v[members.Fold(string(code))] = string(code)
		for _, tag := range language.Available() {
			for _, word := range names(language.For(tag), code) {
				v[members.Fold(word)] = string(code)
			}
		}
	}
	return v
}

// texts returns the words of a code from the catalogue.
func texts[C ~string](prefix string) func(*language.Printer, C) []string {
	return func(p *language.Printer, code C) []string { return []string{p.Text(prefix + string(code))} }
}

// The vocabularies are made when the first file is read.
var (
	columnWords     = sync.OnceValue(func() vocabulary { return newVocabulary(Columns, texts[string]("import.column.")) })
	topicWords      = sync.OnceValue(func() vocabulary { return newVocabulary(members.Topics, texts[members.Topic]("topic.")) })
	populationWords = sync.OnceValue(func() vocabulary {
		return newVocabulary(members.Populations, texts[members.Population]("population."))
	})
	kindWords = sync.OnceValue(func() vocabulary {
		return newVocabulary(members.Kinds, func(p *language.Printer, c members.Kind) []string {
			return append(strings.Split(p.Text("import.kind."+string(c)), ","), p.Text("kind."+string(c)))
		})
	})
	countryWords = sync.OnceValue(func() vocabulary {
		return newVocabulary(members.Countries, func(p *language.Printer, c string) []string { return []string{p.Country(c)} })
	})
	languageWords = sync.OnceValue(func() vocabulary {
		return newVocabulary(members.Languages, func(p *language.Printer, c string) []string { return []string{p.Language(language.Tag(c))} })
	})
	translationWords = sync.OnceValue(func() vocabulary {
		return newVocabulary(language.Available(), func(p *language.Printer, c language.Tag) []string { return []string{p.Language(c)} })
	})
)

// bands are the upper limits of the population bands, in inhabitants.
var bands = []struct {
	below int
	band  members.Population
}{
	{5_000, "under5k"}, {20_000, "5to20k"}, {50_000, "20to50k"}, {100_000, "50to100k"}, {500_000, "100to500k"},
}

// population reads a band's code or name, or a number of inhabitants, with or without separators.
func population(cell string) members.Population {
	digits := strings.NewReplacer(",", "", ".", "", " ", "", "\u00a0", "", "'", "").Replace(cell)
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return members.Population(populationWords().code(cell))
	}
	for _, b := range bands {
		if n < b.below {
			return b.band
		}
	}
	return "over500k"
}

func country(cell string) string {
	if code, ok := language.CountryCode(cell); ok {
		return code
	}
	return countryWords().code(cell)
}

// several reads a cell with several values.
func several(cell string, words vocabulary) []string {
	var codes []string
	for value := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(",;|", r) }) {
		if value = strings.TrimSpace(value); value != "" {
			codes = append(codes, words.code(value))
		}
	}
	return codes
}

// short keeps what a message quotes within a line.
func short(value string) string {
	const most = 60
	if letters := []rune(value); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return value
}
