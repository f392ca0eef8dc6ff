package newsletter

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

const (
	// issueKey is the item by which the archive finds a newsletter. It comes and goes with the
	// schedule, in the same transactions.
	issueKey = "issue"
	// archive is the partition of the index "list" that holds those items, ordered by when they are due.
	archive = "archive"
)

// archived reports whether newsletters of this kind are for everybody to read once they are sent.
// Announcements are not: they concern the members only.
func (k Kind) archived() bool { return k != Announcement }

// Public reports whether everybody may read the newsletter: from the moment that it goes out. One
// whose sending is stopped half-way stays, because its readers have the link.
func (n Newsletter) Public(now time.Time) bool {
	return n.State == Scheduled && n.Kind.archived() && !n.Due.After(now)
}

// publish is the write that makes a newsletter part of the archive once it is due.
func (s *Store) publish(n Newsletter) (types.TransactWriteItem, error) {
	n.State = Scheduled
	item, err := dynamo.Encode(newsletterItem{PK: n.ID, SK: issueKey, List: archive, ListKey: listKey(n.Due, n.ID), Newsletter: n})
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: item}}, err
}

// withdraw is the reverse of publish.
func (s *Store) withdraw(id string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: dynamo.Key(id, issueKey)}}
}

// Archive returns one page of the newsletters that are public, the latest first, and the cursor of
// the next or "". Of the state of their texts it knows the subjects.
func (s *Store) Archive(ctx context.Context, cursor string, limit int32) ([]Newsletter, string, error) {
	start, err := dynamo.ParseCursor(cursor, "list", archive)
	if err != nil {
		return nil, "", err
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: &limit,
		ExclusiveStartKey: start, ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:   aws.String("#list = :list AND listKey < :end"),
		ExpressionAttributeNames: map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{
			":list": dynamo.S(archive), ":end": dynamo.S(listKey(s.now(), "~")), // after every identifier
		},
	})
	if err != nil {
		return nil, "", fmt.Errorf("newsletter: archive: %w", err)
	}
	var found []Newsletter
	for _, item := range out.Items {
		it, err := dynamo.Decode[newsletterItem](item)
		if err != nil {
			return nil, "", err
		}
		found = append(found, it.Newsletter)
	}
	return found, dynamo.Cursor(out.LastEvaluatedKey), nil
}
