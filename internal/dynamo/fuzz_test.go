package dynamo

import (
	"encoding/base64"
	"errors"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A cursor that is accepted begins in the list that it is shown to, with a key that DynamoDB takes,
// and is what our own cursor for that place says.
func FuzzParseCursor(f *testing.F) {
	for _, plain := range []string{
		`{"pk":"a","sk":"b","list":"open","listKey":"c"}`, `{"pk":"a","sk":"b","list":"shut","listKey":"c"}`, `{"pk":"","sk":"b","list":"open","listKey":"c"}`,
		`{"pk":"a","sk":"b","list":"open","listKey":"c","more":"d"}`, `{"pk":1}`, `null`, `[]`, `{"list":"open"}`, `{"pk":"\ud800","sk":"b","list":"open","listKey":"c"}`,
	} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(plain)))
	}
	f.Add("=")
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		key, err := ParseCursor(cursor, "list", "open")
		switch {
		case err != nil && !errors.Is(err, ErrCursor):
			t.Fatalf("%q is refused with %v", cursor, err)
		case err != nil:
			return
		case key == nil && cursor != "":
			t.Fatalf("%q is the first page", cursor)
		case key == nil:
			return
		}
		if len(key) != 4 {
			t.Fatalf("%q has %d attributes", cursor, len(key))
		}
		for name, v := range key {
			s, ok := v.(*types.AttributeValueMemberS)
			if !ok || s.Value == "" || len(s.Value) > maxKey || name == "list" && s.Value != "open" {
				t.Errorf("%s is %v", name, v)
			}
		}
		again, err := ParseCursor(Cursor(key), "list", "open")
		if err != nil || !reflect.DeepEqual(again, key) {
			t.Errorf("%q is %v, and then %v, %v", cursor, key, again, err)
		}
	})
}
