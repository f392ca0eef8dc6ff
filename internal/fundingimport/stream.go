package fundingimport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxPart is the most that one call may have in an answer, in bytes.
const maxPart = 4 << 20

var errShape = errors.New("the answer has another form")

// stream reads a JSON object whose member named list is an array, one element at a time, so that a
// long answer needs no more memory than its longest element. Every other member goes to member, every
// element to element.
func stream(r io.Reader, list string, member func(name string, value json.RawMessage) error, element func(json.RawMessage) error) error {
	b, ok := r.(*bounded)
	if !ok {
		b = &bounded{from: r, left: maxAnswer}
	}
	b.mark(maxPart)
	d := json.NewDecoder(b)
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	found := false
	for d.More() {
		b.mark(maxPart)
		name, err := d.Token()
		if err != nil {
			return jsonTrouble(err)
		}
		key, _ := name.(string) // a member's name always is
		if key == list && !found {
			found = true
			if err := elements(d, b, element); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return jsonTrouble(err)
		}
		if err := member(key, value); err != nil {
			return err
		}
	}
	if err := expect(d, json.Delim('}')); err != nil {
		return err
	}
	if !found {
		return &Trouble{reasonShape, true, fmt.Errorf("%w: no %q", errShape, list)}
	}
	return nil
}

func elements(d *json.Decoder, b *bounded, element func(json.RawMessage) error) error {
	if err := expect(d, json.Delim('[')); err != nil {
		return err
	}
	for d.More() {
		b.mark(maxPart)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return jsonTrouble(err)
		}
		if err := element(value); err != nil {
			return err
		}
	}
	return expect(d, json.Delim(']'))
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err != nil {
		return jsonTrouble(err)
	}
	if got != want {
		return &Trouble{reasonShape, true, fmt.Errorf("%w: %v instead of %v", errShape, got, want)}
	}
	return nil
}

// jsonTrouble tells an answer that ends too early from one that is none.
func jsonTrouble(err error) error {
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &Trouble{reasonShape, true, err}
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return troubled(err)
}

// texts are the values of one name in the portal's metadata: an array of strings, which may be empty,
// and at times, where the portal's form changes, one value by itself.
type texts []string

// UnmarshalJSON takes strings, numbers and truth values, alone or in an array; null is none.
func (t *texts) UnmarshalJSON(b []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // as it is written: a float would become 2e+06
	if err := d.Decode(&v); err != nil {
		return err
	}
	all, many := v.([]any)
	if !many {
		all = []any{v}
	}
	*t = nil
	for _, one := range all {
		switch one := one.(type) {
		case nil:
		case string:
			*t = append(*t, one)
		case json.Number, bool:
			*t = append(*t, fmt.Sprint(one))
		default:
			return errShape
		}
	}
	return nil
}

// first is the first value, or "".
func (t texts) first() string {
	if len(t) == 0 {
		return ""
	}
	return t[0]
}
