package interest

import (
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/thesaurus"
)

// wantedWords are the words of an interest, analysed.
type wantedWords struct {
	any, not []wantedWord
	// themes are those that a word names.
	themes []members.Topic
}

// wantedWord is a word or a phrase: its stems in each language that calls have, and perhaps the same
// in several, and what the thesaurus has for it in the other languages.
type wantedWord struct {
	forms  [][]string
	phrase bool
}

// wanted analyses words in every language that the calls have, once for each text.
func (s *Calls) wanted(words string) wantedWords {
	if words == "" {
		return wantedWords{}
	}
	if w, ok := s.analysed[words]; ok {
		return w
	}
	parsed := search.ParseWords(words)
	var w wantedWords
	for _, word := range parsed.Any {
		s.want(&w, word, false)
	}
	for _, phrase := range parsed.Phrases {
		s.want(&w, phrase, true)
	}
	for _, not := range parsed.Not {
		w.not = appendWord(w.not, s.word(not, true))
	}
	slices.Sort(w.themes)
	w.themes = slices.Compact(w.themes)
	if len(s.analysed) < maxAnalysed {
		s.analysed[words] = w
	}
	return w
}

// want adds a word with what it means. An exclusion means only itself: else it would leave out more
// than was said.
func (s *Calls) want(to *wantedWords, text string, phrase bool) {
	w := s.word(text, phrase)
	for _, m := range meant(text) {
		if m.theme != "" {
			to.themes = append(to.themes, m.theme)
		}
		for _, f := range m.forms {
			if _, asked := s.languages[f.language]; asked && f.language != m.language {
				w.add(f.stems)
			}
		}
	}
	to.any = appendWord(to.any, w)
}

// word is a word as it is typed, read in each language.
func (s *Calls) word(text string, phrase bool) wantedWord {
	w := wantedWord{phrase: phrase}
	for language := range s.languages {
		w.add(search.Terms(language, text))
	}
	return w
}

// add adds a form unless the word has it, or it is nothing but stop words.
func (w *wantedWord) add(stems []string) {
	if len(stems) > 0 && !slices.ContainsFunc(w.forms, func(f []string) bool { return slices.Equal(f, stems) }) {
		w.forms = append(w.forms, stems)
	}
}

func appendWord(to []wantedWord, w wantedWord) []wantedWord {
	if len(w.forms) == 0 {
		return to
	}
	slices.SortFunc(w.forms, slices.Compare)
	return append(to, w)
}

// meaning is what a word of the thesaurus stands for: a theme, or a group of people or a concept with
// the words for it. A theme's words are too many and too wide to be looked for in texts ("home",
// "work"); calls have themes.
type meaning struct {
	theme members.Topic
	forms []form
}

// form is a word or a phrase of a language, with its stems.
type form struct {
	language, words string
	stems           []string
}

// reading is a meaning that a word has in a language.
type reading struct {
	*meaning
	language string
}

// dictionary holds the meanings of the words of each language, by their stems.
type dictionary map[string]map[string][]*meaning

// The dictionary is made when somebody first asks: a function that starts does not wait for it.
var (
	dictionaryOnce sync.Once
	dictionaryMade dictionary
)

// meant are the meanings of a word or phrase in whatever language it is one: officers type their own
// language on pages in another.
func meant(text string) []reading {
	dictionaryOnce.Do(func() { dictionaryMade = readDictionary() })
	var found []reading
	for language, words := range dictionaryMade {
		for _, m := range words[stemsKey(search.Terms(language, text))] {
			found = append(found, reading{m, language})
		}
	}
	return found
}

func readDictionary() dictionary {
	all := dictionary{}
	values := map[[2]string]*meaning{}
	for _, e := range thesaurus.Entries() {
		m, ok := values[[2]string{e.Facet, e.Value}]
		if !ok {
			m = &meaning{}
			values[[2]string{e.Facet, e.Value}] = m
		}
		if e.Facet == thesaurus.Theme {
			m.theme = members.Topic(e.Value)
		}
		if all[e.Language] == nil {
			all[e.Language] = map[string][]*meaning{}
		}
		for _, words := range e.Words {
			stems := search.Terms(e.Language, words)
			key := stemsKey(stems)
			if !slices.Contains(all[e.Language][key], m) {
				all[e.Language][key] = append(all[e.Language][key], m)
			}
			if m.theme == "" {
				m.forms = append(m.forms, form{e.Language, words, stems})
			}
		}
	}
	return all
}

func stemsKey(stems []string) string { return strings.Join(stems, " ") }

// Meant are the themes that the words of an interest name, and what the thesaurus has for them in some
// languages: where else a search finds calls that may match.
func (c *Criteria) Meant(languages ...string) (themes []members.Topic, words []string) {
	typed := search.ParseWords(c.Words)
	for _, word := range slices.Concat(typed.Any, typed.Phrases) {
		for _, m := range meant(word) {
			if m.theme != "" {
				themes = append(themes, m.theme)
			}
			for _, f := range m.forms {
				if f.language != m.language && slices.Contains(languages, f.language) {
					words = append(words, f.words)
				}
			}
		}
	}
	slices.Sort(themes)
	slices.Sort(words)
	return slices.Compact(themes), slices.Compact(words)
}
