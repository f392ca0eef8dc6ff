package language

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// Printer says things in one language. It is safe for concurrent use.
type Printer struct {
	tag       Tag
	library   *library
	locale    func() locale
	localizer *i18n.Localizer
	keys      map[string]bool // value: the message has plural forms
}

// Tag returns the printer's language.
func (p *Printer) Tag() Tag { return p.tag }

// Has reports whether the catalogue of this language or of Default has the key.
func (p *Printer) Has(key string) bool {
	if _, ok := p.keys[key]; ok || p.tag == Default {
		return ok
	}
	return p.library.printer(Default).Has(key)
}

// Text returns the message with this key. args are pairs of a placeholder's name and its value:
//
//	p.Text("desk.waiting", "Count", 3)
//
// The value named Count, an int, chooses the plural form. Integers are written as Number does,
// times as Date does, everything else as fmt.Sprint does.
//
// A missing key or value is a programming error: it panics under `go test`. In production it is
// logged, and the text is that of Default or, failing that, the key.
func (p *Printer) Text(key string, args ...any) string {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		values[name] = args[i+1]
	}
	return p.TextOf(key, values)
}

// TextOf is Text for values that are already in a map.
func (p *Printer) TextOf(key string, values map[string]any) string {
	config := i18n.LocalizeConfig{
		MessageID:      key,
		TemplateData:   substitution{p, values},
		TemplateParser: parser{},
	}
	if p.keys[key] {
		config.PluralCount = values["Count"]
	}
	text, err := p.localizer.Localize(&config)
	if err == nil && p.keys[key] && config.PluralCount == nil {
		err = fmt.Errorf("%s needs the value Count", key)
	}
	switch {
	case err == nil:
		return text
	case testing.Testing():
		panic(fmt.Sprintf("language %s: %v", p.tag, err))
	case text == "" && p.tag != Default:
		slog.Error("a message is missing", "key", key, "language", p.tag, "error", err)
		return p.library.printer(Default).TextOf(key, values)
	}
	slog.Error("a message is wrong", "key", key, "language", p.tag, "error", err)
	if text == "" {
		return key
	}
	return text
}

// substitution is what a message's placeholders are filled from.
type substitution struct {
	printer *Printer
	values  map[string]any
}

func (s substitution) value(name string) (string, bool) {
	v, ok := s.values[name]
	if !ok {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case int:
		return s.printer.Number(v), true
	case time.Time:
		return s.printer.Date(v), true
	}
	return fmt.Sprint(v), true
}

// parser reads messages whose only syntax is {{.Name}}, so that a translator cannot call
// anything and no message is compiled as a program.
type parser struct{}

func (parser) Cacheable() bool { return true }

func (parser) Parse(source, _, _ string) (template.ParsedTemplate, error) {
	var s sentence
	for {
		text, rest, found := strings.Cut(source, "{{.")
		s = append(s, text)
		if !found {
			return s, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed || strings.ContainsFunc(name, func(r rune) bool { return r < 'A' || r > 'z' }) {
			return nil, fmt.Errorf("placeholder {{.%.20s is not closed", rest)
		}
		s, source = append(s, name), after
	}
}

// sentence alternates text and placeholder names, beginning and ending with text.
type sentence []string

func (s sentence) Execute(data any) (string, error) {
	if len(s) == 1 {
		return s[0], nil
	}
	from, _ := data.(substitution)
	var b strings.Builder
	var missing error
	for i, part := range s {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		value, ok := from.value(part)
		if !ok {
			missing = fmt.Errorf("no value for {{.%s}}", part)
		}
		b.WriteString(value)
	}
	return b.String(), missing
}
