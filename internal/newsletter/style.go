package newsletter

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// elements are those that a mail may hold, with what each gets, because many mail programs read no
// style sheet. The classes are those of the frame around the text, for dark mode.
var elements = map[string][]html.Attribute{
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
	"img":        {{Key: "style", Val: "display:block;max-width:100%;height:auto;border:0;"}},
	"strong":     nil,
	"em":         nil,
	"br":         nil,
}

// style adds the styles to rendered Markdown, for a mail; a page of the site has them in its style
// sheet. It is also a second wall behind the parser, which leaves out HTML that somebody types: every
// part is written anew from what it means, and an element or attribute that is not named here is no
// part of a mail or page.
func style(rendered []byte, mail bool) (template.HTML, error) {
	var out strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader(rendered))
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
			if own, known := elements[token.Data]; known {
				token.Attr = permitted(token)
				if token.Data == "img" && len(token.Attr) == 0 {
					continue // not one of ours
				}
				if mail {
					token.Attr = append(token.Attr, own...)
				}
				out.WriteString(token.String())
			}
		case html.EndTagToken:
			if _, known := elements[token.Data]; known {
				out.WriteString(token.String())
			}
		case html.CommentToken, html.DoctypeToken: // left out
		}
	}
}

// permitted returns those of an element's attributes that a mail may hold: where a list begins to
// count, where a link leads, if that is the web or a mail, and what image of ours is shown.
func permitted(element html.Token) []html.Attribute {
	if element.Data == "img" {
		return picture(element)
	}
	var kept []html.Attribute
	for _, a := range element.Attr {
		switch element.Data + " " + a.Key {
		case "ol start":
			if _, err := strconv.Atoi(a.Val); err == nil {
				kept = append(kept, a)
			}
		case "a href":
			u, err := url.Parse(a.Val)
			if err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto") {
				kept = append(kept, a)
			}
		}
	}
	return kept
}

// picture returns the attributes of an image, or none if it is not one of ours.
func picture(element html.Token) []html.Attribute {
	src, alt := "", ""
	for _, a := range element.Attr {
		switch a.Key {
		case "src":
			src = a.Val
		case "alt":
			alt = a.Val
		}
	}
	width, height, ok := ownImage(src)
	if !ok {
		return nil
	}
	return []html.Attribute{
		{Key: "src", Val: src}, {Key: "alt", Val: alt}, {Key: "width", Val: strconv.Itoa(width)}, {Key: "height", Val: strconv.Itoa(height)},
	}
}
