package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A resolver evaluates the expressions of one template.
type resolver struct {
	stack, region string
	parameters    map[string]any
	mappings      map[string]any
	conditions    map[string]any
	resources     map[string]resource
	secrets       *secrets
	depth         int
}

type resource struct {
	kind       string
	condition  string
	properties map[string]any
}

// noValue is what AWS::NoValue resolves to: the property is left out.
type noValue struct{}

// maxDepth stops templates whose expressions refer to themselves.
const maxDepth = 200

func newResolver(root map[string]any, o Options) (*resolver, error) {
	r := &resolver{
		stack: o.StackName, region: o.Region,
		resources: map[string]resource{},
		secrets:   &secrets{file: o.SecretsFile},
	}
	r.mappings, _ = root["Mappings"].(map[string]any)
	r.conditions, _ = root["Conditions"].(map[string]any)
	declared, _ := root["Parameters"].(map[string]any)
	var err error
	if r.parameters, err = parameterValues(declared, o.Parameters); err != nil {
		return nil, err
	}
	resources, _ := root["Resources"].(map[string]any)
	if len(resources) == 0 {
		return nil, errors.New("the template has no Resources")
	}
	for id, value := range resources {
		body, ok := value.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: a resource is a mapping", id)
		}
		kind, _ := body["Type"].(string)
		condition, _ := body["Condition"].(string)
		properties, _ := body["Properties"].(map[string]any)
		r.resources[id] = resource{kind, condition, properties}
	}
	return r, nil
}

// exists tells whether the resource's condition holds.
func (r *resolver) exists(id string) (bool, error) {
	if r.resources[id].condition == "" {
		return true, nil
	}
	return r.condition(r.resources[id].condition)
}

func (r *resolver) condition(name string) (bool, error) {
	expression, ok := r.conditions[name]
	if !ok {
		return false, fmt.Errorf("there is no condition %q", name)
	}
	value, err := r.resolve(expression)
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	holds, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("condition %s is neither true nor false", name)
	}
	return holds, nil
}

// properties resolves the named properties of a resource into the struct at
// target, whose fields are called as the properties are.
func (r *resolver) properties(properties map[string]any, target any, names ...string) error {
	picked := map[string]any{}
	for _, name := range names {
		value, ok := properties[name]
		if !ok {
			continue
		}
		resolved, err := r.resolve(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, left := resolved.(noValue); !left {
			picked[name] = resolved
		}
	}
	encoded, err := json.Marshal(picked)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, target)
}

// resolve evaluates every expression inside v.
func (r *resolver) resolve(v any) (any, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, errors.New("the expressions refer to each other in a circle")
	}
	defer func() { r.depth-- }()
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if f, ok := intrinsics[name]; ok {
					return f(r, argument)
				}
				if strings.HasPrefix(name, "Fn::") {
					return nil, fmt.Errorf("%s is not supported", name)
				}
			}
		}
		return r.resolveMap(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			resolved, err := r.resolve(item)
			if err != nil {
				return nil, err
			}
			if _, left := resolved.(noValue); !left {
				list = append(list, resolved)
			}
		}
		return list, nil
	case string:
		return r.dynamicReferences(v)
	}
	return v, nil
}

func (r *resolver) resolveMap(m map[string]any) (any, error) {
	resolved := make(map[string]any, len(m))
	for key, value := range m {
		v, err := r.resolve(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if _, left := v.(noValue); !left {
			resolved[key] = v
		}
	}
	return resolved, nil
}

// text resolves v to a string; numbers and booleans are written out.
func (r *resolver) text(v any) (string, error) {
	resolved, err := r.resolve(v)
	if err != nil {
		return "", err
	}
	return scalar(resolved)
}

func scalar(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int, int64, uint64, float64:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("a text is expected, not %T", v)
}

// parameterValues joins the declared parameters with the given values, under
// the rules that CloudFormation would check at deployment.
func parameterValues(declared map[string]any, given map[string]string) (map[string]any, error) {
	for name := range given {
		if _, ok := declared[name]; !ok {
			return nil, fmt.Errorf("the template has no parameter %q", name)
		}
	}
	values := map[string]any{}
	for name, declaration := range declared {
		declaration, _ := declaration.(map[string]any)
		text, ok := given[name]
		if !ok {
			def, has := declaration["Default"]
			if !has {
				return nil, fmt.Errorf("parameter %s needs a value", name)
			}
			var err error
			if text, err = scalar(def); err != nil {
				return nil, fmt.Errorf("parameter %s: %w", name, err)
			}
		}
		if err := allowed(declaration, text); err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		values[name] = text
		if kind, _ := declaration["Type"].(string); kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
			values[name] = splitList(text, ",")
		}
	}
	return values, nil
}

func allowed(declaration map[string]any, value string) error {
	if list, ok := declaration["AllowedValues"].([]any); ok &&
		!slices.ContainsFunc(list, func(v any) bool { return fmt.Sprint(v) == value }) {
		return fmt.Errorf("%q is not one of the allowed values", value)
	}
	if pattern, ok := declaration["AllowedPattern"].(string); ok {
		expression, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return err
		}
		if !expression.MatchString(value) {
			return fmt.Errorf("%q does not match %s", value, pattern)
		}
	}
	if declaration["Type"] == "Number" {
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return fmt.Errorf("%q is not a number", value)
		}
	}
	return nil
}

func splitList(text, separator string) []any {
	list := []any{}
	for part := range strings.SplitSeq(text, separator) {
		list = append(list, strings.TrimSpace(part))
	}
	return list
}
