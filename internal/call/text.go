package call

import (
	"strings"
	"unicode"
)

// Text is a text of plain paragraphs. They are divided by an empty line; one that begins with "## "
// is a heading, and lines that begin with "- " are items of a list. It never holds markup: pages show
// its blocks, escaped.
type Text string

// Block is a part of a text.
type Block struct {
	Heading   string
	Paragraph string
	Items     []string
}

// Blocks are the parts of the text in their order; each has one of its fields.
func (t Text) Blocks() []Block {
	var blocks []Block
	for part := range strings.SplitSeq(string(t), "\n\n") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if heading, ok := strings.CutPrefix(part, "## "); ok {
			blocks = append(blocks, Block{Heading: strings.Join(strings.Fields(heading), " ")})
			continue
		}
		blocks = append(blocks, lines(part)...)
	}
	return blocks
}

// lines divides a part into its plain lines and its lists.
func lines(part string) []Block {
	var blocks []Block
	for line := range strings.SplitSeq(part, "\n") {
		item, ok := strings.CutPrefix(line, "- ")
		last := len(blocks) - 1
		switch {
		case ok && last >= 0 && blocks[last].Items != nil:
			blocks[last].Items = append(blocks[last].Items, item)
		case ok:
			blocks = append(blocks, Block{Items: []string{item}})
		case last >= 0 && blocks[last].Paragraph != "":
			blocks[last].Paragraph += "\n" + line
		default:
			blocks = append(blocks, Block{Paragraph: line})
		}
	}
	return blocks
}

// clean trims the text, leaves out what is no character of text, and cuts it at so many bytes.
func (t Text) clean(most int) Text {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(t), ""))
	return Text(Cut(strings.TrimSpace(text), most))
}

// OneLine is a text of one line, whose words are divided by a space each. Control characters, which no
// header of a mail takes, divide words as well.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, " "), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Cut shortens a text to at most so many bytes, at a character and where possible at a word.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const mark = "…"
	end := max(most-len(mark), 0)
	for end > 0 && s[end]&0xC0 == 0x80 { // inside a character of UTF-8
		end--
	}
	short := s[:end]
	if space := strings.LastIndexAny(short, " \n"); space > end/2 {
		short = short[:space]
	}
	return strings.TrimRight(short, " \n") + mark
}
