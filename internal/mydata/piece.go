package mydata

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Piece is what one item says about a person.
type Piece struct {
	Table  string `json:"table"`
	Key    string `json:"key"`
	Stored string `json:"stored"` // the row of the privacy page
	// Data is the whole item if it is the person's own; else what concerns them, without what it says of
	// others.
	Data json.RawMessage `json:"data"`
}

// keys are the attributes that only say where an item lies.
var keys = []string{"pk", "sk", "list", "listKey", "search"}

// extract returns what an item says about the person, or false if that is nothing.
func (h Holding) extract(item dynamo.Item, j *Job) (Piece, bool, error) {
	w := walk{j: j, h: h}
	var data any
	if h.theirs(item, j) {
		data = without(plain(&types.AttributeValueMemberM{Value: item}), h.Secrets)
	} else {
		own := dynamo.Item{}
		for name, v := range item {
			if !slices.Contains(keys, name) {
				own[name] = v
			}
		}
		data = w.part(own)
	}
	if data == nil {
		return Piece{}, false, nil
	}
	if m, ok := data.(map[string]any); ok {
		for _, key := range keys {
			delete(m, key)
		}
	}
	content, err := json.Marshal(data)
	return Piece{Table: h.Table, Key: text(item, "pk") + " " + text(item, "sk"), Stored: h.Stored, Data: content}, true, err
}

// part returns what of a map concerns the person, or nil.
func (w *walk) part(m dynamo.Item) any {
	mine, found := w.mine(m), map[string]any{}
	concerned := mine
	for field, v := range m {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			concerned = concerned || w.says(v.Value, field)
		case *types.AttributeValueMemberSS:
			for _, s := range v.Value {
				if w.says(s, field) {
					found[field] = []string{s}
				}
			}
		case *types.AttributeValueMemberL:
			if some := w.some(v.Value, field); some != nil {
				found[field] = some
			}
		case *types.AttributeValueMemberM:
			if ref, ok := refOf(v); ok {
				if w.j.is(ref) {
					found[field] = ref
				}
			} else if part := w.part(v.Value); part != nil {
				found[field] = part
			}
		}
		if w.j.in(field, false) {
			found[field] = plain(v)
		}
	}
	if concerned {
		for field, v := range m {
			if w.besides(field, v, mine) {
				found[field] = plain(v)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// says reports whether a text in an attribute names the person or is theirs.
func (w *walk) says(s, field string) bool {
	return w.j.in(s, !w.h.Own) || slices.Contains(w.h.Typed, field) && s != "" && (slices.Contains(w.j.Comments, s) || w.j.withoutName(s) != s)
}

// some are the elements of a list that concern the person.
func (w *walk) some(list []types.AttributeValue, field string) any {
	var some []any
	for _, one := range list {
		switch one := one.(type) {
		case *types.AttributeValueMemberS:
			if w.says(one.Value, field) {
				some = append(some, one.Value)
			}
		case *types.AttributeValueMemberM:
			if slices.Contains(w.h.Lists, field) && w.about(one.Value) {
				some = append(some, plain(one))
			} else if part := w.part(one.Value); part != nil {
				some = append(some, part)
			}
		}
	}
	if some == nil {
		return nil
	}
	return some
}

// besides reports whether a single value goes along with what concerns the person. Who else acted does not.
func (w *walk) besides(field string, v types.AttributeValue, mine bool) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		ref, _ := refOf(v)
		return mine || !slices.Contains(w.h.Names, field) && (!slices.Contains(w.h.By, field) || w.j.is(ref))
	case *types.AttributeValueMemberN, *types.AttributeValueMemberBOOL:
		return true
	}
	return false
}

// plain returns a value as JSON has it; what is packed, unpacked.
func plain(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		m := make(map[string]any, len(v.Value))
		for name, one := range v.Value {
			m[name] = plain(one)
		}
		return m
	case *types.AttributeValueMemberL:
		all := make([]any, len(v.Value))
		for i, one := range v.Value {
			all[i] = plain(one)
		}
		return all
	case *types.AttributeValueMemberB:
		return unpacked(v.Value)
	case *types.AttributeValueMemberN:
		return json.Number(v.Value)
	}
	var other any
	if err := attributevalue.Unmarshal(v, &other); err != nil {
		return nil
	}
	return other
}

// without returns a value as plain makes it, without some fields of its maps.
func without(v any, fields []string) any {
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			if slices.Contains(fields, name) {
				delete(v, name)
			} else {
				v[name] = without(one, fields)
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i], fields)
		}
	}
	return v
}

func unpacked(b []byte) any {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return b // as base64
	}
	content, err := io.ReadAll(r)
	if err != nil || !json.Valid(content) {
		return b
	}
	return json.RawMessage(content)
}
