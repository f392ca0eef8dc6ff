// Package dynamo is what the tables of all domains share: reading why a write was refused,
// opaque cursors, and the few attribute values that expressions need.
package dynamo

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is a stored item or its key.
type Item = map[string]types.AttributeValue

// MaxTransaction is how many items one transaction may hold (DynamoDB's limit).
const MaxTransaction = 100

// S is a string value.
func S(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

// N is a number value.
func N(v int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(v, 10)}
}

// Bool is a truth value.
func Bool(v bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: v} }

// Time is a time in whole seconds since 1970, the form that TTL and comparisons need.
func Time(t time.Time) types.AttributeValue { return N(t.Unix()) }

// Key is the key of an item in a table with pk and sk.
func Key(pk, sk string) Item { return Item{"pk": S(pk), "sk": S(sk)} }

// Refused reports whether a write failed on its own condition, and the item that was there if the
// write asked for it with ReturnValuesOnConditionCheckFailure.
func Refused(err error) (Item, bool) {
	e, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return nil, false
	}
	return e.Item, true
}

// Cancelled reports whether a transaction was cancelled, and for each of its items whether its
// condition failed. A conflict with another transaction in flight counts as a failed condition:
// whoever sees it reads again and finds what the other one did. A transaction that was cancelled for
// another reason, such as throttling, is an error like any other.
func Cancelled(err error) ([]bool, bool) {
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return nil, false
	}
	failed, cancelled := make([]bool, len(e.CancellationReasons)), false
	for i, reason := range e.CancellationReasons {
		code := ""
		if reason.Code != nil {
			code = *reason.Code
		}
		failed[i] = code == "ConditionalCheckFailed" || code == "TransactionConflict"
		cancelled = cancelled || failed[i]
	}
	return failed, cancelled
}

// Cursor makes the key that a Query stopped at into an opaque string; no key is "".
func Cursor(last Item) string {
	if len(last) == 0 {
		return ""
	}
	plain := make(map[string]string, len(last))
	for name, v := range last {
		if s, ok := v.(*types.AttributeValueMemberS); ok {
			plain[name] = s.Value
		}
	}
	b, err := json.Marshal(plain)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ErrCursor is the error for a cursor that this program did not make.
var ErrCursor = errors.New("dynamo: not a cursor")

// maxKey is how long a sort key may be, in bytes (DynamoDB's limit). Our partition keys are shorter still.
const maxKey = 1024

// ParseCursor is the reverse of [Cursor] for an index whose partition is the attribute partition and
// whose sort key is named after it, as in "list" and "listKey". It refuses a cursor of another
// partition than value, so that nobody leaves the list that they may read, and whatever DynamoDB
// would not take as a key.
func ParseCursor(cursor, partition, value string) (Item, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, ErrCursor
	}
	var plain map[string]string
	if err := json.Unmarshal(b, &plain); err != nil {
		return nil, ErrCursor
	}
	if plain[partition] != value {
		return nil, fmt.Errorf("%w of this list", ErrCursor)
	}
	key := Item{}
	for _, name := range []string{"pk", "sk", partition, partition + "Key"} {
		if plain[name] == "" || len(plain[name]) > maxKey {
			return nil, ErrCursor
		}
		key[name] = S(plain[name])
	}
	return key, nil
}
