package interest

import (
	"slices"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Limits of what people type, in characters.
const (
	MaxName  = 120
	MaxWords = 300
)

// Clean trims what was typed.
func (i Interest) Clean() Interest {
	i.Name, i.Words = call.OneLine(i.Name), call.OneLine(i.Words)
	return i
}

// Validate returns the fields that are refused.
func (i Interest) Validate() []fault.Field {
	var refused []fault.Field
	refuse := func(name, code string, args map[string]any) {
		refused = append(refused, fault.Field{Name: name, Code: code, Args: args})
	}
	switch {
	case i.Name == "":
		refuse("name", "required", nil)
	case utf8.RuneCountInString(i.Name) > MaxName:
		refuse("name", "too-long", map[string]any{"Limit": MaxName})
	}
	if utf8.RuneCountInString(i.Words) > MaxWords {
		refuse("words", "too-long", map[string]any{"Limit": MaxWords})
	}
	c := &i.Criteria
	for _, f := range []struct {
		name string
		fits bool
	}{
		{"programmes", !slices.ContainsFunc(c.Programmes, func(p string) bool { return p == "" || p != call.OneLine(p) || len(p) > call.MaxProgramme })},
		{"topics", all(c.Topics, members.Topics)},
		{"kinds", all(c.Kinds, members.Kinds)},
		{"countries", all(c.Countries, members.Countries)},
		{"languages", all(c.Languages, members.Languages)},
	} {
		if !f.fits {
			refuse(f.name, "choice", nil)
		}
	}
	if c.Least < 0 {
		refuse("least", "number", nil)
	}
	if c.Most < 0 || c.Most > 0 && c.Most < c.Least {
		refuse("most", "number", nil)
	}
	for _, s := range i.Subscribers {
		if !slices.Contains(Frequencies, s.Frequency) {
			refuse("frequency", "choice", nil)
		}
	}
	return refused
}

// all reports whether every value is a known one.
func all[T comparable](values, known []T) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return !slices.Contains(known, v) })
}
