package newsletter

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// section is a part of a text from one heading of the first or second level to the next. What
// stands before the first heading is the opening, a section without a title.
type section struct {
	Title    string
	Markdown string
}

// sections cuts a text at its headings. Joined by [joinSections] they make the text again, but for
// the number of empty lines between them.
func sections(body string) []section {
	raw := []byte(body)
	document := markdown().Parser().Parse(text.NewReader(raw))
	var all []section
	start, title := 0, ""
	cut := func(end int) {
		if part := strings.Trim(body[start:end], "\n"); strings.TrimSpace(part) != "" {
			all = append(all, section{title, part})
		}
		start = end
	}
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level > 2 || h.Lines().Len() == 0 {
			continue
		}
		first := h.Lines().At(0).Start
		cut(bytes.LastIndexByte(raw[:first], '\n') + 1)
		title = strings.Join(strings.Fields(unescape(words(h, raw))), " ")
	}
	cut(len(body))
	return all
}

func joinSections(all []section) string {
	parts := make([]string, len(all))
	for i, s := range all {
		parts[i] = s.Markdown
	}
	return strings.Join(parts, "\n\n")
}

// moveSection swaps a section with its neighbour before it. The opening stays where it is.
func moveSection(all []section, i int) []section {
	if i < 1 || i >= len(all) || all[i-1].Title == "" {
		return all
	}
	all = slices.Clone(all)
	all[i-1], all[i] = all[i], all[i-1]
	return all
}

// removeSection takes a section out.
func removeSection(all []section, i int) []section {
	if i < 0 || i >= len(all) {
		return all
	}
	return slices.Delete(slices.Clone(all), i, i+1)
}

// movable is a section with what can be done to it.
type movable struct {
	section
	Up, Down bool
}

func movables(all []section) []movable {
	out := make([]movable, len(all))
	for i, s := range all {
		out[i] = movable{section: s, Up: i > 0 && all[i-1].Title != "", Down: s.Title != "" && i < len(all)-1}
	}
	return out
}
