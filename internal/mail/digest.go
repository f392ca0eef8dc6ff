package mail

import (
	"html/template"
	"strings"
)

// A Digest is the body of a mail that tells of several things, laid out as HTML and as text for a
// [Frame].
type Digest struct {
	Intro    string
	Sections []Section
}

// A Section is a group of things under a heading.
type Section struct {
	Heading string
	Items   []Item
	// More are further ones, of which only the titles are shown, after the words MoreWords.
	MoreWords string
	More      []Action
}

// An Item is one thing that a digest tells of.
type Item struct {
	Title string
	URL   string
	// Mark is a line that should catch the eye, such as a deadline.
	Mark  string
	Lines []string
	// Why says in smaller letters why the reader is told.
	Why   string
	Links []Action
}

// HTML is the body with the styles of mail.
func (d Digest) HTML() (template.HTML, error) {
	body, err := render("digest.html", d)
	return template.HTML(body), err //nolint:gosec // escaped by the template
}

// Text is the body in plain text.
func (d Digest) Text() string {
	var p plainText
	if d.Intro != "" {
		p.paragraph(d.Intro)
	}
	for _, s := range d.Sections {
		title := wrap(s.Heading, "", "")
		p.block(title + strings.Repeat("-", min(width(strings.TrimSpace(title)), columns)))
		for _, i := range s.Items {
			p.item(i)
		}
		if len(s.More) > 0 {
			p.paragraph(s.MoreWords)
			for _, m := range s.More {
				p.block(wrap(m.Label, "* ", "  ") + "  " + m.URL)
			}
		}
	}
	return strings.TrimRight(p.String(), "\n")
}

// item appends a thing: its title after a star, everything else indented.
func (p *plainText) item(i Item) {
	var out strings.Builder
	out.WriteString(wrap(i.Title, "* ", "  "))
	for _, line := range append([]string{i.Mark}, append(i.Lines, i.Why)...) {
		if line != "" {
			out.WriteString(wrap(line, "  ", "  "))
		}
	}
	out.WriteString("  " + i.URL + "\n")
	for _, l := range i.Links {
		out.WriteString("  " + l.Label + ": " + l.URL + "\n")
	}
	p.block(out.String())
}
