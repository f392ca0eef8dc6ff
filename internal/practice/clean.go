package practice

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Clean brings what people typed or pasted into one form: composed Unicode (NFC), no control
// characters, titles of one line, HTML out of a word processor made into Markdown, no repeated
// choices. Cleaning twice changes nothing more.
func (c Content) Clean() Content {
	c.Themes, c.Principles, c.Targets, c.Funding = unique(c.Themes), unique(c.Principles), unique(c.Targets), unique(c.Funding)
	slices.Sort(c.Principles)
	c.Municipality = oneLine(c.Municipality)
	c.Begin, c.End = oneLine(c.Begin), oneLine(c.End)
	c.Source = address(c.Source)
	links := make([]Link, 0, len(c.Links))
	for _, l := range c.Links {
		l = Link{Label: oneLine(l.Label), URL: address(l.URL)}
		if l != (Link{}) {
			links = append(links, l)
		}
	}
	c.Links = links
	texts := make(map[language.Tag]Text, len(c.Texts))
	for tag, t := range c.Texts {
		if t = t.Clean(); t != (Text{}) || tag == c.Original {
			texts[tag] = t
		}
	}
	c.Texts = texts
	return c
}

// Clean brings a text into one form; see [Content.Clean].
func (t Text) Clean() Text {
	for _, s := range Sections {
		words := t.At(s)
		if s.line() {
			*words = oneLine(*words)
		} else {
			*words = plainText(fromHTML(plainText(*words)))
		}
	}
	return t
}

// line reports whether a section is one line of plain text. The others are Markdown.
func (s Section) line() bool { return s == "title" || s == "summary" }

// plainText composes characters and drops control characters except line breaks and tabs, and blanks
// at the ends.
func plainText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s))
}

// oneLine is [plainText] without line breaks, and without the characters that make a line seem to
// say something else by turning its direction (Unicode Standard Annex 9, 2.1 to 2.5).
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(plainText(s)), " ")
}

// address completes a web address that was typed without its scheme.
func address(s string) string {
	s = oneLine(s)
	if s != "" && !strings.Contains(s, ":") {
		s = "https://" + s
	}
	return s
}

// unique drops repetitions, and keeps the order.
func unique[T comparable](list []T) []T {
	out := make([]T, 0, len(list))
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
