package practice

import (
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
//
// It reads tokens and builds no tree: golang.org/x/net/html's parser would make the function's file
// 57 KB larger, and whatever is not well nested is only laid out a little differently.
func fromHTML(s string) string {
	if !isHTML(s) {
		return s
	}
	var p paste
	for tokens := html.NewTokenizer(strings.NewReader(s)); ; {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			p.end()
			return p.out.String()
		case html.TextToken:
			p.text(tokens.Token().Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(tokens.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			p.close(tokens.Token().DataAtom)
		case html.CommentToken, html.DoctypeToken: // such as the conditions of Office
		}
	}
}

// paste writes Markdown, block by block.
type paste struct {
	out  strings.Builder
	line []byte // the words of the block at hand
	// depth is how many elements are open; words outside of all may be Markdown that was typed.
	depth int
	// marker is what the next block begins with, such as "- ", and indent what stands before it and
	// before the lines below.
	marker, indent string
	wasItem        bool // whether the block before was an item of a list
	lists          []pastedList
	marks          []pastedMark // open in the block at hand
	// hidden is the element whose words are left out, and how often it is open.
	hidden      atom.Atom
	hiddenDepth int
}

// maxNested is how deep lists, and marks within a line, may stand in one another; what is deeper counts
// as if it were not. It bounds what a paste can cost: each level repeats what stands before its lines.
const maxNested = 10

// pastedList is an open list: what stands before it, and the number of its last item, -1 for a list
// without numbers.
type pastedList struct {
	indent string
	count  int
}

// isBlock reports whether an element begins a line of its own.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Tr, atom.Table, atom.Blockquote, atom.Section, atom.Article, atom.Header, atom.Footer,
		atom.Main, atom.Aside, atom.Figure, atom.Dl, atom.Dt, atom.Dd, atom.Pre, atom.Hr, atom.Address, atom.Form,
		atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// isHidden reports whether the words of an element are no text for readers.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Math,
		atom.Noscript, atom.Select, atom.Noembed, atom.Noframes:
		return true
	}
	return false
}

func (p *paste) open(t html.Token, closed bool) {
	switch a := t.DataAtom; {
	case p.hidden != 0:
		if a == p.hidden && !closed {
			p.hiddenDepth++
		}
		return
	case isHidden(a):
		if !closed {
			p.hidden, p.hiddenDepth = a, 1
		}
		return
	case a == atom.Br:
		p.line = append(p.line, "  \n"...)
		return
	case isBlock(a):
		p.end()
		p.begin(t)
	case (a == atom.B || a == atom.Strong || a == atom.I || a == atom.Em || a == atom.A) && len(p.marks) < maxNested:
		p.marks = append(p.marks, pastedMark{a, len(p.line), attribute(t, "href")})
	}
	if !closed && t.DataAtom != atom.Hr && t.DataAtom != atom.Img && t.DataAtom != atom.Meta && t.DataAtom != atom.Link {
		p.depth++
	}
}

// begin prepares the block of an element.
func (p *paste) begin(t html.Token) {
	switch t.DataAtom {
	case atom.Ul:
		p.list(-1)
	case atom.Ol:
		p.list(0)
	case atom.Li:
		p.item()
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if p.marker == "" {
			p.marker = "### "
		}
	case atom.P:
		if strings.HasPrefix(attribute(t, "class"), "MsoListParagraph") { // a list as Word writes it
			p.item()
		}
	}
}

// list begins a list within what is open.
func (p *paste) list(count int) {
	l := pastedList{p.indent, count}
	if last := len(p.lists) - 1; last >= maxNested {
		l.indent = p.lists[last].indent
	}
	p.lists = append(p.lists, l)
}

// item begins an item of the innermost list.
func (p *paste) item() {
	list := &pastedList{count: -1}
	if len(p.lists) > 0 {
		list = &p.lists[len(p.lists)-1]
	}
	p.marker = "- "
	if list.count >= 0 {
		list.count++
		p.marker = strconv.Itoa(list.count) + ". "
	}
	p.indent = list.indent + strings.Repeat(" ", len(p.marker))
}

func (p *paste) close(a atom.Atom) {
	switch {
	case p.hidden != 0:
		if a == p.hidden {
			if p.hiddenDepth--; p.hiddenDepth == 0 {
				p.hidden = 0
			}
		}
		return
	case a == atom.Td || a == atom.Th:
		p.line = append(p.line, ' ')
	case isBlock(a):
		p.end()
		p.leave(a)
	default:
		p.mark(a)
	}
	p.depth = max(0, p.depth-1)
}

// leave ends what the block of an element has set.
func (p *paste) leave(a atom.Atom) {
	last := len(p.lists) - 1
	switch {
	case (a == atom.Ul || a == atom.Ol) && last >= 0:
		p.indent, p.lists = p.lists[last].indent, p.lists[:last]
		p.marker = ""
	case a == atom.Li && last >= 0:
		p.indent, p.marker = p.lists[last].indent, ""
	case last < 0:
		p.indent, p.marker = "", ""
	}
}

// end finishes the block at hand, if there are words in it.
func (p *paste) end() {
	words := strings.TrimSpace(string(p.line))
	p.line, p.marks = p.line[:0], p.marks[:0]
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
	before := p.indent
	if isItem {
		before = strings.TrimSuffix(p.indent, strings.Repeat(" ", len(p.marker)))
	}
	p.out.WriteString(before + p.marker + strings.ReplaceAll(words, "\n", "\n"+p.indent))
	p.wasItem, p.marker = isItem, ""
}
