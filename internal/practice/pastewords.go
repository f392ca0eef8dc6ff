package practice

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pastedMark is an open element within a line: bold, italics or a link.
type pastedMark struct {
	element atom.Atom
	start   int // in the line
	href    string
}

// mark closes bold, italics or a link: what stands between its ends gets its signs. One that was put
// around whole blocks, as some programs do with all that is copied, gets none.
func (p *paste) mark(a atom.Atom) {
	last := len(p.marks) - 1
	for last >= 0 && p.marks[last].element != a {
		last--
	}
	if last < 0 {
		return
	}
	m := p.marks[last]
	p.marks = p.marks[:last]
	inner := string(p.line[m.start:])
	words := strings.TrimSpace(inner)
	before, after, _ := strings.Cut(inner, words)
	switch left, right := m.signs(); {
	case left == "" || words == "" || strings.Contains(words, "\n"):
	case a != atom.A && (strings.HasPrefix(words, "*") || strings.HasSuffix(words, "*")): // signs that would touch
	default:
		p.line = append(p.line[:m.start], before+left+words+right+after...)
	}
}

// signs are what stands before and after the words; none for a link that leads neither to the web nor
// to a mailbox.
func (m pastedMark) signs() (left, right string) {
	switch m.element {
	case atom.B, atom.Strong:
		return "**", "**"
	case atom.I, atom.Em:
		return "*", "*"
	}
	u, err := url.Parse(strings.TrimSpace(m.href))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") {
		return "", ""
	}
	to := strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20").Replace(u.String())
	return "[", "](" + to + ")"
}

// text writes words as they are: what would be a sign of Markdown is escaped.
func (p *paste) text(s string) {
	if p.hidden != 0 {
		return
	}
	if p.depth == 0 { // between the elements may stand Markdown that was typed
		p.line = append(p.line, strings.ReplaceAll(s, "<", "&lt;")...)
		return
	}
	words := strings.Join(strings.Fields(s), " ")
	if words == "" {
		p.line = append(p.line, ' ')
		return
	}
	if html.UnescapeString(words) != words {
		words = strings.ReplaceAll(words, "&", "&amp;")
	}
	words = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;").Replace(words)
	if len(p.line) == 0 && strings.ContainsAny(words[:1], "#+->=~") {
		words = `\` + words
	}
	if first, _ := utf8.DecodeRuneInString(s); unicode.IsSpace(first) {
		words = " " + words
	}
	if last, _ := utf8.DecodeLastRuneInString(s); unicode.IsSpace(last) {
		words += " "
	}
	p.line = append(p.line, words...)
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
