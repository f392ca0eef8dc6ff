// Package memory is a table of the ledger of bulk mail in memory, for simulations and measurements.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Table is a DynamoDB table in memory, for one goroutine at a time. It knows the expressions that
// the ledger uses; whatever it does not know panics, so that nothing is simulated wrongly.
type Table struct {
	items map[string]dynamo.Item // by pk and sk
	// Units are the write units of all writes, by about the size of the items.
	Units   int
	written map[string]int
	// Forget makes an item that is only ever read as it was written cost no memory: the table asks
	// for it again by its key. It may be nil.
	Forget func(pk, sk string) dynamo.Item
}

// NewTable returns an empty table.
func NewTable() *Table { return &Table{items: map[string]dynamo.Item{}, written: map[string]int{}} }

// Hottest is how many write units the item took that was written most.
func (t *Table) Hottest() int {
	most := 0
	for _, units := range t.written {
		most = max(most, units)
	}
	return most
}

// Item returns the item with a key; nil if there is none.
func (t *Table) Item(pk, sk string) dynamo.Item { return t.items[pk+"\x00"+sk] }

// keyOf joins the two parts of a key by a character that neither has.
func keyOf(item dynamo.Item) string { return Text(item["pk"]) + "\x00" + Text(item["sk"]) }

// Text is a text or a number as it is written, or "".
func Text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

func (t *Table) get(in *dynamodb.GetItemInput) *dynamodb.GetItemOutput {
	if t.Forget != nil {
		if item := t.Forget(Text(in.Key["pk"]), Text(in.Key["sk"])); item != nil {
			return &dynamodb.GetItemOutput{Item: item}
		}
	}
	return &dynamodb.GetItemOutput{Item: maps.Clone(t.items[keyOf(in.Key)])}
}

func (t *Table) update(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	w := write{
		key: in.Key, update: *in.UpdateExpression, condition: deref(in.ConditionExpression),
		scope: scope{in.ExpressionAttributeNames, in.ExpressionAttributeValues},
	}
	if !w.allowed(t) {
		t.count(in.Key, t.items[keyOf(in.Key)]) // it is paid all the same
		refused := &types.ConditionalCheckFailedException{}
		if in.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld {
			refused.Item = maps.Clone(t.items[keyOf(in.Key)])
		}
		return nil, refused
	}
	// Nobody asks for the updated attributes alone and minds the others.
	return &dynamodb.UpdateItemOutput{Attributes: maps.Clone(w.apply(t))}, nil
}

