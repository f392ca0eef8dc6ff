package practicepage

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/internal/commonmark"
)

// elements are those that a text may hold. What people type begins below the page's own headings:
// its highest one is an h3.
var elements = map[string]string{
	"p": "p", "ul": "ul", "ol": "ol", "li": "li", "a": "a", "blockquote": "blockquote", "hr": "hr", "br": "br",
	"pre": "pre", "code": "code", "strong": "strong", "em": "em",
	"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6",
}

// HTML lays Markdown out for a page. HTML that somebody typed is left out by the parser; behind it,
// every element is written anew from an allow-list, so that nothing in a text can run, load or look
// like a part of the site. An image becomes its description.
func HTML(source string) (template.HTML, error) {
	var rendered bytes.Buffer
	if err := commonmark.Markdown().Convert([]byte(source), &rendered); err != nil {
		return "", err
	}
	var out strings.Builder
	tokens := html.NewTokenizer(&rendered)
	for {
		kind := tokens.Next()
		token := tokens.Token()
		switch kind {
		case html.ErrorToken:
			if err := tokens.Err(); !errors.Is(err, io.EOF) {
				return "", err
			}
			return template.HTML(out.String()), nil //nolint:gosec // holds only what is named above, and escaped text
		case html.TextToken:
			out.WriteString(token.String())
		case html.StartTagToken, html.SelfClosingTagToken:
			writeElement(&out, token)
		case html.EndTagToken:
			if name := elements[token.Data]; name != "" {
				out.WriteString("</" + name + ">")
			}
		case html.CommentToken, html.DoctypeToken: // left out
		}
	}
}

// writeElement writes an element's begin with the attributes that it may have: where a list begins to
// count, and where a link leads.
func writeElement(out *strings.Builder, token html.Token) {
	if token.Data == "img" {
		out.WriteString(html.EscapeString(attribute(token, "alt")))
		return
	}
	name := elements[token.Data]
	if name == "" {
		return
	}
	element := html.Token{Type: html.StartTagToken, Data: name}
	switch name {
	case "a":
		if href := attribute(token, "href"); leads(href) {
			element.Attr = []html.Attribute{{Key: "href", Val: href}, {Key: "rel", Val: "nofollow noopener"}}
		}
	case "ol":
		if start, err := strconv.Atoi(attribute(token, "start")); err == nil {
			element.Attr = []html.Attribute{{Key: "start", Val: strconv.Itoa(start)}}
		}
	}
	out.WriteString(element.String())
}

// leads reports whether a link of a text may be one: to the web or to a mail program.
func leads(href string) bool {
	u, err := url.Parse(href)
	return err == nil && ((u.Scheme == "https" || u.Scheme == "http") && u.Host != "" || u.Scheme == "mailto" && u.Opaque != "")
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
