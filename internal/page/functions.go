package page

import (
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/municipalitiesnet/munet/internal/language"
)

// functions are what templates call, in one language:
//
//	t key name value…          the message, see [language.Printer.Text]
//	linked key url…            the message, its [bracketed words] made links in their order
//	date, datetime, number, country, languageName, ownName
//	asset name                 the address of a static file
//	choices prefix values      answers whose texts are the messages prefix+value
//	countries codes            answers with the countries' names, sorted
//	languages tags             answers with the languages' names
//	field, checkbox form key pairs…
//	problems form, notice kind key args…, tag tone text, state membershipState,
//	crumbs (text url)…, steps current text…, and by pairs: card, progress, empty, confirmation
func functions(p *language.Printer) template.FuncMap {
	return template.FuncMap{
		"t":            p.Text,
		"linked":       func(key string, urls ...string) (template.HTML, error) { return linked(p.Text(key), urls) },
		"date":         p.Date,
		"datetime":     p.DateTime,
		"isoTime":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"number":       p.Number,
		"country":      p.Country,
		"languageName": p.Language,
		"ownName":      language.Tag.Own,
		"asset":        Asset,
		"choices":      func(prefix string, values any) ([]Choice, error) { return choices(p, prefix, values) },
		"countries":    func(codes []string) []Choice { return countries(p, codes) },
		"languages":    func(tags []language.Tag) []Choice { return languages(p, tags) },
		"field": func(form Form, key string, pairs ...any) (Field, error) {
			return newField(p, form, key, pairs...)
		},
		"checkbox": func(form Form, key string, pairs ...any) (Field, error) {
			return newCheckbox(p, form, key, pairs...)
		},
		"problems": func(form Form) []Problem { return problems(p, form) },
		"notice": func(kind, key string, args ...any) (Notice, error) {
			return newNotice(p, kind, key, args...)
		},
		"tag":          func(tone, text string) Tag { return Tag{tone, text} },
		"state":        func(state any) Tag { return stateTag(p, state) },
		"crumbs":       crumbs,
		"steps":        newSteps,
		"card":         fill[Card],
		"progress":     fill[Progress],
		"empty":        fill[Empty],
		"confirmation": fill[Confirmation],
	}
}

// fill builds the data of a part from pairs.
func fill[T any](pairs ...any) (T, error) {
	var part T
	if err := setPairs(&part, pairs); err != nil {
		return part, fmt.Errorf("%T: %w", part, err)
	}
	return part, nil
}

// linked makes the bracketed words of a text links, in their order. A translator may move the
// brackets but not the order of several links.
func linked(text string, urls []string) (template.HTML, error) {
	var b strings.Builder
	for _, url := range urls {
		before, rest, opened := strings.Cut(text, "[")
		words, after, closed := strings.Cut(rest, "]")
		if !opened || !closed {
			return "", fmt.Errorf("linked: no [words] for %s in %q", url, text)
		}
		if !strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "mailto:") {
			return "", fmt.Errorf("linked: %q is not an address of a page", url)
		}
		fmt.Fprintf(&b, `%s<a href="%s">%s</a>`, template.HTMLEscapeString(before),
			template.HTMLEscapeString(url), template.HTMLEscapeString(words))
		text = after
	}
	b.WriteString(template.HTMLEscapeString(text))
	return template.HTML(b.String()), nil //nolint:gosec // every part of it was escaped above
}

func choices(p *language.Printer, prefix string, values any) ([]Choice, error) {
	list := reflect.ValueOf(values)
	if list.Kind() != reflect.Slice && list.Kind() != reflect.Array {
		return nil, fmt.Errorf("choices: a %T is not a list", values)
	}
	all := make([]Choice, list.Len())
	for i := range all {
		value := fmt.Sprint(list.Index(i).Interface())
		all[i] = Choice{Value: value, Text: p.Text(prefix + value)}
	}
	return all, nil
}

func countries(p *language.Printer, codes []string) []Choice {
	all := make([]Choice, len(codes))
	for i, code := range codes {
		all[i] = Choice{Value: code, Text: p.Country(code)}
	}
	slices.SortFunc(all, func(a, b Choice) int { return strings.Compare(sortKey(a.Text), sortKey(b.Text)) })
	return all
}

// sortKey leaves accents and case out, so that "Åland" and "Άγιος" stand where readers look for them.
func sortKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

func languages(p *language.Printer, tags []language.Tag) []Choice {
	all := make([]Choice, len(tags))
	for i, tag := range tags {
		all[i] = Choice{Value: string(tag), Text: p.Language(tag)}
	}
	return all
}
