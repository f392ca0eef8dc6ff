package mail

import (
	"errors"
	"html/template"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/internal/language"
)

var site = Site{Name: "MuNet", URL: "https://munet.example", PostalAddress: "MuNet, 1 Town Square, Nicosia, Cyprus"}

func approval() Letter {
	return Letter{
		Language: "en",
		Subject:  "Larnaca is now a member",
		Heading:  "Welcome to the network",
		Body: []string{
			"Your registration of the Municipality of Larnaca has been approved by a coordinator of the network.",
		},
		Facts:          [][2]string{{"Organisation", "Municipality of Larnaca"}, {"Country", "Cyprus"}},
		Quote:          "We are glad to have you.\nSee you in Brussels <soon>.",
		Action:         &Action{Label: "Sign in", URL: "https://munet.example/sign-in?next=%2Fprofile&lang=en"},
		Code:           "7K3M-9XQA",
		After:          []string{"Type the code within 10 minutes."},
		Reason:         "You get this mail because you registered this organisation with MuNet.",
		PreferencesURL: "https://munet.example/preferences?t=abc",
	}
}

func TestLetterText(t *testing.T) {
	m, err := approval().Message(site, Address{"MuNet", "notices@munet.example"}, Address{"", "maria@larnaca.example"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `MuNet

Welcome to the network
======================

Your registration of the Municipality of Larnaca has been approved by a
coordinator of the network.

  Organisation  Municipality of Larnaca
  Country       Cyprus

> We are glad to have you.
> See you in Brussels <soon>.

Sign in:
https://munet.example/sign-in?next=%2Fprofile&lang=en

Your code:

    7K3M-9XQA

Type the code within 10 minutes.

-- 
MuNet, https://munet.example
MuNet, 1 Town Square, Nicosia, Cyprus

You get this mail because you registered this organisation with MuNet.

Choose which emails you get:
https://munet.example/preferences?t=abc
`
	if m.Text != want {
		t.Errorf("text:\n%s\nwant:\n%s", m.Text, want)
	}
}

func TestLetterTextKeepsToTheColumns(t *testing.T) {
	l := approval()
	l.Language = "el"
	l.Heading = strings.Repeat("Επιβεβαίωση ", 20)
	l.Body = []string{strings.Repeat("Η εγγραφή του Δήμου Λάρνακας ", 20)}
	l.Facts = append(l.Facts, [2]string{"Ένα όνομα στοιχείου που δεν χωρά στη στήλη", strings.Repeat("τιμή ", 40)})
	l.Quote = strings.Repeat("λόγια ", 40)
	m, err := l.Message(site, Address{}, Address{})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(m.Text, "\n") {
		if width(line) > columns && !strings.HasPrefix(line, "https://") {
			t.Errorf("line of %d characters: %q", width(line), line)
		}
	}
}

func TestLetterHTML(t *testing.T) {
	for _, tag := range []language.Tag{"en", "el"} {
		t.Run(string(tag), func(t *testing.T) {
			l := approval()
			l.Language = tag
			m, err := l.Message(site, Address{}, Address{})
			if err != nil {
				t.Fatal(err)
			}
			checkHTML(t, m.HTML, string(tag))
			words := visible(t, m.HTML)
			for _, want := range []string{
				"MuNet", l.Heading, l.Body[0], "Municipality of Larnaca", "See you in Brussels <soon>.", "Sign in", "7K3M-9XQA",
				l.After[0], l.Reason, site.PostalAddress, language.For(tag).Text("mail.preferences"), l.Action.URL,
			} {
				if !strings.Contains(words, want) {
					t.Errorf("%q is not to be seen in:\n%s", want, words)
				}
			}
		})
	}
}

func TestALetterOfTheLeastIsWhole(t *testing.T) {
	l := Letter{Language: "en", Subject: "Hello", Heading: "Hello", Reason: "Because."}
	m, err := l.Message(Site{Name: "MuNet", URL: "https://munet.example"}, Address{}, Address{})
	if err != nil {
		t.Fatal(err)
	}
	checkHTML(t, m.HTML, "en")
	for _, absent := range []string{"blockquote>", "<h2", "class=\"button\"", "class=\"box\"", "<th"} {
		if strings.Contains(m.HTML, absent) {
			t.Errorf("an empty letter has %q", absent)
		}
	}
	if strings.Contains(m.Text, "\n\n\n") {
		t.Errorf("text has a gap:\n%s", m.Text)
	}
}

func TestLetterRefusesOtherLinks(t *testing.T) {
	for name, damage := range map[string]func(*Letter){
		"script":   func(l *Letter) { l.Action.URL = "javascript:alert(1)" },
		"relative": func(l *Letter) { l.PreferencesURL = "/preferences" },
		"empty":    func(l *Letter) { l.Action.URL = "" },
	} {
		t.Run(name, func(t *testing.T) {
			l := approval()
			damage(&l)
			if _, err := l.Message(site, Address{}, Address{}); !errors.Is(err, ErrLink) {
				t.Errorf("Message fails with %v, want ErrLink", err)
			}
		})
	}
}

// checkHTML holds the HTML of every mail to what mail programs and readers
// need: its language, no image, no script, nothing loaded from elsewhere.
func checkHTML(t *testing.T, source, lang string) {
	t.Helper()
	for n := range parseHTML(t, source).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
		}
		switch n.Data {
		case "html":
			if attributes["lang"] != lang || attributes["dir"] != "ltr" {
				t.Errorf("html has %v, want lang %s and dir ltr", attributes, lang)
			}
		case "img", "script", "link", "iframe", "form":
			t.Errorf("a mail has <%s>", n.Data)
		case "a":
			if !isLink(attributes["href"]) {
				t.Errorf("link to %q", attributes["href"])
			}
		}
	}
	if !strings.Contains(source, "prefers-color-scheme: dark") || !strings.Contains(source, `width="600"`) {
		t.Error("no dark mode or no width of 600")
	}
	if strings.Contains(source, "ZgotmplZ") {
		t.Error("html/template refused a value")
	}
}

