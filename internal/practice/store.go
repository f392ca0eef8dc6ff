package practice

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

// Store keeps the practices in DynamoDB.
//
// Every change of a practice replaces its head on the condition that it is still at the revision that
// was read, in one transaction with all that the change means elsewhere. So changes of one practice
// happen one after the other, and each sees the one before.
type Store struct {
	client *dynamo.Client
	table  string
	index  *search.Store
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	plain := dynamo.NewClient(client)
	return &Store{plain, table, SearchStore(plain, table, now), now}
}

// Faults that the store answers with.
var (
	// ErrNone says that there is no such practice, draft or version.
	ErrNone = fault.New(http.StatusNotFound, "practice-none")
	// ErrArchived says that a practice was published once and is not in the library any more.
	ErrArchived = fault.New(http.StatusGone, "practice-archived")
	// ErrEdited says that somebody saved since the page was shown; its Args are By and At.
	ErrEdited = fault.New(http.StatusConflict, "practice-edited")
	// ErrOwnPractice says that somebody may not review what their own organisation handed in.
	ErrOwnPractice = fault.New(http.StatusForbidden, "own-practice")
)

// tries is how often a change is made again that met another one.
const tries = 8

// transaction collects writes, and the first error of making one.
type transaction struct {
	items []types.TransactWriteItem
	err   error
	// gone says that the practice itself ends by it.
	gone bool
}

func (t *transaction) add(w types.TransactWriteItem, err error) {
	t.items = append(t.items, w)
	t.err = errors.Join(t.err, err)
}

// change reads a practice, lets decide say what becomes of it, and writes that together with what
// decide adds. It begins again if somebody else changed the practice meanwhile. decide gets the
// practice as it is and changes what it will be; revision and time follow by themselves.
func (s *Store) change(ctx context.Context, id, by string, decide func(*Practice, *transaction) error) error {
	for try := 1; ; try++ {
		p, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		before := p.Revision
		var writes transaction
		if err := decide(&p, &writes); err != nil {
			return err
		}
		p.Revision, p.UpdatedAt, p.UpdatedBy = before+1, s.now().UTC(), by
		head, err := put(s.table, p.item(), before)
		if writes.gone {
			head = types.TransactWriteItem{Delete: &types.Delete{
				TableName: &s.table, Key: keyOf(id, headKey), ConditionExpression: aws.String("revision = :revision"),
				ExpressionAttributeValues: dynamo.Item{":revision": dynamo.N(int64(before))},
			}}
		}
		writes.add(head, err)
		err = s.write(ctx, writes)
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return err
		}
		if try == tries {
			return ErrState.Because(err)
		}
	}
}

func (s *Store) write(ctx context.Context, t transaction) error {
	if t.err != nil {
		return t.err
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: t.items})
	return err
}

// remove returns the write that deletes an item of a practice.
func (s *Store) remove(id, sk string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: keyOf(id, sk)}}
}

// read returns an item of a practice as it is now, or ErrNone.
func (s *Store) read(ctx context.Context, id, sk string) (dynamo.Item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keyOf(id, sk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("practice: reading: %w", err)
	}
	if out.Item == nil {
		return nil, ErrNone
	}
	return out.Item, nil
}

// readAll returns the items of a practice whose sort keys begin alike, in their order.
func (s *Store) readAll(ctx context.Context, id, prefix string) ([]dynamo.Item, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :sk)"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(partition(id)), ":sk": dynamo.S(prefix)},
	}
	var items []dynamo.Item
	pages := dynamodb.NewQueryPaginator(s.client, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("practice: reading: %w", err)
		}
		items = append(items, out.Items...)
	}
	return items, nil
}

// list returns one page of a partition of the index, and the cursor of the next or "".
func (s *Store) list(ctx context.Context, list, cursor string, limit int, newestFirst bool) ([]dynamo.Item, string, error) {
	start, err := dynamo.ParseCursor(cursor, "list", list)
	if err != nil {
		return nil, "", fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), ScanIndexForward: aws.Bool(!newestFirst),
		Limit: aws.Int32(int32(limit)), ExclusiveStartKey: start, //nolint:gosec // the size of a page
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(list)},
	})
	if err != nil {
		return nil, "", fmt.Errorf("practice: list: %w", err)
	}
	return out.Items, dynamo.Cursor(out.LastEvaluatedKey), nil
}

// decodeAll decodes items of one kind.
func decodeAll[Item, T any](items []dynamo.Item, convert func(Item) (T, error)) ([]T, error) {
	all := make([]T, 0, len(items))
	for _, item := range items {
		it, err := dynamo.Decode[Item](item)
		if err != nil {
			return nil, err
		}
		v, err := convert(it)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
