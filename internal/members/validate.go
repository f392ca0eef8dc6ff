package members

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// Limits of what people type, in characters.
const (
	MaxName    = 200
	MaxPlace   = 120
	MaxWebsite = 300
	MaxRole    = 120
	MaxNote    = 2000
)

// Clean trims the profile, brings codes into their ISO form and drops repeated choices.
func (p Profile) Clean() Profile {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	p.Place = strings.Join(strings.Fields(p.Place), " ")
	if code, ok := language.CountryCode(p.Country); ok {
		p.Country = code
	}
	p.Website = strings.TrimSpace(p.Website)
	if p.Website != "" && !strings.Contains(p.Website, "://") {
		p.Website = "https://" + p.Website
	}
	for i, l := range p.Languages {
		p.Languages[i] = strings.ToLower(strings.TrimSpace(l))
	}
	p.Languages = unique(p.Languages, len(Languages))
	p.Topics = unique(p.Topics, len(Topics))
	return p
}

// Validate returns the fields that are refused, named with the prefix.
func (p Profile) Validate(prefix string) []fault.Field {
	var v validation
	v.text(prefix+"name", p.Name, MaxName, true)
	v.choice(prefix+"kind", slices.Contains(Kinds, p.Kind), p.Kind == "")
	v.choice(prefix+"country", slices.Contains(Countries, p.Country), p.Country == "")
	v.text(prefix+"place", p.Place, MaxPlace, p.Kind == "localAuthority")
	if p.Population != "" || p.Kind == "localAuthority" {
		v.choice(prefix+"population", slices.Contains(Populations, p.Population), p.Population == "")
	}
	v.website(prefix+"website", p.Website)
	for _, l := range p.Languages {
		v.choice(prefix+"languages", slices.Contains(Languages, l), false)
	}
	for _, t := range p.Topics {
		v.choice(prefix+"topics", slices.Contains(Topics, t), false)
	}
	return v.fields
}

// Clean trims the contact and brings the address into its normal form.
func (c Contact) Clean() Contact {
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	c.Role = strings.Join(strings.Fields(c.Role), " ")
	c.Address = strings.TrimSpace(c.Address)
	if a, err := mail.ParseAddress(c.Address); err == nil {
		c.Address = a
	}
	return c
}

// Validate returns the fields that are refused, named with the prefix.
func (c Contact) Validate(prefix string) []fault.Field {
	var v validation
	v.text(prefix+"name", c.Name, MaxRole, true)
	v.text(prefix+"role", c.Role, MaxRole, false)
	v.address(prefix+"address", c.Address)
	_, known := language.Parse(string(c.Language))
	v.choice(prefix+"language", known, c.Language == "")
	return v.fields
}

// Validate returns the fields that are refused.
func (p Preferences) Validate(prefix string) []fault.Field {
	var v validation
	v.choice(prefix+"newsletter", slices.Contains(Frequencies, p.Newsletter), p.Newsletter == "")
	return v.fields
}

// validation collects the fields that are refused, at most one fault for each.
type validation struct{ fields []fault.Field }

func (v *validation) refuse(name, code string) {
	if !slices.ContainsFunc(v.fields, func(f fault.Field) bool { return f.Name == name }) {
		v.fields = append(v.fields, fault.Field{Name: name, Code: code})
	}
}

func (v *validation) text(name, value string, limit int, required bool) {
	switch {
	case value == "" && required:
		v.refuse(name, "required")
	case utf8.RuneCountInString(value) > limit:
		v.fields = append(v.fields, fault.Field{Name: name, Code: "too-long", Args: map[string]any{"Limit": limit}})
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		v.refuse(name, "line-break")
	}
}

func (v *validation) choice(name string, known, missing bool) {
	switch {
	case missing:
		v.refuse(name, "required")
	case !known:
		v.refuse(name, "choice")
	}
}

func (v *validation) address(name, value string) {
	if value == "" {
		v.refuse(name, "required")
	} else if _, err := mail.ParseAddress(value); err != nil {
		v.refuse(name, "address")
	}
}

func (v *validation) website(name, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !strings.Contains(u.Hostname(), ".") || u.User != nil {
		v.refuse(name, "url")
		return
	}
	v.text(name, value, MaxWebsite, false)
}

// unique drops repetitions. It stops after more choices than there are: one of them is wrong then.
func unique[T comparable](list []T, choices int) []T {
	var out []T
	for _, x := range list {
		if len(out) <= choices && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
