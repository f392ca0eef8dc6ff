package newsletter

import (
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
)

func TestCheckBeforeSending(t *testing.T) {
	for name, c := range map[string]struct {
		tag  language.Tag
		text Text
		want string // codes, those that must be mended with a !
	}{
		"nothing":           {"en", english, ""},
		"a scheme":          {"en", Text{Subject: "x", Body: "[a](htp://eu.europa.eu)"}, "link!"},
		"a script":          {"en", Text{Subject: "x", Body: "[a](javascript:alert)"}, "link!"},
		"no address":        {"en", Text{Subject: "x", Body: "[a]()"}, "link!"},
		"half an address":   {"en", Text{Subject: "x", Body: "[a](https://)"}, "link!"},
		"a host in part":    {"en", Text{Subject: "x", Body: "[a](https://europa/news)"}, "link!"},
		"not from the top":  {"en", Text{Subject: "x", Body: "[a](members)"}, "link!"},
		"a placeholder":     {"en", Text{Subject: "x", Body: "[a](https://www.example.org/x)"}, "placeholder"},
		"good links":        {"en", Text{Subject: "x", Body: "[a](/members) [b](https://eu.europa.eu) [c](mailto:a@munet.eu) https://munet.eu"}, ""},
		"a link in silence": {"en", Text{Subject: "x", Body: "[](https://eu.europa.eu)"}, "wordless!"},
		"an image":          {"en", Text{Subject: "x", Body: "![](/a.png)"}, "alt!"},
		"capitals":          {"en", Text{Subject: "NEWS FOR ALL", Body: "x"}, "capitals"},
		"traps":             {"en", Text{Subject: "x", Body: "Please CLICK HERE."}, "trap"},
		"Greek traps":       {"el", Text{Subject: "x", Body: "Κάντε κλικ εδώ!!"}, "trap trap"},
		"no trap":           {"en", Text{Subject: "x", Body: "They click hereafter."}, ""},
		"a long text":       {"en", Text{Subject: "x", Body: strings.Repeat("word ", 1001)}, "long"},
	} {
		var codes []string
		for _, f := range checkText(c.tag, c.text) {
			code := f.Code
			if f.Must {
				code += "!"
			}
			codes = append(codes, code)
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatMustBeMendedIsNotSent(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": {Subject: "x", Body: "[broken](htp://x)\n\n" + strings.Repeat("- a\n", 4000)}})
	page := o.open(path + "/send")
	for _, want := range []string{"htp://x", "There is no text in Greek", "larger than 100 KB"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page before sending lacks %q:\n%s", want, page)
		}
	}
	page = o.refused(422, path+"/send", o.immediately(path))
	if !strings.Contains(page, "must be mended") {
		t.Errorf("the page does not say why it is not sent:\n%s", page)
	}
}
