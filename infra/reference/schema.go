package main

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// rows are the properties of a schema; those of objects without a name of their own follow them.
func (d *document) rows(prefix string, s schema) []row {
	var all []row
	for _, part := range s.AllOf {
		if part.Ref != "" {
			part = d.Components.Schemas.named(part.Ref)
		}
		all = append(all, d.rows(prefix, part)...)
	}
	for _, p := range s.Properties {
		name := prefix + p.Name
		all = append(all, d.row(name, p.Value, slices.Contains(s.Required, p.Name)))
		inner := p.Value
		for inner.Items != nil {
			inner, name = *inner.Items, name+"[]"
		}
		all = append(all, d.rows(name+".", inner)...)
		if others := inner.additional(); others != nil {
			for others.Items != nil {
				others, name = others.Items, name+".*[]"
			}
			all = append(all, d.rows(name+".", *others)...)
		}
	}
	return all
}

// additional is the schema of properties whatever their names, or nil.
func (s schema) additional() *schema {
	if s.AdditionalProperties.Kind != yaml.MappingNode {
		return nil
	}
	var values schema
	if err := s.AdditionalProperties.Decode(&values); err != nil {
		panic(err) // its validator would have said so
	}
	return &values
}

func (d *document) row(name string, s schema, required bool) row {
	r := row{Name: name, Type: kind(s), Required: required, Description: s.Description, Values: s.Enum}
	if s.Items != nil && s.Items.Ref == "" {
		r.Values = s.Items.Enum
	}
	r.Limits = limits(s)
	if s.Items != nil {
		for _, limit := range limits(*s.Items) {
			r.Limits = append(r.Limits, limit+" each")
		}
	}
	return r
}

// kind names the type of a value.
func kind(s schema) template.HTML {
	formats := map[string]template.HTML{"date-time": "time", "date": "day", "uri": "address", "email": "e-mail address"}
	switch {
	case s.Ref != "":
		return anchor(refName(s.Ref))
	case s.Type == "array":
		return "list of " + kind(*s.Items)
	case s.Const != "":
		return template.HTML("<code>" + template.HTMLEscapeString(s.Const) + "</code>") //nolint:gosec // escaped
	case s.Type == "object" && s.additional() != nil:
		return "object with any names"
	case formats[s.Format] != "":
		return formats[s.Format]
	}
	return map[string]template.HTML{"string": "text", "integer": "number", "boolean": "true or false"}[s.Type] + map[bool]template.HTML{true: "object"}[s.Type == "object"]
}

// limits are the bounds of a value in words.
func limits(s schema) []string {
	var all []string
	add := func(format string, n *int) {
		if n != nil {
			all = append(all, fmt.Sprintf(format, *n))
		}
	}
	if s.MinLength != nil && s.MaxLength != nil && *s.MinLength == *s.MaxLength {
		add("%d characters", s.MaxLength)
	} else {
		add("at least %d characters", s.MinLength)
		add("at most %d characters", s.MaxLength)
	}
	add("at most %d of them", s.MaxItems)
	add("at least %d", s.Minimum)
	add("at most %d", s.Maximum)
	if s.Default != "" {
		all = append(all, "if missing: "+s.Default)
	}
	return all
}

// writeJSON writes a value of an example as JSON, in the order of the file. What fits into a line is one.
func writeJSON(b *strings.Builder, n *yaml.Node, indent string) {
	if line := compact(n); len(indent)+len(line) <= 96 || n.Kind == yaml.ScalarNode {
		b.WriteString(line)
		return
	}
	inner := indent + "  "
	step, brackets := 1, "[]"
	if n.Kind == yaml.MappingNode {
		step, brackets = 2, "{}"
	}
	b.WriteString(brackets[:1] + "\n")
	for i := 0; i < len(n.Content); i += step {
		b.WriteString(inner)
		if step == 2 {
			b.WriteString(compact(n.Content[i]) + ": ")
		}
		writeJSON(b, n.Content[i+step-1], inner)
		if i+step < len(n.Content) {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(indent + brackets[1:])
}

// compact is a value of an example as JSON in one line.
func compact(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			parts = append(parts, compact(n.Content[i])+": "+compact(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case yaml.SequenceNode:
		for _, one := range n.Content {
			parts = append(parts, compact(one))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	var value any
	if err := n.Decode(&value); err != nil {
		panic(err) // it was parsed before
	}
	if n.Tag == "!!timestamp" {
		value = n.Value
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // a scalar
	}
	return string(text)
}
