package mydata

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

func expired(item dynamo.Item, now time.Time) bool {
	it, err := dynamo.Decode[struct {
		Expires int64 `json:"expires"`
	}](item)
	return err == nil && it.Expires > 0 && it.Expires <= now.Unix()
}

// item erases or collects what one item says of the person.
func (w *Worker) item(ctx context.Context, table string, item dynamo.Item, j *Job) ([]Piece, error) {
	h := holdingOf(table, item)
	switch {
	case h.SK == "file":
		return w.file(ctx, h, item, j)
	case j.Kind == Export:
		piece, found, err := h.extract(item, j)
		if err != nil || !found {
			return nil, err
		}
		j.count(h)
		return []Piece{piece}, nil
	case h.Kept:
		return nil, nil
	case h.theirs(item, j):
		j.changes(h)
		return nil, w.remove(ctx, table, item)
	}
	after, changed := h.erase(item, j)
	if !changed {
		return nil, nil
	}
	j.changes(h)
	return nil, w.replace(ctx, table, h, item, after)
}

// changes counts an item that the erasure changed.
func (j *Job) changes(h Holding) {
	j.Changed++
	j.count(h)
}

func (j *Job) count(h Holding) {
	if j.Items == nil {
		j.Items = map[string]int{}
	}
	j.Items[h.Stored]++
}

func keyOf(item dynamo.Item) dynamo.Item {
	key := dynamo.Item{"pk": item["pk"]}
	if item["sk"] != nil {
		key["sk"] = item["sk"]
	}
	return key
}

func (w *Worker) remove(ctx context.Context, table string, item dynamo.Item) error {
	_, err := w.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(w.Tables[table]), Key: keyOf(item)})
	return err
}

// replace writes the attributes that are different, if they are still what was read. If somebody else has
// changed them, the next pass meets the item again.
func (w *Worker) replace(ctx context.Context, table string, h Holding, before, after dynamo.Item) error {
	set, condition := "SET ", "attribute_exists(pk)"
	names, values := map[string]string{}, dynamo.Item{}
	for name, v := range after {
		if before[name] != nil && reflect.DeepEqual(before[name], v) {
			continue
		}
		n := fmt.Sprint(len(names))
		if len(names) > 0 {
			set += ", "
		}
		names["#"+n], values[":new"+n] = name, v
		set += "#" + n + " = :new" + n
		if before[name] != nil {
			values[":old"+n] = before[name]
			condition += " AND #" + n + " = :old" + n
		}
	}
	if _, counts := before[h.Counter].(*types.AttributeValueMemberN); counts {
		names["#counter"], values[":one"] = h.Counter, dynamo.N(1)
		set += ", #counter = #counter + :one"
	}
	_, err := w.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(w.Tables[table]), Key: keyOf(before),
		UpdateExpression: &set, ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}
