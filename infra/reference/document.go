package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// The parts of OpenAPI 3.1 that our description uses: https://spec.openapis.org/oas/v3.1.1

type document struct {
	Tags []struct {
		Name        string
		Description string
	}
	Paths      ordered[ordered[operation]]
	Components struct {
		Parameters ordered[parameter]
		Headers    ordered[header]
		Responses  ordered[response]
		Schemas    ordered[schema]
	}
}

type operation struct {
	ID          string `yaml:"operationId"`
	Tags        []string
	Summary     string
	Description string
	Parameters  []parameter
	RequestBody struct {
		Description string
		Content     ordered[media]
	} `yaml:"requestBody"`
	Responses ordered[response]
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name, In    string
	Description string
	Required    bool
	Schema      schema
	Example     yaml.Node
}

type header struct {
	Ref         string `yaml:"$ref"`
	Description string
	Required    bool
}

type response struct {
	Ref         string `yaml:"$ref"`
	Description string
	Headers     ordered[header]
	Content     ordered[media]
}

type media struct {
	Schema   schema
	Examples ordered[struct{ Value yaml.Node }]
}

type schema struct {
	Ref                  string `yaml:"$ref"`
	Type                 string
	Description          string
	Enum                 []string
	Const                string
	Default              string
	Format               string
	MinLength            *int `yaml:"minLength"`
	MaxLength            *int `yaml:"maxLength"`
	MaxItems             *int `yaml:"maxItems"`
	Minimum              *int
	Maximum              *int
	Items                *schema
	Properties           ordered[schema]
	Required             []string
	AllOf                []schema  `yaml:"allOf"`
	AdditionalProperties yaml.Node `yaml:"additionalProperties"`
}

// ordered is a mapping in the order of the file.
type ordered[T any] []entry[T]

type entry[T any] struct {
	Name  string
	Value T
}

// UnmarshalYAML keeps the order, which a Go map would not.
func (o *ordered[T]) UnmarshalYAML(n *yaml.Node) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		e := entry[T]{Name: n.Content[i].Value}
		if err := n.Content[i+1].Decode(&e.Value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}

// named returns what a reference names.
func (o ordered[T]) named(ref string) T {
	for _, e := range o {
		if e.Name == refName(ref) {
			return e.Value
		}
	}
	panic("the description has no " + ref) // its validator would have said so
}

func refName(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }
