package practice

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

func refused(err error) string {
	var all []string
	for _, f := range fault.From(err).Fields {
		all = append(all, f.Name+":"+f.Code)
	}
	return strings.Join(all, " ")
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change       func(*Content)
		draft, whole string
	}{
		"complete":         {func(*Content) {}, "", ""},
		"empty":            {func(c *Content) { *c = Content{Original: "en"} }, "", "title:required summary:required challenge:required goal:required howItWorks:required results:required transferability:required kind:required themes:required targets:required country:required municipality:required population:required status:required begin:required cost:required evidence:required licence:required"},
		"no language":      {func(c *Content) { c.Original = "" }, "original:choice", "original:choice"},
		"planned":          {func(c *Content) { c.Status, c.Begin = "planned", ""; edit(c, "results", "") }, "", ""},
		"finished, no end": {func(c *Content) { c.Status = "finished" }, "", "end:required"},
		"ends first":       {func(c *Content) { c.End = "2024-02" }, "end:month-order", "end:month-order"},
		"no month":         {func(c *Content) { c.Begin, c.End = "2024-13", "March" }, "begin:month end:month", "begin:month end:month"},
		"a long title":     {func(c *Content) { edit(c, "title", long(MaxTitle+1)) }, "title:too-long", "title:too-long"},
		"just fits":        {func(c *Content) { edit(c, "goal", long(MaxSection)) }, "", ""},
		"400 KB":           {func(c *Content) { edit(c, "goal", long(200_000)) }, "goal:too-long", "goal:too-long"},
		"other choices": {func(c *Content) {
			c.Kind, c.Country, c.Themes, c.Principles = "idea", "US", []members.Topic{"weather"}, []Principle{12}
		}, "kind:choice themes:choice principles:choice country:choice", "kind:choice themes:choice principles:choice country:choice"},
		"a script as link":   {func(c *Content) { c.Links = []Link{{"x", "javascript:alert(1)"}} }, "links:url", "links:url"},
		"a link to a host":   {func(c *Content) { c.Source = "http://localhost/x" }, "source:url", "source:url"},
		"a name in a link":   {func(c *Content) { c.Source = "https://a@b.example" }, "source:url", "source:url"},
		"a label alone":      {func(c *Content) { c.Links = []Link{{Label: "x"}} }, "links:url", "links:url"},
		"too many links":     {func(c *Content) { c.Links = slices.Repeat([]Link{{"x", "https://a.example"}}, MaxLinks+1) }, "links:too-many", "links:too-many"},
		"half a translation": {func(c *Content) { c.Texts["el"] = Text{Title: "Κλειδιά"} }, "", "summary.el:required"},
		"a strange language": {func(c *Content) { c.Texts["tlh"] = Text{Title: "x"} }, "texts:choice", "texts:choice"},
	} {
		t.Run(name, func(t *testing.T) {
			practice := content("Keys")
			c.change(&practice)
			if got := refused(practice.CheckDraft()); got != c.draft {
				t.Errorf("as a draft: %q, want %q", got, c.draft)
			}
			if got := refused(practice.Check()); got != c.whole {
				t.Errorf("as a whole: %q, want %q", got, c.whole)
			}
		})
	}
}

func edit(c *Content, s Section, words string) {
	t := c.Texts[c.Original]
	*t.At(s) = words
	c.Texts[c.Original] = t
}

func TestClean(t *testing.T) {
	c := Content{
		Original: "en",
		Facts: Facts{
			Themes: []members.Topic{"health", "health"}, Principles: []Principle{7, 2, 7}, Municipality: " Πα\u0301φος\u202E ",
			Source: "pafos.example/x", Links: []Link{{}, {" a ", "a.example"}},
		},
		Texts: map[language.Tag]Text{"en": {Title: "Keys\n\x00to \u2067homes ", Goal: "one\r\n\r\ntwo\x07"}, "el": {Title: " "}},
	}.Clean()
	if got := c.Texts["en"]; got.Title != "Keys to homes" || got.Goal != "one\n\ntwo" {
		t.Errorf("%q", got)
	}
	if _, there := c.Texts["el"]; there {
		t.Error("an empty translation is kept")
	}
	if c.Municipality != "Πάφος" || c.Source != "https://pafos.example/x" || len(c.Links) != 1 || c.Links[0].URL != "https://a.example" {
		t.Errorf("%+v", c.Facts)
	}
	if len(c.Themes) != 1 || !slices.Equal(c.Principles, []Principle{2, 7}) {
		t.Errorf("%v, %v", c.Themes, c.Principles)
	}
}

// Every character that Unicode has comes back from storage, and nothing that is too large is begun.
func TestPacking(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	noise := func() string {
		var b strings.Builder
		for range MaxSection {
			b.WriteRune(rune(chance.IntN(0x10FFFF)))
		}
		return b.String()
	}
	text := Text{Challenge: noise(), Goal: noise(), Results: "<script>\u2028\u0000"}
	c := Content{Original: "en", Texts: map[language.Tag]Text{"en": text}}
	packed, err := pack(c)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := unpack(packed); err != nil || back.Texts["en"] != text {
		t.Errorf("it is another one: %v", err)
	}
	for _, l := range members.Languages {
		c.Texts[language.Tag(l)] = Text{Challenge: noise(), Goal: noise()}
	}
	if _, err := pack(c); !errors.Is(err, ErrTooLarge) {
		t.Errorf("24 languages of noise: %v", err)
	}
}
