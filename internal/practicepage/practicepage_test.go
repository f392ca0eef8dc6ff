package practicepage_test

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
)

func TestHTML(t *testing.T) {
	for source, want := range map[string]string{
		"# Top\n\n## Next":                              "<h3>Top</h3>\n<h3>Next</h3>\n",
		"- one\n- two":                                  "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
		"3. three":                                      "<ol start=\"3\">\n<li>three</li>\n</ol>\n",
		"[words](https://a.example/?b=1&c=\")":          `<p><a href="https://a.example/?b=1&amp;c=%22" rel="nofollow noopener">words</a></p>` + "\n",
		"[words](https://a.example/?b=1&c=2)":           `<p><a href="https://a.example/?b=1&amp;c=2" rel="nofollow noopener">words</a></p>` + "\n",
		"[x](javascript:alert(1))":                      "<p><a>x</a></p>\n",
		"[x](data:text/html,hello)":                     "<p><a>x</a></p>\n",
		"[x](//evil.example)":                           "<p><a>x</a></p>\n",
		"![a < b \"picture\"](https://a.example/x.png)": "<p>a &lt; b &#34;picture&#34;</p>\n",
		"<script>alert(1)</script>":                     "\n",
		"a <img src=x onerror=alert(1)> b":              "<p>a  b</p>\n",
		"مرحبا **بكم**":                                 "<p>مرحبا <strong>بكم</strong></p>\n",
	} {
		got, err := practicepage.HTML(source)
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", source, got, err, want)
		}
	}
}

func FuzzHTML(f *testing.F) {
	f.Add("<a href=\"javascript:x\">[y](<javascript:z>)")
	f.Add("![x](x \"onerror=1\")\n\n```html\n<script>\n```")
	f.Add("\x00\xff [a](\u202ehttps://x) &#106;avascript:")
	allowed := "p ul ol li a blockquote hr br pre code strong em h3 h4 h5 h6"
	f.Fuzz(func(t *testing.T, source string) {
		got, err := practicepage.HTML(source)
		if err != nil {
			t.Fatal(err)
		}
		for tokens := html.NewTokenizer(strings.NewReader(string(got))); tokens.Next() != html.ErrorToken; {
			token := tokens.Token()
			if token.Type != html.StartTagToken {
				continue
			}
			if !strings.Contains(" "+allowed+" ", " "+token.Data+" ") {
				t.Fatalf("<%s> in %q", token.Data, got)
			}
			for _, a := range token.Attr {
				safe := a.Key == "rel" || a.Key == "start" ||
					a.Key == "href" && (strings.HasPrefix(strings.ToLower(a.Val), "http") || strings.HasPrefix(strings.ToLower(a.Val), "mailto:"))
				if !safe {
					t.Fatalf("%s=%q in %q", a.Key, a.Val, got)
				}
			}
		}
	})
}

func content() practice.Content {
	return practice.Content{
		Facts: practice.Facts{
			Kind: "practice", Themes: nil, Principles: []practice.Principle{4, 10}, Targets: []practice.Target{"women", "families"},
			Country: "CY", Municipality: "Pafos", Population: "20to50k", Status: "finished", Begin: "2023-03", End: "2024-12",
			Cost: "10to50k", Funding: []practice.Funding{"own", "amif"}, Evidence: "monitoring", Source: "https://www.pafos.example/women",
			Links: []practice.Link{{Label: "Report", URL: "https://pafos.example/report.pdf"}}, Licence: "CC-BY-4.0", Mentoring: true,
		},
		Original: "en",
		Texts: map[language.Tag]practice.Text{
			"en": {Title: "Kitchen of the world", Summary: "Women cook and learn.", Challenge: "They met nobody.", HowItWorks: "## Weekly\n\n- cook\n- talk"},
			"el": {Title: "Κουζίνα του κόσμου", Summary: "Γυναίκες μαγειρεύουν."},
			"ar": {Title: "مطبخ العالم", Summary: "نساء يطبخن."},
		},
	}
}

