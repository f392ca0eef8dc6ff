package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// head names the segments of an index. It is replaced as a whole, under the condition that nobody
// else did.
type head struct {
	Version  int64           `dynamodbav:"version"` // 0 before there is one
	Segments []storedSegment `dynamodbav:"segments"`
	// Retired are segments to delete: those that a merge replaced, once no reader can still be about
	// to load them, and those that are being written, in case their writer dies.
	Retired []retiredSegment `dynamodbav:"retired"`
	// Busy is until when somebody is expected to be at work, in seconds since 1970.
	Busy int64 `dynamodbav:"busy"`
}

// storedSegment is a segment in the table.
type storedSegment struct {
	ID        string `dynamodbav:"id"`
	Parts     int    `dynamodbav:"parts"`
	Bytes     int    `dynamodbav:"bytes"`
	Documents int    `dynamodbav:"documents"`
}

type retiredSegment struct {
	storedSegment
	At int64 `dynamodbav:"at"` // seconds since 1970
}

func newStoredSegment(s *segment, data []byte) storedSegment {
	return storedSegment{
		ID: newSegmentID(), Parts: (len(data) + maxPart - 1) / maxPart, Bytes: len(data), Documents: s.len(),
	}
}

func (h *head) read(item dynamo.Item) error {
	if err := attributevalue.UnmarshalMap(item, h); err != nil {
		return fmt.Errorf("search: reading the head: %w", err)
	}
	return nil
}

// same reports whether two heads name the same segments.
func (h *head) same(other *head) bool { return slices.Equal(h.Segments, other.Segments) }

// replace writes the head if it still has the version that it was read with, and reports whether it
// had. Then h is the head that is stored.
func (s *Store) replace(ctx context.Context, h *head) (bool, error) {
	next := *h
	next.Version++
	item, err := attributevalue.MarshalMap(next)
	if err != nil {
		return false, fmt.Errorf("search: the head: %w", err)
	}
	item["pk"], item["sk"] = dynamo.S(s.name), dynamo.S(headKey)
	in := &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}
	if h.Version > 0 {
		in.ConditionExpression = aws.String("version = :version")
		in.ExpressionAttributeValues = dynamo.Item{":version": dynamo.N(h.Version)}
	}
	_, err = s.client.PutItem(ctx, in)
	if _, refused := dynamo.Refused(err); refused {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("search: writing the head: %w", err)
	}
	*h = next
	return true, nil
}

// claim announces a segment that is going to be written, and deletes those that were retired long
// ago. It reports false when somebody else is at work.
func (s *Store) claim(ctx context.Context, h *head, stored storedSegment, patience time.Duration) (bool, error) {
	now := s.now()
	old := func(r retiredSegment) bool { return now.Sub(time.Unix(r.At, 0)) > grace }
	for _, r := range h.Retired {
		if old(r) {
			if err := s.remove(ctx, s.partKeys(r.storedSegment)); err != nil {
				return false, err
			}
		}
	}
	h.Retired = slices.DeleteFunc(slices.Clone(h.Retired), old)
	h.Retired = append(h.Retired, retiredSegment{stored, now.Unix()})
	h.Busy = now.Add(patience).Unix()
	return s.replace(ctx, h)
}

// commit puts a new segment into the place of others.
func (s *Store) commit(ctx context.Context, h *head, stored storedSegment, replaced []storedSegment) (bool, error) {
	gone := func(list []storedSegment, id string) bool {
		return slices.ContainsFunc(list, func(o storedSegment) bool { return o.ID == id })
	}
	h.Retired = slices.DeleteFunc(slices.Clone(h.Retired), func(r retiredSegment) bool { return r.ID == stored.ID })
	for _, r := range replaced {
		h.Retired = append(h.Retired, retiredSegment{r, s.now().Unix()})
	}
	h.Segments = slices.DeleteFunc(slices.Clone(h.Segments), func(o storedSegment) bool { return gone(replaced, o.ID) })
	h.Segments = append(h.Segments, stored)
	h.Busy = 0
	return s.replace(ctx, h)
}

func (s *Store) partKeys(stored storedSegment) func(func(dynamo.Item) bool) {
	return func(yield func(dynamo.Item) bool) {
		for part := range stored.Parts {
			if !yield(s.partKey(stored.ID, part)) {
				return
			}
		}
	}
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func integer(v types.AttributeValue) int64 {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	}
	return 0
}
