package newsletter

import (
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
)

// tool is a button of the toolbar. With JavaScript it acts on what is selected; without it, the form
// comes back with the tool's example at the end of the text.
type tool struct {
	Name, Before, After string
	// Block begins on a line of its own.
	Block bool
}

// tools are the buttons in the order of the toolbar.
var tools = []tool{
	{Name: "heading", Before: "## ", Block: true},
	{Name: "bold", Before: "**", After: "**"},
	{Name: "italic", Before: "*", After: "*"},
	{Name: "link", Before: "[", After: "](https://)"},
	{Name: "list", Before: "- ", Block: true},
	{Name: "quote", Before: "> ", Block: true},
}

// Example is what stands between Before and After when nothing is selected.
func (t tool) Example(p *language.Printer) string {
	return p.Text("newsletter.tool." + t.Name + ".example")
}

// insert puts the example of a tool at the end of a text.
func (t tool) insert(body string, p *language.Printer) string {
	snippet := t.Before + t.Example(p) + t.After
	if t.Block {
		return appendBlock(body, snippet)
	}
	if body == "" || strings.HasSuffix(body, "\n") {
		return body + snippet
	}
	return body + " " + snippet
}

// appendBlock puts Markdown at the end of a text, after an empty line.
func appendBlock(body, block string) string {
	body = strings.TrimRight(body, " \n")
	if body == "" {
		return block
	}
	return body + "\n\n" + block
}
