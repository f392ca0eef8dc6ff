package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode turns a YAML node into maps, slices and scalars. The short form of
// an intrinsic function (!Ref X) becomes its long form ({"Ref": "X"}), so that
// only one form needs to be resolved.
func decode(n *yaml.Node) (any, error) {
	value, err := decodePlain(n)
	if err != nil {
		return nil, err
	}
	name, short := shortForm(n.Tag)
	if !short {
		return value, nil
	}
	if name == "Fn::GetAtt" {
		if text, ok := value.(string); ok {
			resource, attribute, _ := strings.Cut(text, ".")
			value = []any{resource, attribute}
		}
	}
	return map[string]any{name: value}, nil
}

func shortForm(tag string) (string, bool) {
	name, ok := strings.CutPrefix(tag, "!")
	if !ok || strings.HasPrefix(name, "!") || name == "" {
		return "", false
	}
	if name == "Ref" || name == "Condition" {
		return name, true
	}
	return "Fn::" + name, true
}

func decodePlain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return decode(n.Content[0])
	case yaml.AliasNode:
		return decode(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			value, err := decode(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		return decodeMapping(n)
	default:
		return decodeScalar(n)
	}
}

func decodeMapping(n *yaml.Node) (any, error) {
	mapping := make(map[string]any, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if _, twice := mapping[key]; twice {
			return nil, fmt.Errorf("line %d: %q occurs twice", n.Content[i].Line, key)
		}
		value, err := decode(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		mapping[key] = value
	}
	return mapping, nil
}

func decodeScalar(n *yaml.Node) (any, error) {
	if _, short := shortForm(n.Tag); short {
		return n.Value, nil
	}
	// A date without quotes (AWSTemplateFormatVersion) stays text.
	if n.Tag == "!!timestamp" {
		return n.Value, nil
	}
	var value any
	if err := n.Decode(&value); err != nil {
		return nil, fmt.Errorf("line %d: %w", n.Line, err)
	}
	return value, nil
}
