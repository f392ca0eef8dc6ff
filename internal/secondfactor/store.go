package secondfactor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
)

// Store keeps factors, pending challenges and counts of tries.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

func key(pk string) dynamo.Item { return dynamo.Item{"pk": dynamo.S(pk)} }

func factorsKey(person string) string { return "factors#" + person }

// get returns a person's factors, given by reference.
func (s *Store) get(ctx context.Context, person string) (factors, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key(factorsKey(person)), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return factors{}, fmt.Errorf("secondfactor: reading: %w", err)
	}
	if out.Item == nil {
		return factors{PK: factorsKey(person)}, nil
	}
	return dynamo.Decode[factors](out.Item)
}

// changeTries is how often a change is tried that met another one.
const changeTries = 5

// errChanged reports a change that met another one.
var errChanged = errors.New("secondfactor: changed in the meantime")

// change reads a person's factors, lets do change them, and writes them with the other writes, all or
// nothing. What do refuses is not written. If somebody else was faster, do sees what they left.
func (s *Store) change(ctx context.Context, person string, do func(*factors) error, also ...types.TransactWriteItem) (factors, error) {
	for range changeTries {
		f, err := s.get(ctx, person)
		if err != nil {
			return f, err
		}
		before := f.Version
		if err := do(&f); err != nil {
			return f, err
		}
		f.Version, f.Expires = before+1, s.now().Add(kept).Unix()
		if err := s.put(ctx, f, before, also); !errors.Is(err, errChanged) {
			return f, err
		}
	}
	return factors{}, fault.New(http.StatusConflict, "conflict").Because(errChanged)
}

func (s *Store) put(ctx context.Context, f factors, before int64, also []types.TransactWriteItem) error {
	item, err := dynamo.Encode(f)
	if err != nil {
		return err
	}
	put := &types.Put{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if before > 0 {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(before)}
	}
	return s.write(ctx, append([]types.TransactWriteItem{{Put: put}}, also...))
}

// write makes several writes, all or nothing. errChanged says that something was different.
func (s *Store) write(ctx context.Context, writes []types.TransactWriteItem) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return errChanged
	}
	if err != nil {
		return fmt.Errorf("secondfactor: writing: %w", err)
	}
	return nil
}

// forget deletes a person's factors with the other writes. Deleting none is no error.
func (s *Store) forget(ctx context.Context, person string, also ...types.TransactWriteItem) error {
	return s.write(ctx, slices.Concat([]types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: key(factorsKey(person))}}, s.triesOver(person),
	}, also))
}
