package newsletter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// columns is the width of the plain-text part in characters.
const columns = 72

// plainText lays a parsed text out for those who read their mail without HTML: headings are
// underlined, lists and quotations indented, and each link has a number whose address stands below
// the block that the link is in.
type plainText struct {
	source []byte
	out    strings.Builder
	links  int
	below  []string // addresses of the links in the present block
}

func (p *plainText) document(document ast.Node) string {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if p.block(n, "", "") {
			p.addresses("")
		}
	}
	return strings.Trim(p.out.String(), "\n") + "\n"
}

// lead returns the words of the first paragraph.
func (p *plainText) lead(document ast.Node) string {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if _, ok := n.(*ast.Paragraph); ok {
			return strings.Join(strings.Fields(unescape(words(n, p.source))), " ")
		}
	}
	return ""
}

// block writes a block, its first line after first and the others after rest, and an empty line.
// It reports whether there was anything to write.
func (p *plainText) block(n ast.Node, first, rest string) bool {
	switch n := n.(type) {
	case *ast.Heading:
		p.heading(n, first, rest)
	case *ast.List:
		p.list(n, first, rest)
		return true
	case *ast.Blockquote:
		for child := n.FirstChild(); child != nil; child = child.NextSibling() {
			p.block(child, rest+"> ", rest+"> ")
		}
		p.dropEmptyLine(rest + "> ")
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			p.line(rest + "    " + strings.TrimRight(string(line.Value(p.source)), "\r\n"))
		}
	case *ast.ThematicBreak:
		p.line(rest + strings.Repeat("-", 20))
	case *ast.Paragraph, *ast.TextBlock:
		p.wrapped(p.inline(n), first, rest)
	default: // HTML is left out here as well
		return false
	}
	p.line(strings.TrimRight(rest, " "))
	return true
}

func (p *plainText) heading(n *ast.Heading, first, rest string) {
	lines := wrap(p.inline(n), columns-utf8.RuneCountInString(rest))
	longest := 0
	for i, line := range lines {
		if i > 0 {
			first = rest
		}
		p.line(first + line)
		longest = max(longest, utf8.RuneCountInString(line))
	}
	under := "-"
	if n.Level > 2 {
		under = "~"
	}
	p.line(rest + strings.Repeat(under, longest))
}

func (p *plainText) list(n *ast.List, first, rest string) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		indent := strings.Repeat(" ", len(mark))
		lead := first + mark
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
			p.block(child, lead, rest+indent)
			lead = rest + indent
			if n.IsTight && (child.NextSibling() != nil || item.NextSibling() != nil) {
				p.dropEmptyLine(rest)
			}
		}
		first = rest
	}
}

// dropEmptyLine takes back the empty line after a block, if there is one.
func (p *plainText) dropEmptyLine(prefix string) {
	kept := strings.TrimSuffix(p.out.String(), strings.TrimRight(prefix, " ")+"\n")
	p.out.Reset()
	p.out.WriteString(kept)
}

// addresses writes where the links of the last block lead.
func (p *plainText) addresses(prefix string) {
	if len(p.below) == 0 {
		return
	}
	for i, address := range p.below {
		p.line(fmt.Sprintf("%s[%d] %s", prefix, p.links-len(p.below)+i+1, address))
	}
	p.line("")
	p.below = nil
}

func (p *plainText) line(s string) { p.out.WriteString(strings.TrimRight(s, " ") + "\n") }

func (p *plainText) wrapped(text, first, rest string) {
	for hard := range strings.SplitSeq(text, "\n") {
		for _, line := range wrap(hard, columns-utf8.RuneCountInString(rest)) {
			p.line(first + line)
			first = rest
		}
	}
}

// inline returns the words in a block, with line breaks only where they were asked for.
func (p *plainText) inline(parent ast.Node) string {
	var out strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out.WriteString(unescape(n.Segment.Value(p.source)))
			if n.HardLineBreak() {
				out.WriteString("\n")
			} else if n.SoftLineBreak() {
				out.WriteString(" ")
			}
		case *ast.String:
			out.WriteString(unescape(n.Value))
		case *ast.CodeSpan:
			out.Write(words(n, p.source))
		case *ast.Emphasis:
			out.WriteString("*" + p.inline(n) + "*")
		case *ast.Link:
			out.WriteString(p.link(p.inline(n), string(n.Destination)))
		case *ast.AutoLink:
			out.Write(n.Label(p.source))
		case *ast.Image:
			out.WriteString("[" + p.inline(n) + "]")
		case *ast.RawHTML:
		default:
			out.WriteString(p.inline(n))
		}
	}
	return out.String()
}

// link returns a link's words and its number, or the address alone if that is what the words say.
func (p *plainText) link(words, address string) string {
	bare := strings.TrimPrefix(address, "mailto:")
	if words == address || words == bare {
		return words
	}
	p.links++
	p.below = append(p.below, bare)
	return words + " [" + strconv.Itoa(p.links) + "]"
}

// unescape resolves backslashes and entities, as the HTML renderer does on its way.
func unescape(raw []byte) string {
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(raw))))
}

// wrap breaks text into lines of at most width characters. A word that is longer, such as an
// address, is left whole.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		w := utf8.RuneCountInString(word)
		switch {
		case line == "":
			line, used = word, w
		case used+1+w > width:
			lines = append(lines, line)
			line, used = word, w
		default:
			line, used = line+" "+word, used+1+w
		}
	}
	return append(lines, line)
}
