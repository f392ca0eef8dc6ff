package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"

	"github.com/municipalitiesnet/munet/internal/search"
)

// tongue is a made-up language with a real one's letters, endings and most frequent words, so that
// its stemmer has real work.
type tongue struct {
	tag       string
	syllables []string
	endings   []string
	frequent  []string
}

func tongues() []tongue {
	const latin = "ba be bi bo ca co da de di do fa fe fi fo ga ge go ha la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi tra pre con ment"
	split := strings.Fields
	return []tongue{
		{"en", split(latin), split("s ed ing ment ation er -"), split("the and of to in for with that is on are by as from at")},
		{"el", split("βα γε δι θε κα κο λα λι μα με νο πα πε πο ρα ρι σα σι τα το φα χω στρα προ συν μετ"), split("ος ου οι ων ους α ας ες η ης ση σεις ία ίας ιών"), split("και το της η του την με σε για που των τα στην είναι")},
		{"fr", split(latin + " é è"), split("e es er ation ations ement ée és eur -"), split("de la le et les des en un du une est pour que dans")},
		{"de", split(latin + " sch ü ö ei"), split("en e er ung ungen lich keit es -"), split("der die und in den von zu das mit sich des auf für ist im")},
		{"es", split(latin + " ñ ó"), split("o os a as ción ciones ar ando mente"), split("de la que el en y a los del se las por un para con")},
		{"it", split(latin), split("o i a e zione zioni are ato ata mente"), split("di e il la che in a per un del è con non le della")},
		{"pt", split(latin + " ã ç"), split("o os a as ção ções ar ado mente"), split("de a o que e do da em um para com uma os no")},
		{"nl", split(latin + " ij oe ui"), split("en e ing ingen heid lijk s -"), split("de het een en van in is dat op te zijn met voor die")},
		{"sv", split(latin + " å ä ö"), split("en ar er arna ning ningar het t -"), split("och i att det som en på är av för med den till")},
	}
}

// Shape of the made-up library.
const (
	lemmas        = 30_000 // words of a language without their inflections
	frequentShare = 0.42   // of a text are words like "the"
	titleWords    = 8
	keywords      = 5
	summaryWords  = 40
	bodyWords     = 650
)

// corpus makes documents. The same seed makes the same ones.
type corpus struct {
	tongues []tongue
	chance  *rand.Rand
	ranks   *rand.Zipf
}

func newCorpus(seed uint64) *corpus {
	chance := rand.New(rand.NewPCG(seed, 2026)) //nolint:gosec // made up
	return &corpus{tongues(), chance, rand.NewZipf(chance, 1.07, 2.7, lemmas-1)}
}

// word returns a word of a rank with one of its endings. A lemma is made of its rank's digits.
func (c *corpus) word(t *tongue, rank uint64) string {
	var b strings.Builder
	n := uint64(len(t.syllables))
	for v := rank*7919%lemmas + n; v > 0; v /= n {
		b.WriteString(t.syllables[v%n])
	}
	if ending := t.endings[c.chance.IntN(len(t.endings))]; ending != "-" {
		b.WriteString(ending)
	}
	return b.String()
}

func (c *corpus) text(t *tongue, words int) string {
	var b strings.Builder
	for range words {
		if c.chance.Float64() < frequentShare {
			b.WriteString(t.frequent[c.chance.IntN(len(t.frequent))])
		} else {
			b.WriteString(c.word(t, c.ranks.Uint64()))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// tongue returns English for a third of the documents and one of the others else.
func (c *corpus) tongue() *tongue {
	if c.chance.IntN(3) == 0 {
		return &c.tongues[0]
	}
	return &c.tongues[1+c.chance.IntN(len(c.tongues)-1)]
}

func (c *corpus) some(name string, of, most int) []string {
	values := make([]string, 1+c.chance.IntN(most))
	for i := range values {
		values[i] = fmt.Sprintf("%s-%d", name, c.chance.IntN(of))
	}
	return values
}

func (c *corpus) document(id int) (search.Document, error) {
	t := c.tongue()
	title, summary := c.text(t, titleWords), c.text(t, summaryWords)
	facets := map[string][]string{
		"theme": c.some("theme", 24, 3), "target": c.some("target", 12, 2), "country": c.some("country", 27, 1),
		"population": c.some("population", 5, 1), "evidence": c.some("evidence", 4, 1), "language": {t.tag},
		"period": c.some("period", 8, 1),
	}
	published := 1_600_000_000 + c.chance.Int64N(200_000_000)
	show, err := json.Marshal(map[string]any{
		"title": title, "summary": summary, "place": c.word(t, 500), "country": facets["country"][0],
		"themes": facets["theme"], "published": published,
	})
	return search.Document{
		ID: fmt.Sprintf("practice-%06d", id), Version: 1, Language: t.tag, Show: show,
		Texts: []search.Text{
			{Field: search.Title, Text: title},
			{Field: search.Keywords, Text: c.text(t, keywords)},
			{Field: search.Summary, Text: summary},
			{Field: search.Body, Text: c.text(t, bodyWords)},
		},
		Facets: facets, Numbers: map[string]int64{"published": published},
	}, err
}

// documents makes n documents.
func (c *corpus) documents(n int) iter.Seq2[search.Document, error] {
	return func(yield func(search.Document, error) bool) {
		for i := range n {
			if !yield(c.document(i)) {
				return
			}
		}
	}
}

// query returns what a reader may ask for: mostly one to three words, often with a filter or two,
// sometimes a phrase, a misspelt word, or no words at all; always with all counts.
func (c *corpus) query() search.Query {
	t := c.tongue()
	q := search.Query{
		Language: t.tag, Size: 20,
		Counts: []string{"theme", "target", "country", "population", "evidence", "language", "period"},
	}
	words := make([]string, 1+c.chance.IntN(3))
	for i := range words {
		words[i] = c.word(t, c.ranks.Uint64())
	}
	q.Words = strings.Join(words, " ")
	switch c.chance.IntN(20) {
	case 0, 1:
		q.Words = "\"" + q.Words + "\""
	case 2:
		q.Words += " " + words[0] + "x"
	case 3:
		q.Words += " -" + c.word(t, c.ranks.Uint64())
	case 4, 5:
		q.Words, q.Sort = "", search.Sort{By: "published", Descending: true}
	}
	if c.chance.IntN(3) == 0 {
		q.Filters = map[string][]string{"theme": c.some("theme", 24, 3)}
		if c.chance.IntN(2) == 0 {
			q.Filters["country"] = c.some("country", 27, 2)
		}
	}
	return q
}
