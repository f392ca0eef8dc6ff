package search

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Store keeps an index in any table with pk and sk:
//
//   - a log with one item for each change since the last compaction, written by the domain within its
//     own transactions;
//   - segments, each in parts of at most 300 KB under a partition of its own;
//   - the head, which names the segments that count. It sorts after the log, so that one Query gets
//     the latest changes and the head.
//
// Whatever the order in which changes arrive, the highest version of a document counts.
type Store struct {
	client *dynamo.Client
	table  string
	name   string
	now    func() time.Time
}

// NewStore returns the index that is kept under the given name in a table.
func NewStore(client *dynamo.Client, table, name string, now func() time.Time) *Store {
	return &Store{client, table, name, now}
}

const (
	logPrefix = "change#"
	headKey   = "head" // after every key of the log
	// maxPart is how many bytes one item holds; DynamoDB's limit is 400 KB.
	maxPart = 300 << 10
	// sortable writes a time in UTC so that the order of texts is the order of times.
	sortable = "2006-01-02T15:04:05.000000Z"
)

// Change returns the write that publishes a document, to join the transaction of what it tells of.
// It costs a write unit for each KB; an ordinary document of 700 words has three or four.
func (s *Store) Change(d Document) (types.TransactWriteItem, error) {
	for limit := maxWords; ; limit /= 2 {
		seg, err := build([]Document{d}, limit)
		if err != nil {
			return types.TransactWriteItem{}, err
		}
		if data := seg.encode(); len(data) <= maxPart {
			return s.change(d.ID, d.Version, data), nil
		}
		if limit == 0 {
			return types.TransactWriteItem{}, fmt.Errorf("%w: %s is too large without its words", errDocument, d.ID)
		}
	}
}

// Remove returns the write that takes a document out, to join a transaction. The version must be
// higher than the one that was published.
func (s *Store) Remove(id string, version int64) types.TransactWriteItem {
	return s.change(id, version, tombstone(id, version).encode())
}

func (s *Store) change(id string, version int64, data []byte) types.TransactWriteItem {
	item := dynamo.Key(s.name, fmt.Sprintf("%s%s#%s#%d", logPrefix, s.now().UTC().Format(sortable), id, version))
	item["id"], item["version"], item["data"] = dynamo.S(id), dynamo.N(version), &types.AttributeValueMemberB{Value: data}
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: item}}
}

// change is an item of the log.
type change struct {
	key     string
	id      string
	version int64
	data    []byte
}

// log returns the changes since a time, all of them for the zero time, and the head.
func (s *Store) log(ctx context.Context, since time.Time, consistent bool) ([]change, *head, error) {
	from := logPrefix
	if !since.IsZero() {
		from += since.UTC().Format(sortable)
	}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: &consistent,
		KeyConditionExpression: aws.String("pk = :name AND sk BETWEEN :from AND :head"),
		ExpressionAttributeValues: dynamo.Item{
			":name": dynamo.S(s.name), ":from": dynamo.S(from), ":head": dynamo.S(headKey),
		},
	})
	var changes []change
	h := &head{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("search: reading the log: %w", err)
		}
		for _, item := range page.Items {
			key := text(item["sk"])
			if key == headKey {
				if err := h.read(item); err != nil {
					return nil, nil, err
				}
				continue
			}
			c := change{key: key, id: text(item["id"]), version: integer(item["version"])}
			if b, ok := item["data"].(*types.AttributeValueMemberB); ok {
				c.data = b.Value
			}
			changes = append(changes, c)
		}
	}
	return changes, h, nil
}

// partKey is the key of a segment's part.
func (s *Store) partKey(segment string, part int) dynamo.Item {
	return dynamo.Key(s.name+"#"+segment, fmt.Sprintf("%04d", part))
}

// errMissing is the error for a segment that has been deleted.
var errMissing = errors.New("search: a segment is gone")

// parallel is how many parts are on their way at once; each takes a few megabytes while it is.
const parallel = 4

// load reads a segment.
func (s *Store) load(ctx context.Context, stored storedSegment) (*segment, error) {
	all := make([]byte, stored.Bytes)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range stored.Parts {
		group.Go(func() error {
			part, err := s.part(ctx, stored.ID, i)
			if err != nil {
				return err
			}
			if place := all[i*maxPart : min((i+1)*maxPart, len(all))]; copy(place, part) < len(place) {
				return errSegment
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return decode(all)
}

// part reads one part of a segment.
func (s *Store) part(ctx context.Context, segment string, i int) ([]byte, error) {
	// What was written a moment ago may not be everywhere yet: then once more, consistently.
	for _, consistent := range []bool{false, true} {
		out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: &s.table, Key: s.partKey(segment, i), ConsistentRead: &consistent,
		})
		if err != nil {
			return nil, fmt.Errorf("search: reading a segment: %w", err)
		}
		if b, ok := out.Item["data"].(*types.AttributeValueMemberB); ok {
			return b.Value, nil
		}
	}
	return nil, fmt.Errorf("%w: part %d of %s", errMissing, i, segment)
}

// write stores the parts of a new segment.
func (s *Store) write(ctx context.Context, stored storedSegment, data []byte) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range stored.Parts {
		group.Go(func() error {
			item := s.partKey(stored.ID, i)
			item["data"] = &types.AttributeValueMemberB{Value: data[i*maxPart : min((i+1)*maxPart, len(data))]}
			_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item})
			if err != nil {
				return fmt.Errorf("search: writing a segment: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// remove deletes items.
func (s *Store) remove(ctx context.Context, keys iter.Seq[dynamo.Item]) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for key := range keys {
		group.Go(func() error {
			_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: key})
			if err != nil {
				return fmt.Errorf("search: deleting: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// newSegmentID returns the name of a new segment.
func newSegmentID() string { return strings.ToLower(rand.Text()[:12]) }
