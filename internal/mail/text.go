package mail

import (
	"strings"
	"unicode/utf8"
)

// columns is the width of the plain-text part, in characters, that every
// mail program shows without breaking lines (RFC 3676, section 4.2, with room
// for quoting).
const columns = 72

// A plainText lays out the text part of a mail. Blocks are set apart by an
// empty line.
type plainText struct {
	out strings.Builder
}

func (p *plainText) String() string { return p.out.String() }

// block appends text, after an empty line if there was a block before.
func (p *plainText) block(text string) {
	if p.out.Len() > 0 {
		p.out.WriteString("\n")
	}
	p.out.WriteString(strings.TrimRight(text, "\n") + "\n")
}

// paragraph appends text broken at the column limit.
func (p *plainText) paragraph(text string) {
	p.block(wrap(text, "", ""))
}

// heading appends a heading with a line under it.
func (p *plainText) heading(text string) {
	lines := wrap(text, "", "")
	longest := 0
	for line := range strings.Lines(lines) {
		longest = max(longest, width(strings.TrimRight(line, "\n")))
	}
	p.block(lines + strings.Repeat("=", longest))
}

// quotation appends another person's words, line for line.
func (p *plainText) quotation(text string) {
	var lines strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		lines.WriteString(wrap(line, "> ", "> "))
	}
	p.block(lines.String())
}

// facts appends a table of names and values in two columns.
func (p *plainText) facts(facts [][2]string) {
	const limit = 24 // a longer name would leave too little for the value
	name := 0
	for _, fact := range facts {
		if w := width(fact[0]); w <= limit {
			name = max(name, w)
		}
	}
	var lines strings.Builder
	for _, fact := range facts {
		label := oneLine(fact[0])
		indent := strings.Repeat(" ", 2+name+2)
		if width(label) > limit {
			lines.WriteString("  " + label + "\n" + wrap(fact[1], indent, indent))
			continue
		}
		first := "  " + label + strings.Repeat(" ", name-width(label)+2)
		lines.WriteString(wrap(fact[1], first, indent))
	}
	p.block(lines.String())
}

// link appends what a link is for and, on a line of its own, where it leads.
// The address is never broken, so that it can be clicked.
func (p *plainText) link(label, url string) {
	p.block(wrap(label+":", "", "") + url)
}

// wrap breaks text into lines of at most [columns] characters, each ended by
// a line break. A word that is longer than a line is left whole.
func wrap(text, first, rest string) string {
	var out strings.Builder
	line, used := first, width(first)
	empty := true
	for word := range strings.FieldsSeq(text) {
		w := width(word)
		if !empty && used+1+w > columns {
			out.WriteString(line + "\n")
			line, used, empty = rest, width(rest), true
		}
		if !empty {
			line, used = line+" ", used+1
		}
		line, used, empty = line+word, used+w, false
	}
	return out.String() + strings.TrimRight(line, " ") + "\n"
}

// oneLine collapses all white space to single spaces.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

// width counts characters. All scripts of the European Union take one column
// each.
func width(text string) int {
	return utf8.RuneCountInString(text)
}
