// Package shelf makes up practices: words of the library's own themes in nine languages among many others.
package shelf

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// A Shelf makes up practices. The same seed makes the same ones.
type Shelf struct {
	chance *rand.Rand
	ranks  *rand.Zipf
	themes map[string]map[language.Tag][]string
	tags   []language.Tag
}

// vocabulary is how many further words a language has, as many as an encyclopaedia's article on the
// subject could use.
const vocabulary = 20_000

// New makes a shelf. It reads the thesaurus of the checkout, which is the working folder.
func New(seed uint64) (*Shelf, error) {
	text, err := os.ReadFile("internal/thesaurus/thesaurus.json")
	if err != nil {
		return nil, err
	}
	var thesaurus map[string]map[string]map[language.Tag][]string
	if err := json.Unmarshal(text, &thesaurus); err != nil {
		return nil, err
	}
	chance := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the same at every run
	return &Shelf{
		chance: chance, ranks: rand.NewZipf(chance, 1.1, 3, vocabulary-1), themes: thesaurus["theme"],
		tags: []language.Tag{"en", "el", "fr", "de", "es", "it", "pt", "nl", "sv"},
	}, nil
}

func one[T any](s *Shelf, list []T) T { return list[s.chance.IntN(len(list))] }

// Word is one of the many others. Greek ones have Greek letters.
func (s *Shelf) Word(tag language.Tag) string {
	syllables := strings.Fields("ba ce di fo gu la me ni po ra se ti vo tra pre con len dor mal sin")
	if tag == "el" {
		syllables = strings.Fields("βα γε δι φο κου λα με νι πο ρα σε τι χω στρα προ συν λεν δορ μαλ θυ")
	}
	var b strings.Builder
	for rank := s.ranks.Uint64()*7919%vocabulary + 20; rank > 0; rank /= 20 {
		b.WriteString(syllables[rank%20])
	}
	return b.String()
}

// Text is so many words, one in four about the themes.
func (s *Shelf) Text(tag language.Tag, themes []members.Topic, words int) string {
	all := make([]string, words)
	for i := range all {
		if s.chance.IntN(4) == 0 {
			all[i] = one(s, s.themes[string(one(s, themes))][tag])
		} else {
			all[i] = s.Word(tag)
		}
	}
	return strings.Join(all, " ")
}

// Publication makes up one practice of about 450 words. One in five has a translation.
func (s *Shelf) Publication(id int) practice.Publication {
	begin := time.Date(2012+s.chance.IntN(14), time.Month(1+s.chance.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(s.chance.IntN(6*365*24)) * time.Hour)
	tag := one(s, s.tags)
	c := practice.Content{Original: tag, Texts: map[language.Tag]practice.Text{}, Facts: practice.Facts{
		Kind: practice.Kinds[min(s.chance.IntN(6), 1)], Themes: []members.Topic{one(s, members.Topics), one(s, members.Topics)},
		Principles: []practice.Principle{1, 4}, Targets: []practice.Target{one(s, practice.Targets)},
		Country: one(s, members.Countries), Municipality: s.Word("fr"), Population: one(s, members.Populations),
		Status: "finished", Begin: begin.Format("2006-01"), End: begin.AddDate(1+s.chance.IntN(4), 0, 0).Format("2006-01"),
		Cost: one(s, practice.Costs), Funding: []practice.Funding{one(s, practice.Fundings)}, Evidence: one(s, practice.Evidences),
		Licence: practice.Licences[0],
	}}
	c.Texts[tag] = s.words(tag, c.Themes)
	if s.chance.IntN(5) == 0 {
		c.Texts["en"] = s.words("en", c.Themes)
	}
	return practice.Publication{
		ID: fmt.Sprintf("P%06d", id), Organisation: "O", OrganisationName: "Municipality of " + c.Municipality, Version: 1,
		Content: c, PublishedAt: at, UpdatedAt: at,
	}
}

func (s *Shelf) words(tag language.Tag, themes []members.Topic) practice.Text {
	return practice.Text{
		Title: s.Text(tag, themes, 7), Summary: s.Text(tag, themes, 30), Challenge: s.Text(tag, themes, 60),
		Goal: s.Text(tag, themes, 40), HowItWorks: s.Text(tag, themes, 150), Results: s.Text(tag, themes, 60),
		Lessons: s.Text(tag, themes, 60), Transferability: s.Text(tag, themes, 40),
	}
}

// Documents makes n practices as the index takes them.
func (s *Shelf) Documents(n int) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		for i := range n {
			if !yield(s.Publication(i).Document(), nil) {
				return
			}
		}
	}
}

// Query is the address of a search: one to three words, a theme's among them, half with filters.
func (s *Shelf) Query() string {
	tag := one(s, s.tags)
	words := []string{one(s, s.themes[string(one(s, members.Topics))][tag])}
	for range s.chance.IntN(3) {
		words = append(words, s.Word(tag))
	}
	q := "words=" + strings.ReplaceAll(strings.Join(words, "+"), " ", "+") + "&lang=" + string(one(s, []language.Tag{"en", "el"}))
	if s.chance.IntN(2) == 0 {
		q += "&theme=" + string(one(s, members.Topics)) + "&theme=" + string(one(s, members.Topics))
	}
	if s.chance.IntN(4) == 0 {
		q += "&country=" + one(s, members.Countries)
	}
	return q
}