// show renders the whole article on an English page.
func show(t *testing.T, a practicepage.Article) string {
	t.Helper()
	pages := page.New(fstest.MapFS{"templates/x.html": {Data: []byte(
		`{{define "title"}}x{{end}}{{define "heading"}}{{template "practice-title" .Data}}{{end}}{{define "content"}}{{template "practice" .Data}}{{end}}`,
	)}}, practicepage.Templates)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/?lang=en", nil)
	if err := pages.Render(w, r, http.StatusOK, "x.html", a); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

func TestPeriodWithoutEnd(t *testing.T) {
	c := content()
	c.Status, c.End = "running", ""
	a, err := practicepage.New(c, "Municipality of Pafos", "en")
	if err != nil {
		t.Fatal(err)
	}
	if got := show(t, a); !strings.Contains(got, "<dd>March 2023 –<") {
		t.Errorf("a practice that goes on has another period:\n%s", got)
	}
}

func TestArticle(t *testing.T) {
	a, err := practicepage.New(content(), "Municipality of Pafos", "en")
	if err != nil {
		t.Fatal(err)
	}
	got := show(t, a)
	for _, want := range []string{
		`<h1 lang="en" dir="auto">Kitchen of the world</h1>`, `Women cook and learn.`, `<h2>The challenge</h2>`, "<h3>Weekly</h3>",
		"March 2023 – December 2024", "Women, Families", "4. Language, history", "Own budget, Asylum", `href="https://pafos.example/report.pdf" rel="nofollow noopener"`,
		`href="https://creativecommons.org/licenses/by/4.0/" rel="license noopener"`, "<bdi>Pafos</bdi>, Cyprus", "would help others",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the article lacks %s", want)
		}
	}
	if strings.Contains(got, "<h2>The goal</h2>") || strings.Contains(got, "Translated") {
		t.Error("the article shows an empty section, or calls the original a translation")
	}
}

func TestTranslation(t *testing.T) {
	a, err := practicepage.New(content(), "Municipality of Pafos", "fr", "ar", "el")
	if err != nil {
		t.Fatal(err)
	}
	if a.Language != "ar" || !a.Translated() || len(a.Others) != 2 || a.Others[0] != "el" {
		t.Errorf("language %s, others %v", a.Language, a.Others)
	}
	if got := show(t, a); !strings.Contains(got, `<h1 lang="ar" dir="auto">مطبخ العالم</h1>`) || !strings.Contains(got, "Translated from: English.") {
		t.Error("the article does not say that it is a translation, or in which language")
	}
}

func TestAnUnfinishedDraftCanBeShown(t *testing.T) {
	a, err := practicepage.New(practice.Content{Original: "en", Texts: map[language.Tag]practice.Text{"en": {Title: "T"}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := show(t, a); !strings.Contains(got, ">T</h1>") {
		t.Error("no title")
	}
	var none template.HTML
	if got, err := practicepage.HTML(""); got != none || err != nil {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

func TestStateTag(t *testing.T) {
	for state, tone := range map[practice.State]string{
		practice.Drafted: "plain", practice.Submitted: "waiting", practice.ChangesAsked: "waiting",
		practice.Published: "good", practice.Declined: "bad", practice.Archived: "plain",
	} {
		if got := practicepage.StateTag(language.For("en"), state); got.Tone != tone || got.Text == "" {
			t.Errorf("%s: %+v, want tone %s", state, got, tone)
		}
	}
}

func TestMonths(t *testing.T) {
	for in, want := range map[string]string{"2024-03": "3", "2024-12": "12", "": "", "2024-13": "", "2024": "", "2024-00": ""} {
		got := ""
		if m := (practicepage.Article{Facts: practice.Facts{Begin: in}}).Began(); m != nil {
			got = m.Number
		}
		if got != want {
			t.Errorf("%q: month %q, want %q", in, got, want)
		}
	}
}
