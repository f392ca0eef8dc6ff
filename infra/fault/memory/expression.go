package memory

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// scope is what the names and values in an expression stand for.
type scope struct {
	names  map[string]string
	values dynamo.Item
}

func (s scope) name(word string) string {
	if strings.HasPrefix(word, "#") {
		name, ok := s.names[word]
		if !ok {
			panic("an expression without the name " + word)
		}
		return name
	}
	return word
}

func (s scope) value(word string) types.AttributeValue {
	v, ok := s.values[word]
	if !ok {
		panic("an expression without the value " + word)
	}
	return v
}

// holds reports whether an item fits a condition: terms joined by OR, each of factors joined by AND,
// without brackets around them. No item is an item without attributes.
func (s scope) holds(item dynamo.Item, condition string) bool {
	if condition == "" {
		return true
	}
	for term := range strings.SplitSeq(condition, " OR ") {
		all := true
		for factor := range strings.SplitSeq(term, " AND ") {
			all = all && s.factor(item, strings.TrimSpace(factor))
		}
		if all {
			return true
		}
	}
	return false
}

func (s scope) factor(item dynamo.Item, factor string) bool {
	if rest, ok := strings.CutPrefix(factor, "NOT "); ok {
		return !s.factor(item, rest)
	}
	if name, args, ok := strings.Cut(factor, "("); ok && !strings.Contains(name, " ") {
		return s.function(item, name, strings.Split(strings.TrimSuffix(args, ")"), ", "))
	}
	words := strings.SplitN(factor, " ", 3)
	left, exists := item[s.name(words[0])]
	if !exists {
		return false
	}
	if words[1] == "IN" {
		list := strings.Split(strings.Trim(words[2], "()"), ", ")
		return slices.ContainsFunc(list, func(w string) bool { return Text(left) == Text(s.value(w)) })
	}
	if words[1] == "begins" {
		return strings.HasPrefix(Text(left), Text(s.value(words[2])))
	}
	order := compare(left, s.value(words[2]))
	switch words[1] {
	case "=":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	panic("a condition with " + words[1])
}

func (s scope) function(item dynamo.Item, name string, args []string) bool {
	value, exists := item[s.name(args[0])]
	switch name {
	case "attribute_exists":
		return exists
	case "attribute_not_exists":
		return !exists
	case "contains":
		set, ok := value.(*types.AttributeValueMemberNS)
		return ok && slices.Contains(set.Value, Text(s.value(args[1])))
	}
	panic("a condition with " + name)
}

func compare(a, b types.AttributeValue) int {
	if _, ok := a.(*types.AttributeValueMemberN); ok {
		return int(Number(a) - Number(b))
	}
	return strings.Compare(Text(a), Text(b))
}

// Number is a whole number; nothing is 0.
func Number(v types.AttributeValue) int64 {
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(Text(v), 10, 64)
	if err != nil {
		panic("not a whole number: " + Text(v))
	}
	return n
}

// change applies an update expression to an item.
func (s scope) change(item dynamo.Item, expression string) {
	before := maps.Clone(item)
	words := strings.NewReplacer("SET ", "\nSET ", " REMOVE ", "\nREMOVE ", " ADD ", "\nADD ", " DELETE ", "\nDELETE ").Replace(" " + expression)
	for clause := range strings.SplitSeq(strings.TrimSpace(words), "\n") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(clause), " ")
		for part := range strings.SplitSeq(rest, ", ") {
			s.clause(item, before, verb, strings.TrimSpace(part))
		}
	}
}

func (s scope) clause(item, before dynamo.Item, verb, part string) {
	first, second, _ := strings.Cut(part, " ")
	name := s.name(first)
	switch verb {
	case "SET":
		item[name] = s.operand(before, strings.TrimPrefix(second, "= "))
	case "REMOVE":
		delete(item, name)
	case "ADD", "DELETE":
		s.add(item, name, verb, s.value(second))
	default:
		panic("an update with " + verb)
	}
}

func (s scope) operand(item dynamo.Item, text string) types.AttributeValue {
	if a, b, sum := strings.Cut(text, " + "); sum {
		return dynamo.N(Number(s.operand(item, a)) + Number(s.operand(item, b)))
	}
	if strings.HasPrefix(text, ":") {
		return s.value(text)
	}
	v, ok := item[s.name(text)]
	if !ok {
		panic("an update that reads " + text + ", which is not there")
	}
	return v
}

// add is for sets and, adding, for numbers.
func (s scope) add(item dynamo.Item, name, verb string, v types.AttributeValue) {
	more, ok := v.(*types.AttributeValueMemberNS)
	if !ok {
		item[name] = dynamo.N(Number(item[name]) + Number(v))
		return
	}
	var set []string
	if has, ok := item[name].(*types.AttributeValueMemberNS); ok {
		set = slices.Clone(has.Value)
	}
	for _, n := range more.Value {
		at := slices.Index(set, n)
		switch {
		case verb == "ADD" && at < 0:
			set = append(set, n)
		case verb == "DELETE" && at >= 0:
			set = slices.Delete(set, at, at+1)
		}
	}
	item[name] = &types.AttributeValueMemberNS{Value: set}
	if len(set) == 0 {
		delete(item, name)
	}
}
