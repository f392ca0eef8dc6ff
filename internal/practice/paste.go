package practice

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pastedSigns are the elements that pasted text is recognised by: nobody types them into Markdown.
var pastedSigns = []atom.Atom{
	atom.P, atom.Div, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Tr, atom.Td, atom.Th, atom.Br, atom.Span, atom.Font,
	atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Html, atom.Body,
}

// isHTML reports whether a text holds elements of pasted HTML.
func isHTML(s string) bool {
	if !strings.Contains(s, "<") {
		return false
	}
	for tokens := html.NewTokenizer(strings.NewReader(s)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return false
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := tokens.TagName()
			if slices.Contains(pastedSigns, atom.Lookup(name)) {
				return true
			}
		case html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// fromHTML turns what was pasted out of a word processor or a web page into Markdown: paragraphs,
// headings, lists, bold, italics and links stay; styles, scripts, comments and what Microsoft Office
// adds do not. What is not HTML comes back as it is.
func fromHTML(s string) string {
	if !isHTML(s) {
		return s
	}
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return strings.ReplaceAll(s, "<", "&lt;")
	}
	var p paste
	for _, n := range nodes {
		if n.Type == html.TextNode { // between the elements may stand Markdown that was typed
			p.line.WriteString(strings.ReplaceAll(n.Data, "<", "&lt;"))
			continue
		}
		p.node(n)
	}
	p.end()
	return p.out.String()
}

// paste writes Markdown, block by block.
type paste struct {
	out  strings.Builder
	line strings.Builder // the words of the block at hand
	// marker is what the next block begins with, such as "- ", and indent what stands before it and
	// before the lines below.
	marker, indent string
	counts         []int // of the open lists, -1 for those without numbers
	wasItem        bool  // whether the block before was an item of a list
}

// end finishes the block at hand, if there are words in it.
func (p *paste) end() {
	words := strings.TrimSpace(p.line.String())
	p.line.Reset()
	if words == "" {
		return
	}
	isItem := p.marker != "" && p.marker[0] != '#'
	if p.out.Len() > 0 {
		p.out.WriteString("\n")
		if !isItem || !p.wasItem {
			p.out.WriteString("\n")
		}
	}
	outside := p.indent[:max(0, len(p.indent)-len(p.marker))]
	if !isItem {
		outside = p.indent
	}
	p.out.WriteString(outside + p.marker + strings.ReplaceAll(words, "\n", "\n"+p.indent))
	p.wasItem, p.marker = isItem, ""
}

func (p *paste) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.node(c)
	}
}

func (p *paste) node(n *html.Node) {
	if n.Type == html.TextNode {
		p.text(n.Data)
		return
	}
	if n.Type != html.ElementNode { // comments, such as the conditions of Office
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Math,
		atom.Noscript, atom.Select, atom.Noembed, atom.Noframes:
	case atom.Br:
		p.line.WriteString("  \n")
	case atom.B, atom.Strong:
		p.mark("**", n)
	case atom.I, atom.Em:
		p.mark("*", n)
	case atom.A:
		p.link(n)
	case atom.Ul:
		p.list(n, -1)
	case atom.Ol:
		p.list(n, 0)
	case atom.Li:
		p.item(n)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.end()
		if p.marker == "" {
			p.marker = "### "
		}
		p.children(n)
		p.end()
	case atom.Td, atom.Th:
		p.children(n)
		p.line.WriteString(" ")
	case atom.P, atom.Div, atom.Tr, atom.Table, atom.Blockquote, atom.Section, atom.Article, atom.Header, atom.Footer,
		atom.Main, atom.Aside, atom.Figure, atom.Dl, atom.Dt, atom.Dd, atom.Pre, atom.Hr, atom.Address, atom.Form:
		p.block(n)
	default: // spans, fonts, and what Office calls o:p
		p.children(n)
	}
}

func (p *paste) block(n *html.Node) {
	p.end()
	if n.DataAtom == atom.P && strings.HasPrefix(attribute(n, "class"), "MsoListParagraph") {
		p.item(n) // a list as Word writes it
		return
	}
	p.children(n)
	p.end()
}

func (p *paste) list(n *html.Node, count int) {
	p.end()
	p.counts = append(p.counts, count)
	p.children(n)
	p.counts = p.counts[:len(p.counts)-1]
	p.end()
}

func (p *paste) item(n *html.Node) {
	p.end()
	outside, marker := p.indent, "- "
	if last := len(p.counts) - 1; last >= 0 && p.counts[last] >= 0 {
		p.counts[last]++
		marker = strconv.Itoa(p.counts[last]) + ". "
	}
	p.marker, p.indent = marker, outside+strings.Repeat(" ", len(marker))
	p.children(n)
	p.end()
	p.marker, p.indent = "", outside
}

// mark puts signs around the words of an element, and the blanks at its ends outside of them.
func (p *paste) mark(sign string, n *html.Node) {
	if holdsBlocks(n) {
		p.children(n)
		return
	}
	inner := p.inline(n)
	words := strings.TrimSpace(inner)
	if words == "" || strings.Contains(words, "\n") || strings.HasPrefix(words, "*") || strings.HasSuffix(words, "*") {
		p.line.WriteString(inner)
		return
	}
	before, after, _ := strings.Cut(inner, words)
	p.line.WriteString(before + sign + words + sign + after)
}

// link writes a link if it leads to the web or a mailbox, else its words.
func (p *paste) link(n *html.Node) {
	if holdsBlocks(n) {
		p.children(n)
		return
	}
	words := p.inline(n)
	u, err := url.Parse(strings.TrimSpace(attribute(n, "href")))
	if err != nil || strings.TrimSpace(words) == "" || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") {
		p.line.WriteString(words)
		return
	}
	to := strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20").Replace(u.String())
	p.line.WriteString("[" + strings.TrimSpace(words) + "](" + to + ")")
}

// holdsBlocks reports whether an element that should be part of a line is put around paragraphs, as some
// programs do with all that is copied.
func holdsBlocks(n *html.Node) bool {
	for c := range n.Descendants() {
		switch c.DataAtom {
		case atom.Span, atom.Br, atom.Font:
		default:
			if slices.Contains(pastedSigns, c.DataAtom) {
				return true
			}
		}
	}
	return false
}

// inline returns the words in an element that is part of a line.
func (p *paste) inline(n *html.Node) string {
	before := p.line.String()
	p.line.Reset()
	p.children(n)
	inner := p.line.String()
	p.line.Reset()
	p.line.WriteString(before)
	return inner
}

// text writes words as they are: what would be a sign of Markdown is escaped.
func (p *paste) text(s string) {
	words := strings.Join(strings.Fields(s), " ")
	if words == "" {
		if s != "" {
			p.line.WriteString(" ")
		}
		return
	}
	if html.UnescapeString(words) != words {
		words = strings.ReplaceAll(words, "&", "&amp;")
	}
	words = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", "&lt;").Replace(words)
	if p.line.Len() == 0 && strings.ContainsAny(words[:1], "#+->=~") {
		words = `\` + words
	}
	if strings.TrimLeft(s, " \t\n\u00A0") != s {
		words = " " + words
	}
	if strings.TrimRight(s, " \t\n\u00A0") != s {
		words += " "
	}
	p.line.WriteString(words)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
