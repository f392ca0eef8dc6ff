package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/search"
)

// Store keeps calls, their sources and the reports of reading them in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
	index  *search.Store
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	c := dynamo.NewClient(client)
	return &Store{c, table, now, SearchStore(c, table, now)}
}

// ErrNone says that there is no such call, source or run.
var ErrNone = errors.New("call: none")

// ErrEdited says that somebody else changed the call or the source since it was shown.
var ErrEdited = fault.New(http.StatusConflict, "edited")

// errMoved says that a call changed between reading and writing it.
var errMoved = errors.New("call: changed in the meantime")

// tries is how often a write is prepared anew because the call has changed: more often than writers of
// one [Store.Upsert] can be in each other's way.
const tries = 2 * atOnce

// Get returns a call with its text, or ErrNone. One that was merged into another comes with
// MergedInto and nothing else that counts.
func (s *Store) Get(ctx context.Context, id string) (Call, error) {
	w, err := s.whole(ctx, id)
	return w.call, err
}

// whole reads everything that a call is made of, or fails with ErrNone.
func (s *Store) whole(ctx context.Context, id string) (whole, error) {
	var head headItem
	var curation curationItem
	var records []recordItem
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND sk < :history"),
		ExpressionAttributeValues: dynamo.Item{
			":pk": dynamo.S(callPrefix + id), ":history": dynamo.S(versionPrefix),
		},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return whole{}, fmt.Errorf("call: reading: %w", err)
		}
		for _, item := range out.Items {
			switch sk, _ := item["sk"].(*types.AttributeValueMemberS); sk.Value {
			case headKey:
				head, err = dynamo.Decode[headItem](item)
			case curationKey:
				curation, err = dynamo.Decode[curationItem](item)
			default:
				var r recordItem
				r, err = dynamo.Decode[recordItem](item)
				records = append(records, r)
			}
			if err != nil {
				return whole{}, err
			}
		}
	}
	if head.ID == "" {
		return whole{}, ErrNone
	}
	return stored(head, curation.Curation, records), nil
}

// Calls returns the calls with these ids without their texts, in the order of the ids. Those that
// are not there are left out.
func (s *Store) Calls(ctx context.Context, ids []string) ([]Call, error) {
	keys := make([]dynamo.Item, len(ids))
	for i, id := range ids {
		keys[i] = headKeyOf(id)
	}
	items, err := s.batch(ctx, keys, false)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Call, len(items))
	for _, item := range items {
		h, err := dynamo.Decode[headItem](item)
		if err != nil {
			return nil, err
		}
		byID[h.ID] = h.Call
	}
	var found []Call
	for _, id := range ids {
		if c, ok := byID[id]; ok {
			found = append(found, c)
			delete(byID, id) // an id that is asked for twice is answered once
		}
	}
	return found, nil
}

// batchSize is how many items one BatchGetItem may ask for (DynamoDB's limit).
const batchSize = 100

// batch reads items by their keys, in no order; no key twice.
func (s *Store) batch(ctx context.Context, keys []dynamo.Item, consistent bool) ([]dynamo.Item, error) {
	keys = unrepeated(keys)
	var found []dynamo.Item
	for len(keys) > 0 {
		n := min(len(keys), batchSize)
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys[:n], ConsistentRead: &consistent}},
		})
		if err != nil {
			return nil, fmt.Errorf("call: reading: %w", err)
		}
		found = append(found, out.Responses[s.table]...)
		keys = append(out.UnprocessedKeys[s.table].Keys, keys[n:]...)
	}
	return found, nil
}

func unrepeated(keys []dynamo.Item) []dynamo.Item {
	seen := map[string]bool{}
	var once []dynamo.Item
	for _, k := range keys {
		name := dynamo.Cursor(k)
		if !seen[name] {
			seen[name] = true
			once = append(once, k)
		}
	}
	return once
}

// put is the write of an item under a condition.
func (s *Store) put(v any, condition string, values dynamo.Item) (types.TransactWriteItem, error) {
	item, err := dynamo.Encode(v)
	put := &types.Put{TableName: &s.table, Item: item, ExpressionAttributeValues: values}
	if condition != "" {
		put.ConditionExpression = &condition
	}
	return types.TransactWriteItem{Put: put}, err
}
