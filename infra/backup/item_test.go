package main

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"
)

func TestEveryTypeSurvives(t *testing.T) {
	in := item{
		"s":     &types.AttributeValueMemberS{Value: "Δήμος <Τήλου> & \u2028"},
		"empty": &types.AttributeValueMemberS{Value: ""},
		"n":     &types.AttributeValueMemberN{Value: "12345678901234567890123456789012345678"},
		"b":     &types.AttributeValueMemberB{Value: []byte{0, 255, 10}},
		"none":  &types.AttributeValueMemberB{Value: []byte{}},
		"bool":  &types.AttributeValueMemberBOOL{Value: false},
		"null":  &types.AttributeValueMemberNULL{Value: true},
		"ss":    &types.AttributeValueMemberSS{Value: []string{"", "a"}},
		"ns":    &types.AttributeValueMemberNS{Value: []string{"-2.5", "1"}},
		"bs":    &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
		"m": &types.AttributeValueMemberM{Value: item{
			"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{
				&types.AttributeValueMemberM{Value: item{}},
				&types.AttributeValueMemberL{Value: []types.AttributeValue{}},
			}},
		}},
	}
	text, err := encode(in)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("%q is not one line", text)
	}
	out, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, out) {
		t.Errorf("got  %v\nwant %v", out, in)
	}
}

func TestSetsHaveNoOrder(t *testing.T) {
	one, err := encode(item{"a": &types.AttributeValueMemberSS{Value: []string{"x", "y"}}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := encode(item{"a": &types.AttributeValueMemberSS{Value: []string{"y", "x"}}})
	if err != nil || !bytes.Equal(one, other) {
		t.Errorf("the same set is %q and %q; %v", one, other, err)
	}
}

func TestWhatIsNoItemIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `{"Item":{}}`, `{"Item":{"a":{}}}`, `{"Item":{"a":{"X":"1"}}}`, `{"Item":{"a":"b"}}`,
		`{"Item":{"a":{"L":[{}]}}}`, `{"Item":{"a":{"M":{"b":{}}}}}`, `{"pk":{"S":"a"}}`,
	} {
		if got, err := decode([]byte(text)); err == nil {
			t.Errorf("%s was taken as %v", text, got)
		}
	}
}

func TestItemsSurvive(t *testing.T) {
	attribute := rapid.Custom(func(t *rapid.T) types.AttributeValue { return draw(t, 3) })
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.MapOfN(rapid.String(), attribute, 1, 5).Draw(t, "item")
		text, err := encode(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("got %v, want %v", out, in)
		}
	})
}

func draw(t *rapid.T, depth int) types.AttributeValue {
	kinds := 6
	if depth > 0 {
		kinds = 8
	}
	switch rapid.IntRange(1, kinds).Draw(t, "kind") {
	case 1:
		return &types.AttributeValueMemberN{Value: rapid.StringMatching(`-?[1-9][0-9]{0,37}`).Draw(t, "n")}
	case 2:
		return &types.AttributeValueMemberB{Value: append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "b")...)}
	case 3:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "bool")}
	case 4:
		return &types.AttributeValueMemberNULL{Value: true}
	case 5:
		return &types.AttributeValueMemberSS{Value: slices.Sorted(slices.Values(rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "ss")))}
	case 6:
		return &types.AttributeValueMemberS{Value: rapid.String().Draw(t, "s")}
	case 7:
		m := item{}
		for range rapid.IntRange(0, 3).Draw(t, "size") {
			m[rapid.String().Draw(t, "name")] = draw(t, depth-1)
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	l := make([]types.AttributeValue, rapid.IntRange(0, 3).Draw(t, "length"))
	for i := range l {
		l[i] = draw(t, depth-1)
	}
	return &types.AttributeValueMemberL{Value: l}
}