// visible returns the text of a page.
func visible(t *testing.T, source string) string {
	t.Helper()
	var words []string
	for n := range parseHTML(t, source).Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			words = append(words, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(words, " ")
}

func parseHTML(t *testing.T, source string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func frame() Frame {
	return Frame{
		Site: site, Language: "el", From: Address{"MuNet", "news@munet.example"}, Subject: "Νέα του δικτύου",
		Preview: "Τρεις νέες πρακτικές", Heading: "Νέα του Μαρτίου",
		HTML: "<h2>Πρακτικές</h2><p>Τρεις νέες.</p>", Text: "Πρακτικές\n\nΤρεις νέες.",
		Reason: "Λαμβάνετε το μήνυμα ως μέλος.", ListID: "newsletter.munet.example",
	}
}

func reader() Reader {
	return Reader{
		Address:        Address{"Μαρία", "maria@larnaca.example"},
		PreferencesURL: "https://munet.example/preferences?t=" + strings.Repeat("P", 90) + "&lang=el",
		UnsubscribeURL: "https://munet.example/unsubscribe?t=" + strings.Repeat("U", 90),
		Tags:           map[string]string{"delivery": "D1"},
		Date:           time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC), ID: "one@munet.example",
	}
}

func TestEdition(t *testing.T) {
	e, err := frame().Edition()
	if err != nil {
		t.Fatal(err)
	}
	r := reader()
	m, err := e.To(r)
	if err != nil {
		t.Fatal(err)
	}
	raw := mustMIME(t, m)
	got := receive(t, raw)
	if got.text != e.Text(r) || got.html != e.HTML(r) {
		t.Errorf("the mail differs from its preview:\n%s\n%s", got.text, got.html)
	}
	checkHTML(t, got.html, "el")
	for _, want := range []string{r.PreferencesURL, r.UnsubscribeURL, "Τρεις νέες.", "Λαμβάνετε", site.PostalAddress} {
		if !strings.Contains(got.text, want) {
			t.Errorf("the text lacks %q:\n%s", want, got.text)
		}
	}
	if !strings.Contains(got.html, strings.ReplaceAll(r.PreferencesURL, "&", "&amp;")) || strings.Contains(got.html+got.text, "slot.invalid") {
		t.Errorf("the links are not in the HTML:\n%s", got.html)
	}
	if got.header.Get("List-Unsubscribe") != "<"+r.UnsubscribeURL+">" {
		t.Errorf("List-Unsubscribe %q", got.header.Get("List-Unsubscribe"))
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 78 && !strings.HasPrefix(line, "List-Unsubscribe:") {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
}

func TestEditionRefusesALinkThatBreaksOut(t *testing.T) {
	e, err := frame().Edition()
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"", "/unsubscribe", "javascript:x", "https://munet.example/\r\nBcc: x", "https://munet.example/ x"} {
		r := reader()
		r.UnsubscribeURL = url
		if _, err := e.To(r); !errors.Is(err, ErrLink) {
			t.Errorf("To with %q fails with %v, want ErrLink", url, err)
		}
	}
}

func BenchmarkEditionToMIME(b *testing.B) {
	f := frame()
	f.HTML += template.HTML(strings.Repeat("<p>Τρεις νέες πρακτικές.</p>", 100))
	e, err := f.Edition()
	if err != nil {
		b.Fatal(err)
	}
	r := reader()
	b.ReportAllocs()
	for b.Loop() {
		m, err := e.To(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.MIME(); err != nil {
			b.Fatal(err)
		}
	}
}
