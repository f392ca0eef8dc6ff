package template

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// intrinsics are the functions that a template may call, by their long names.
// The map is filled in init because the functions call resolve, which reads it.
var intrinsics map[string]func(*resolver, any) (any, error)

func init() {
	intrinsics = map[string]func(*resolver, any) (any, error){
		"Ref":           (*resolver).ref,
		"Condition":     (*resolver).conditionRef,
		"Fn::GetAtt":    (*resolver).getAtt,
		"Fn::Sub":       (*resolver).sub,
		"Fn::Join":      (*resolver).join,
		"Fn::Split":     (*resolver).split,
		"Fn::Select":    (*resolver).choose,
		"Fn::FindInMap": (*resolver).findInMap,
		"Fn::If":        (*resolver).ifElse,
		"Fn::Equals":    (*resolver).equals,
		"Fn::And":       (*resolver).and,
		"Fn::Or":        (*resolver).or,
		"Fn::Not":       (*resolver).not,
	}
}

func (r *resolver) ref(argument any) (any, error) {
	name, err := scalar(argument)
	if err != nil {
		return nil, err
	}
	if value, ok := r.pseudo(name); ok {
		return value, nil
	}
	if value, ok := r.parameters[name]; ok {
		return value, nil
	}
	if _, ok := r.resources[name]; ok {
		return r.physicalID(name)
	}
	return nil, fmt.Errorf("!Ref %q, which is neither a parameter nor a resource", name)
}

func (r *resolver) pseudo(name string) (any, bool) {
	switch name {
	case "AWS::Region":
		return r.region, true
	case "AWS::AccountId":
		return account, true
	case "AWS::Partition":
		return "aws", true
	case "AWS::URLSuffix":
		return "amazonaws.com", true
	case "AWS::StackName":
		return r.stack, true
	case "AWS::StackId":
		return r.arn("cloudformation", "stack/"+r.stack+"/local"), true
	case "AWS::NotificationARNs":
		return []any{}, true
	case "AWS::NoValue":
		return noValue{}, true
	}
	return nil, false
}

func (r *resolver) conditionRef(argument any) (any, error) {
	name, err := scalar(argument)
	if err != nil {
		return nil, err
	}
	return r.condition(name)
}

func (r *resolver) getAtt(argument any) (any, error) {
	if text, ok := argument.(string); ok {
		resource, attribute, _ := strings.Cut(text, ".")
		argument = []any{resource, attribute}
	}
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	id, err := scalar(list[0])
	if err != nil {
		return nil, err
	}
	attribute, err := r.text(list[1])
	if err != nil {
		return nil, err
	}
	return r.attribute(id, attribute)
}

var placeholder = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)

func (r *resolver) sub(argument any) (any, error) {
	variables := map[string]any{}
	if list, ok := argument.([]any); ok {
		if len(list) != 2 {
			return nil, errors.New("Fn::Sub takes a text and its variables")
		}
		argument = list[0]
		variables, _ = list[1].(map[string]any)
	}
	text, err := scalar(argument)
	if err != nil {
		return nil, err
	}
	var failed error
	text = placeholder.ReplaceAllStringFunc(text, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		if parts[1] == "!" {
			return "${" + parts[2] + "}"
		}
		value, err := r.variable(strings.TrimSpace(parts[2]), variables)
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	if failed != nil {
		return nil, failed
	}
	return r.dynamicReferences(text)
}

func (r *resolver) variable(name string, variables map[string]any) (string, error) {
	if value, ok := variables[name]; ok {
		return r.text(value)
	}
	if resource, attribute, dotted := strings.Cut(name, "."); dotted {
		value, err := r.attribute(resource, attribute)
		if err != nil {
			return "", err
		}
		return scalar(value)
	}
	value, err := r.ref(name)
	if err != nil {
		return "", err
	}
	return scalar(value)
}

func (r *resolver) join(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	separator, err := scalar(list[0])
	if err != nil {
		return nil, err
	}
	parts, err := r.list(list[1])
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(parts))
	for i, part := range parts {
		if texts[i], err = scalar(part); err != nil {
			return nil, err
		}
	}
	return r.dynamicReferences(strings.Join(texts, separator))
}

func (r *resolver) split(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	separator, err := scalar(list[0])
	if err != nil {
		return nil, err
	}
	text, err := r.text(list[1])
	if err != nil {
		return nil, err
	}
	return splitList(text, separator), nil
}

func (r *resolver) choose(argument any) (any, error) {
	list, err := arguments(argument, 2)
	if err != nil {
		return nil, err
	}
	text, err := r.text(list[0])
	if err != nil {
		return nil, err
	}
	options, err := r.list(list[1])
	if err != nil {
		return nil, err
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 || i >= len(options) {
		return nil, fmt.Errorf("Fn::Select has no element %q", text)
	}
	return options[i], nil
}

func (r *resolver) findInMap(argument any) (any, error) {
	list, err := arguments(argument, 3)
	if err != nil {
		return nil, err
	}
	var at any = r.mappings
	for _, key := range list {
		name, err := r.text(key)
		if err != nil {
			return nil, err
		}
		level, _ := at.(map[string]any)
		next, ok := level[name]
		if !ok {
			return nil, fmt.Errorf("Fn::FindInMap finds no %q", name)
		}
		at = next
	}
	return at, nil
}

func (r *resolver) list(v any) ([]any, error) {
	resolved, err := r.resolve(v)
	if err != nil {
		return nil, err
	}
	list, ok := resolved.([]any)
	if !ok {
		return nil, fmt.Errorf("a list is expected, not %T", resolved)
	}
	return list, nil
}

func arguments(v any, n int) ([]any, error) {
	list, ok := v.([]any)
	if !ok || len(list) != n {
		return nil, fmt.Errorf("a list of %d is expected", n)
	}
	return list, nil
}
