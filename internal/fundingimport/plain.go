package fundingimport

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/municipalitiesnet/munet/internal/call"
)

// plain makes plain text of HTML that comes from outside: paragraphs, headings and lists. Nothing of
// the markup itself is left, so nothing of it can reach a page. Text without markup stays as it is.
func plain(markup string) call.Text {
	if len(markup) > maxMarkup {
		markup = markup[:maxMarkup]
	}
	var w writer
	tokens := html.NewTokenizer(strings.NewReader(markup))
	tokens.SetMaxBuf(maxMarkup)
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end; a tokenizer takes whatever it is given
			w.close()
			return call.Text(call.Cut(strings.TrimSpace(w.out.String()), call.MaxText))
		case html.TextToken:
			if w.hidden == 0 {
				w.text(string(tokens.Text()))
			}
		case html.StartTagToken:
			w.start(tokens.Token())
		case html.EndTagToken:
			w.end(tokens.Token())
		case html.SelfClosingTagToken:
			if tokens.Token().DataAtom == atom.Br {
				w.close()
			}
		case html.CommentToken, html.DoctypeToken: // not for readers
		}
	}
}

// maxMarkup is the most markup that is looked at, in bytes; a topic's description has some tens of
// thousands.
const maxMarkup = 1 << 20

// writer writes a text in the form of [call.Text].
type writer struct {
	out    strings.Builder
	line   strings.Builder
	prefix string // of the block that is being written: "## ", "- " or none
	last   string // the prefix of the block before
	lists  int
	hidden int // within elements that have no text for readers
	href   string
}

// text adds words, with the space around them that divides them from their neighbours.
func (w *writer) text(s string) {
	words := strings.Fields(s)
	if len(words) == 0 || !strings.HasPrefix(s, words[0]) {
		w.space()
	}
	w.line.WriteString(strings.Join(words, " "))
	if len(words) > 0 && !strings.HasSuffix(s, words[len(words)-1]) {
		w.space()
	}
}

func (w *writer) space() {
	if n := w.line.Len(); n > 0 && w.line.String()[n-1] != ' ' {
		w.line.WriteByte(' ')
	}
}

func (w *writer) start(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Iframe, atom.Title: // the tokenizer finds the end of each
		w.hidden++
	case atom.Ul, atom.Ol:
		w.close()
		w.lists++
	case atom.Li:
		w.close()
		w.prefix = "- "
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.close()
		w.prefix = "## "
	case atom.P, atom.Div:
		if w.prefix != "- " || w.line.Len() > 0 { // an item of a list often holds a paragraph
			w.close()
		}
		if w.lists == 0 && strings.Contains(attribute(t, "class"), "topicdescriptionkind") { // the portal's headings
			w.prefix = "## "
		}
	case atom.Tr, atom.Table, atom.Section, atom.Article, atom.Blockquote, atom.Pre, atom.Br, atom.Hr, atom.Dt, atom.Dd:
		w.close()
	case atom.Td, atom.Th:
		w.space()
	case atom.A:
		w.href = attribute(t, "href")
	}
}

func (w *writer) end(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Iframe, atom.Title:
		w.hidden = max(w.hidden-1, 0)
	case atom.Ul, atom.Ol:
		w.close()
		w.lists = max(w.lists-1, 0)
	case atom.Li, atom.P, atom.Div, atom.Tr, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.close()
	case atom.A:
		w.link()
	}
}

// link writes where a link leads behind its words.
func (w *writer) link() {
	if strings.HasPrefix(w.href, "https://") && !strings.Contains(w.line.String(), w.href) && len(w.href) <= 300 && w.line.Len() > 0 {
		words := strings.TrimRight(w.line.String(), " ")
		w.line.Reset()
		w.line.WriteString(words + " (" + w.href + ")")
	}
	w.href = ""
}

// close ends the block that is being written.
func (w *writer) close() {
	line := strings.TrimSpace(w.line.String())
	line = strings.TrimLeft(line, "-# ") // what would read as a mark of ours
	prefix := w.prefix
	w.line.Reset()
	w.prefix = ""
	if prefix == "## " {
		line = strings.TrimSuffix(line, ":")
	}
	if line == "" {
		return
	}
	switch {
	case w.out.Len() == 0:
	case prefix == "- " && w.last == "- ":
		w.out.WriteString("\n")
	default:
		w.out.WriteString("\n\n")
	}
	w.out.WriteString(prefix + line)
	w.last = prefix
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
