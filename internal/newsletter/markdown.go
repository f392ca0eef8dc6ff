package newsletter

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/municipalitiesnet/munet/internal/commonmark"
)

// body is a newsletter's text, ready for mail.
type body struct {
	HTML template.HTML // safe, with its styles inline
	Text string        // laid out within 72 columns
	Lead string        // the words of the first paragraph
}

// markdown reads a newsletter's source.
var markdown = commonmark.Markdown

// parseBody lays Markdown out as HTML and as plain text. Links without a host lead to the site.
func parseBody(source string, site *url.URL) (body, error) {
	raw := []byte(source)
	document := markdown().Parser().Parse(text.NewReader(raw))
	if err := prepare(document, raw, site); err != nil {
		return body{}, err
	}
	var rendered bytes.Buffer
	if err := markdown().Renderer().Render(&rendered, raw, document); err != nil {
		return body{}, err
	}
	styled, err := style(rendered.Bytes(), true)
	if err != nil {
		return body{}, err
	}
	plain := &plainText{source: raw}
	return body{HTML: styled, Text: plain.document(document), Lead: plain.lead(document)}, nil
}

// prepare makes links absolute, images of other sites links to them (they would tell their host who
// reads the mail), and headings begin below the mail's own.
func prepare(document ast.Node, source []byte, site *url.URL) error {
	var links []ast.Node
	err := ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = max(n.Level, 2)
		case *ast.Link, *ast.Image:
			links = append(links, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range links {
		destination := []byte(nil)
		switch n := n.(type) {
		case *ast.Link:
			destination = n.Destination
		case *ast.Image:
			destination = n.Destination
		}
		address, ok := absolute(unescape(destination), site)
		if img, is := n.(*ast.Image); is && ok && strings.HasPrefix(address, site.String()) {
			if _, _, own := ownImage(address); own {
				img.Destination = []byte(address)
				continue
			}
		}
		var replacement ast.Node = ast.NewString(words(n, source))
		if ok {
			link := ast.NewLink()
			link.Destination = []byte(address)
			for child := n.FirstChild(); child != nil; child = n.FirstChild() {
				link.AppendChild(link, child)
			}
			replacement = link
		}
		n.Parent().ReplaceChild(n.Parent(), n, replacement)
	}
	return err
}

// absolute returns the address that a link leads to, or false if it may not stand in a mail.
func absolute(destination string, site *url.URL) (string, bool) {
	u, err := url.Parse(destination)
	if err != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		return destination, u.Host != ""
	case "mailto":
		return destination, u.Opaque != ""
	case "":
		return site.ResolveReference(u).String(), destination != "" && destination[0] != '#'
	}
	return "", false
}

// words returns the text in a node and nothing else of it.
func words(n ast.Node, source []byte) []byte {
	var out []byte
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			out = append(out, child.Segment.Value(source)...)
			if child.SoftLineBreak() || child.HardLineBreak() {
				out = append(out, ' ')
			}
		case *ast.String:
			out = append(out, child.Value...)
		default:
			out = append(out, words(child, source)...)
		}
	}
	return out
}
