package commonmark

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// bareAddress makes a link of a web address that stands in the text without marks. goldmark has an
// extension for that, whose package sets up so many expressions that a function starts 0.4 ms later.
type bareAddress struct{}

// Trigger names the characters that may stand before an address; a space is also the line's begin.
func (bareAddress) Trigger() []byte { return []byte{' ', '('} }

// Parse returns the link, or nil if none begins here.
func (bareAddress) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	line, segment := block.PeekLine()
	before := 0
	if line[0] == ' ' || line[0] == '(' {
		before = 1
	}
	length := addressLength(line[before:])
	if length == 0 {
		return nil
	}
	start := segment.Start + before
	if before > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(start))
	}
	block.Advance(before + length)
	return ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(start, start+length)))
}

// addressLength returns how many bytes of the line are the web address that it begins with. What
// ends a sentence, and a bracket that was opened before the address, are no part of it.
func addressLength(line []byte) int {
	end := bytes.IndexAny(line, " \t\r\n<>\"`")
	if end < 0 {
		end = len(line)
	}
	address := line[:end]
	for trimmed := true; trimmed; {
		end = len(address)
		address = bytes.TrimRight(address, ".,;:!?'*_")
		if bytes.Count(address, []byte{')'}) > bytes.Count(address, []byte{'('}) {
			address = bytes.TrimSuffix(address, []byte{')'})
		}
		trimmed = len(address) < end
	}
	for _, scheme := range []string{"https://", "http://"} {
		host, found := bytes.CutPrefix(address, []byte(scheme))
		if found && len(host) > 0 && host[0] != '/' {
			return len(address)
		}
	}
	return 0
}
