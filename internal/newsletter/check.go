package newsletter

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// finding is something that a person should look at before a newsletter is sent.
type finding struct {
	Language language.Tag
	// Code is the end of the key of its sentence, "newsletter.check."+Code.
	Code string
	// What is the word, link or number that it is about.
	What string
	// Must says that it cannot be sent like this.
	Must bool
}

const (
	// maxMail is the size in bytes above which Gmail cuts a mail off.
	maxMail = 100_000
	// longText is how many words take about five minutes to read.
	longText = 1_000
)

// check looks through all texts of a newsletter. Whether a link's page is there it does not know: we
// fetch nothing that somebody else typed.
func (l Layout) check(n Newsletter, texts map[language.Tag]Text) ([]finding, error) {
	var all []finding
	for _, tag := range language.Available() {
		t, ok := texts[tag]
		if !ok {
			all = append(all, finding{Language: tag, Code: "missing", What: language.For(tag).Language(n.For(tag))})
			continue
		}
		edition, err := l.Edition(n, tag, t)
		if err != nil {
			return nil, err
		}
		found := checkText(tag, t)
		if size := len(edition.HTML(l.Sample())); size > maxMail {
			found = append(found, finding{Code: "size", Must: true})
		}
		for _, f := range found {
			f.Language = tag
			all = append(all, f)
		}
	}
	return all, nil
}

// checkText finds what is wrong with a text by itself.
func checkText(tag language.Tag, t Text) []finding {
	raw := []byte(t.Body)
	document := markdown().Parser().Parse(text.NewReader(raw))
	found := checkNodes(document, raw)
	plain := t.Subject + " " + string(words(document, raw))
	if len(strings.Fields(plain)) > longText {
		found = append(found, finding{Code: "long"})
	}
	if shouts(t.Subject) {
		found = append(found, finding{Code: "capitals"})
	}
	folded := " " + members.Fold(plain) + " "
	for trap := range strings.SplitSeq(language.For(tag).Text("newsletter.check.traps"), ",") {
		if strings.Contains(folded, " "+members.Fold(trap)+" ") {
			found = append(found, finding{Code: "trap", What: strings.TrimSpace(trap)})
		}
	}
	if strings.Contains(plain, "!!") {
		found = append(found, finding{Code: "trap", What: "!!"})
	}
	return found
}

// checkNodes finds links that lead nowhere and images that say nothing.
func checkNodes(document ast.Node, source []byte) []finding {
	var found []finding
	link := func(destination string) {
		if code := brokenLink(destination); code != "" {
			found = append(found, finding{Code: code, What: destination, Must: code == "link"})
		}
	}
	err := ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			link(unescape(n.Destination))
			if len(strings.TrimSpace(string(words(n, source)))) == 0 && n.FirstChild() == nil {
				found = append(found, finding{Code: "wordless", What: unescape(n.Destination), Must: true})
			}
		case *ast.AutoLink:
			link(string(n.URL(source)))
		case *ast.Image:
			link(unescape(n.Destination))
			if len(strings.TrimSpace(string(words(n, source)))) == 0 {
				found = append(found, finding{Code: "alt", What: unescape(n.Destination), Must: true})
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil { // the function above returns none
		return nil
	}
	return slices.Compact(found)
}

// placeholders are hosts that nobody can visit (RFC 2606), and those of the writer's own computer.
var placeholders = regexp.MustCompile(`(?i)(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$`)

// brokenLink says by its form what is wrong with the address of a link: "link" if it can lead
// nowhere, "placeholder" if it was probably left over, or "".
func brokenLink(destination string) string {
	u, err := url.Parse(destination)
	if err != nil || destination == "" {
		return "link"
	}
	switch u.Scheme {
	case "http", "https":
		switch {
		case u.Hostname() == "" || strings.ContainsAny(u.Host, " ,") || !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost":
			return "link"
		case placeholders.MatchString(u.Hostname()):
			return "placeholder"
		}
		return ""
	case "mailto":
		if !strings.Contains(u.Opaque, "@") {
			return "link"
		}
		return ""
	case "": // on our own site
		if !strings.HasPrefix(destination, "/") || strings.HasPrefix(destination, "//") {
			return "link"
		}
		return ""
	}
	return "link"
}

// shouts reports whether most letters of a subject of several words are capitals.
func shouts(subject string) bool {
	letters, capitals := 0, 0
	for _, r := range subject {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				capitals++
			}
		}
	}
	return letters > 8 && capitals*3 > letters*2
}
