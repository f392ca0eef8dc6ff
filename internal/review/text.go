package review

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// parseText reads plain text of several lines from a form, at most limit characters of it.
func parseText(form url.Values, name string, limit int) (string, *fault.Field) {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(form.Get(name))
	text = strings.TrimSpace(norm.NFC.String(text))
	isBad := func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }
	switch {
	case utf8.RuneCountInString(text) > limit:
		return text, &fault.Field{Name: name, Code: "too-long", Args: map[string]any{"Limit": limit}}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, isBad):
		return text, &fault.Field{Name: name, Code: "characters"}
	}
	return text, nil
}
