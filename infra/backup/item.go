package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is one item of a table.
type item = map[string]types.AttributeValue

// line is an item in a file, as DynamoDB's own exports to S3 write it: {"Item":{"pk":{"S":"…"}}}.
type line struct {
	Item map[string]value
}

// value is an attribute with its type, of which exactly one field is set ("DynamoDB JSON").
type value struct {
	S    *string           `json:",omitempty"`
	N    *string           `json:",omitempty"` // a text, so that no digit is lost
	B    *[]byte           `json:",omitempty"`
	BOOL *bool             `json:",omitempty"`
	NULL *bool             `json:",omitempty"`
	M    *map[string]value `json:",omitempty"`
	L    *[]value          `json:",omitempty"`
	SS   []string          `json:",omitempty"` // sets are never empty
	NS   []string          `json:",omitempty"`
	BS   [][]byte          `json:",omitempty"`
}

// encode writes an item as one line. The same item is always the same line: names, and the members
// of sets, which DynamoDB gives in any order, are sorted.
func encode(i item) ([]byte, error) {
	values, err := fromMap(i)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out) // ends the line
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(line{values}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decode reads what encode wrote, and what DynamoDB exports. A field that it does not know is an
// error: nothing is left out in silence.
func decode(text []byte) (item, error) {
	var l line
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return nil, err
	}
	if len(l.Item) == 0 {
		return nil, errors.New("a line without an item")
	}
	return toMap(l.Item)
}

func fromMap(attributes map[string]types.AttributeValue) (map[string]value, error) {
	out := make(map[string]value, len(attributes))
	for name, attribute := range attributes {
		v, err := from(attribute)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func from(attribute types.AttributeValue) (value, error) {
	switch a := attribute.(type) {
	case *types.AttributeValueMemberS:
		return value{S: &a.Value}, nil
	case *types.AttributeValueMemberN:
		return value{N: &a.Value}, nil
	case *types.AttributeValueMemberB:
		return value{B: present(a.Value)}, nil
	case *types.AttributeValueMemberBOOL:
		return value{BOOL: &a.Value}, nil
	case *types.AttributeValueMemberNULL:
		return value{NULL: &a.Value}, nil
	case *types.AttributeValueMemberSS:
		return value{SS: slices.Sorted(slices.Values(a.Value))}, nil
	case *types.AttributeValueMemberNS:
		return value{NS: slices.Sorted(slices.Values(a.Value))}, nil
	case *types.AttributeValueMemberBS:
		return value{BS: slices.SortedFunc(slices.Values(a.Value), bytes.Compare)}, nil
	case *types.AttributeValueMemberM:
		m, err := fromMap(a.Value)
		return value{M: &m}, err
	case *types.AttributeValueMemberL:
		l := make([]value, len(a.Value))
		for i := range a.Value {
			var err error
			if l[i], err = from(a.Value[i]); err != nil {
				return value{}, err
			}
		}
		return value{L: &l}, nil
	}
	return value{}, fmt.Errorf("an attribute of the unknown type %T", attribute)
}

// present keeps an empty value from becoming none.
func present(b []byte) *[]byte {
	if b == nil {
		b = []byte{}
	}
	return &b
}

func toMap(values map[string]value) (map[string]types.AttributeValue, error) {
	out := make(map[string]types.AttributeValue, len(values))
	for name, v := range values {
		attribute, err := v.attribute()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = attribute
	}
	return out, nil
}

func (v value) attribute() (types.AttributeValue, error) {
	switch {
	case v.S != nil:
		return &types.AttributeValueMemberS{Value: *v.S}, nil
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}, nil
	case v.B != nil:
		return &types.AttributeValueMemberB{Value: *v.B}, nil
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}, nil
	case v.NULL != nil:
		return &types.AttributeValueMemberNULL{Value: *v.NULL}, nil
	case v.SS != nil:
		return &types.AttributeValueMemberSS{Value: v.SS}, nil
	case v.NS != nil:
		return &types.AttributeValueMemberNS{Value: v.NS}, nil
	case v.BS != nil:
		return &types.AttributeValueMemberBS{Value: v.BS}, nil
	case v.M != nil:
		m, err := toMap(*v.M)
		return &types.AttributeValueMemberM{Value: m}, err
	case v.L != nil:
		l := make([]types.AttributeValue, len(*v.L))
		for i, element := range *v.L {
			var err error
			if l[i], err = element.attribute(); err != nil {
				return nil, err
			}
		}
		return &types.AttributeValueMemberL{Value: l}, nil
	}
	return nil, errors.New("an attribute without a type")
}
