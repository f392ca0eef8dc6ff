package newsletter

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// body is a newsletter's text, ready for mail.
type body struct {
	HTML template.HTML // safe, with its styles inline
	Text string        // laid out within 72 columns
	Lead string        // the words of the first paragraph
}

// markdown reads CommonMark and bare web addresses. HTML that somebody types is left out.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Linkify))
})

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
	styled, err := style(policy().SanitizeBytes(rendered.Bytes()))
	if err != nil {
		return body{}, err
	}
	plain := &plainText{source: raw}
	return body{HTML: styled, Text: plain.document(document), Lead: plain.lead(document)}, nil
}

// prepare makes links absolute, images links to them (a remote image would tell its host who reads
// the mail), and headings begin below the mail's own.
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

// policy is a second wall behind the parser: what it does not name is no part of a mail.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "blockquote", "hr", "code", "pre")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	return p
})

// styles are what each element gets, because many mail programs read no style sheet. The classes
// are those of the frame around the text, for dark mode.
var styles = map[string][]html.Attribute{
	"p":          {{Key: "style", Val: "margin:0 0 16px;"}},
	"h2":         {{Key: "style", Val: "margin:28px 0 12px;font-size:21px;line-height:1.3;font-weight:700;"}},
	"h3":         {{Key: "style", Val: "margin:24px 0 8px;font-size:18px;line-height:1.3;font-weight:700;"}},
	"h4":         {{Key: "style", Val: "margin:20px 0 8px;font-size:17px;line-height:1.3;font-weight:700;"}},
	"h5":         {{Key: "style", Val: "margin:20px 0 8px;font-size:17px;line-height:1.3;font-weight:600;"}},
	"h6":         {{Key: "style", Val: "margin:20px 0 8px;font-size:17px;line-height:1.3;font-weight:600;"}},
	"ul":         {{Key: "style", Val: "margin:0 0 16px;padding:0 0 0 24px;"}},
	"ol":         {{Key: "style", Val: "margin:0 0 16px;padding:0 0 0 28px;"}},
	"li":         {{Key: "style", Val: "margin:0 0 6px;"}},
	"a":          {{Key: "class", Val: "link"}, {Key: "style", Val: "color:#1f4b8e;"}},
	"blockquote": {{Key: "style", Val: "margin:0 0 16px;padding:4px 0 0 16px;border-left:3px solid #0f766e;"}},
	"hr":         {{Key: "class", Val: "line"}, {Key: "style", Val: "margin:24px 0;border:0;border-top:1px solid #d9d5cc;"}},
	"pre":        {{Key: "class", Val: "box"}, {Key: "style", Val: "margin:0 0 16px;padding:12px 16px;background:#f2efe8;border:1px solid #d9d5cc;white-space:pre-wrap;"}},
	"code":       {{Key: "style", Val: "font-family:ui-monospace,Consolas,Menlo,monospace;font-size:15px;"}},
}

// style adds the styles to HTML that the policy has passed.
func style(safe []byte) (template.HTML, error) {
	var out strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader(safe))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if err := tokens.Err(); err.Error() != "EOF" {
				return "", err
			}
			return template.HTML(out.String()), nil //nolint:gosec // passed by the policy; only our own attributes were added
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tokens.Token()
			t.Attr = append(t.Attr, styles[t.Data]...)
			out.WriteString(t.String())
		default:
			out.Write(tokens.Raw())
		}
	}
}
