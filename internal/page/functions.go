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
//	languages tags             answers with the languages' names, sorted
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
		"choices": func(prefix string, values any) ([]Choice, error) {
			return offer(values, func(value string) string { return p.Text(prefix + value) })
		},
		"countries": func(codes any) ([]Choice, error) { return byText(offer(codes, p.Country)) },
		"languages": func(tags any) ([]Choice, error) {
			return byText(offer(tags, func(tag string) string { return p.Language(language.Tag(tag)) }))
		},
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

// words turns a list of any string type into strings.
func words(list any) ([]string, error) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil, fmt.Errorf("a %T is not a list", list)
	}
	all := make([]string, v.Len())
	for i := range all {
		all[i] = fmt.Sprint(v.Index(i).Interface())
	}
	return all, nil
}

// offer makes a choice of every value.
func offer(list any, text func(value string) string) ([]Choice, error) {
	values, err := words(list)
	if err != nil {
		return nil, err
	}
	all := make([]Choice, len(values))
	for i, value := range values {
		all[i] = Choice{Value: value, Text: text(value)}
	}
	return all, nil
}

// byText sorts choices as a reader looks for them.
func byText(all []Choice, err error) ([]Choice, error) {
	slices.SortFunc(all, func(a, b Choice) int { return strings.Compare(sortKey(a.Text), sortKey(b.Text)) })
	return all, err
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