// Transact makes all writes or none.
func (t *Table) Transact(in *dynamodb.TransactWriteItemsInput) (*dynamodb.TransactWriteItemsOutput, error) {
	reasons := make([]types.CancellationReason, len(in.TransactItems))
	writes := make([]write, len(in.TransactItems))
	failed, none := "ConditionalCheckFailed", "None"
	refused := false
	for i, item := range in.TransactItems {
		writes[i] = writeOf(item)
		reasons[i].Code = &none
		if !writes[i].allowed(t) {
			refused, reasons[i].Code = true, &failed
		}
	}
	if refused {
		return nil, &types.TransactionCanceledException{CancellationReasons: reasons}
	}
	for _, w := range writes {
		w.apply(t)
	}
	for _, w := range writes {
		t.count(w.key, t.items[keyOf(w.key)]) // a transaction writes everything twice
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

// write is one change of one item.
type write struct {
	scope
	key               dynamo.Item
	put               dynamo.Item
	update, condition string
}

func writeOf(i types.TransactWriteItem) write {
	switch {
	case i.Put != nil:
		return write{
			scope{i.Put.ExpressionAttributeNames, i.Put.ExpressionAttributeValues},
			i.Put.Item, i.Put.Item, "", deref(i.Put.ConditionExpression),
		}
	case i.Update != nil:
		return write{
			scope{i.Update.ExpressionAttributeNames, i.Update.ExpressionAttributeValues},
			i.Update.Key, nil, *i.Update.UpdateExpression, deref(i.Update.ConditionExpression),
		}
	case i.ConditionCheck != nil:
		return write{
			scope{i.ConditionCheck.ExpressionAttributeNames, i.ConditionCheck.ExpressionAttributeValues},
			i.ConditionCheck.Key, nil, "", *i.ConditionCheck.ConditionExpression,
		}
	}
	panic("a transaction with something else")
}

func (w write) allowed(t *Table) bool { return w.holds(t.items[keyOf(w.key)], w.condition) }

func (w write) apply(t *Table) dynamo.Item {
	key := keyOf(w.key)
	item := maps.Clone(t.items[key])
	switch {
	case w.put != nil:
		item = maps.Clone(w.put)
	case w.update == "":
		return item
	case item == nil:
		item = dynamo.Item{"pk": w.key["pk"], "sk": w.key["sk"]}
		w.change(item, w.update)
	default:
		w.change(item, w.update)
	}
	t.count(w.key, item)
	if t.Forget == nil || t.Forget(Text(w.key["pk"]), Text(w.key["sk"])) == nil {
		t.items[key] = item
	}
	return item
}

func (t *Table) count(key, item dynamo.Item) {
	units := 1 + (size(item)-1)/1024
	t.Units += units
	t.written[keyOf(key)] += units
}

// query knows two: the index "due", and the shards of a campaign.
func (t *Table) query(in *dynamodb.QueryInput) *dynamodb.QueryOutput {
	s := scope{in.ExpressionAttributeNames, in.ExpressionAttributeValues}
	var found []dynamo.Item
	for _, item := range t.items {
		if s.holds(item, strings.Replace(*in.KeyConditionExpression, "begins_with(sk, :shard)", "sk begins :shard", 1)) {
			found = append(found, item)
		}
	}
	by := "sk"
	if in.IndexName != nil {
		by = "dueAt"
	}
	slices.SortFunc(found, func(a, b dynamo.Item) int {
		return cmp.Or(cmp.Compare(Text(a[by]), Text(b[by])), cmp.Compare(keyOf(a), keyOf(b)))
	})
	if in.Limit != nil && len(found) > int(*in.Limit) {
		found = found[:*in.Limit]
	}
	return &dynamodb.QueryOutput{Items: found}
}

// Client is the table as the ledger calls it. Each call goes through step, which may wait, refuse to
// run it, or hide its answer.
func (t *Table) Client(step func(func()) error) *dynamo.Client {
	return dynamo.Simulated(dynamo.Client{
		GetItem: func(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (out *dynamodb.GetItemOutput, err error) {
			err = step(func() { out = t.get(in) })
			return out, err
		},
		UpdateItem: func(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (out *dynamodb.UpdateItemOutput, err error) {
			var refused error
			if err = step(func() { out, refused = t.update(in) }); err == nil {
				err = refused
			}
			return out, err
		},
		TransactWriteItems: func(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (out *dynamodb.TransactWriteItemsOutput, err error) {
			var refused error
			if err = step(func() { out, refused = t.Transact(in) }); err == nil {
				err = refused
			}
			return out, err
		},
	}, func(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (out *dynamodb.QueryOutput, err error) {
		err = step(func() { out = t.query(in) })
		return out, err
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// size is about what DynamoDB counts: names and values.
func size(item dynamo.Item) int {
	n := 0
	for name, v := range item {
		n += len(name) + valueSize(v)
	}
	return n
}

func valueSize(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return 1 + len(v.Value)/2
	case *types.AttributeValueMemberNS:
		return 3 * len(v.Value)
	case *types.AttributeValueMemberL:
		return 3 + 4*len(v.Value)
	case *types.AttributeValueMemberM:
		return 3 + size(v.Value)
	case *types.AttributeValueMemberSS:
		return 40 * len(v.Value)
	}
	panic(fmt.Sprintf("a value of the type %T", v))
}
