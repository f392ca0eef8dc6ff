package dynamo

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestCursor(t *testing.T) {
	key := Item{"pk": S("organisation#A"), "sk": S("organisation"), "list": S("member"), "listKey": S("πάφος#A")}
	got, err := ParseCursor(Cursor(key), "list", "member")
	if err != nil || !reflect.DeepEqual(got, key) {
		t.Errorf("%v, %v", got, err)
	}
	if none, err := ParseCursor(Cursor(nil), "list", "member"); none != nil || err != nil {
		t.Errorf("no cursor: %v, %v", none, err)
	}
}

func TestForgedCursors(t *testing.T) {
	for name, plain := range map[string]string{
		"no JSON":         "x",
		"another list":    `{"pk":"a","sk":"b","list":"owed","listKey":"c"}`,
		"a key too few":   `{"pk":"a","sk":"b","list":"member"}`,
		"an empty key":    `{"pk":"a","sk":"","list":"member","listKey":"c"}`,
		"not even a text": `{"pk":1,"sk":"b","list":"member","listKey":"c"}`,
		"too long a key":  `{"pk":"a","sk":"` + strings.Repeat("b", 1025) + `","list":"member","listKey":"c"}`,
	} {
		if got, err := ParseCursor(base64.RawURLEncoding.EncodeToString([]byte(plain)), "list", "member"); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	got, err := ParseCursor(base64.RawURLEncoding.EncodeToString([]byte(`{"pk":"a","sk":"b","list":"member","listKey":"c","more":"d"}`)), "list", "member")
	if _, more := got["more"]; err != nil || more {
		t.Errorf("an attribute that is no key came through: %v, %v", got, err)
	}
}

func TestCancelled(t *testing.T) {
	for code, want := range map[string]bool{"ConditionalCheckFailed": true, "TransactionConflict": true, "ThrottlingError": false} {
		err := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("None")}, {Code: &code}}}
		failed, cancelled := Cancelled(err)
		if cancelled != want || (want && (failed[0] || !failed[1])) {
			t.Errorf("%s: %v, %v; want %v", code, failed, cancelled, want)
		}
	}
}
