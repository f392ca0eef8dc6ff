package mailbox

import (
	"html/template"
	"regexp"
	"strings"
)

var address = regexp.MustCompile(`https?://[^\s<>"]+[^\s<>".,;:!?)]`)

// links makes the addresses in a text clickable.
func links(text string) template.HTML {
	var b strings.Builder
	end := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		url := template.HTMLEscapeString(text[at[0]:at[1]])
		b.WriteString(template.HTMLEscapeString(text[end:at[0]]))
		b.WriteString(`<a href="` + url + `">` + url + `</a>`)
		end = at[1]
	}
	b.WriteString(template.HTMLEscapeString(text[end:]))
	return template.HTML(b.String()) //nolint:gosec // every part was escaped above
}
