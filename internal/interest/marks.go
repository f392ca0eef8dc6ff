package interest

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Marks are what a person decided about single calls.
type Marks struct {
	Person members.Ref `json:"person"`
	// Followed are calls whose changes and deadlines the person wants to hear of, with the version
	// that they saw when they began to.
	Followed map[string]int `json:"followed"`
	// Dismissed are calls of which the person wants to hear no more.
	Dismissed map[string]Dismissal `json:"dismissed"`
	// Calendar is the hash of the secret in the address of the person's calendar, or "".
	Calendar string `json:"calendar"`
	// Version counts changes, so that two who change at once notice each other.
	Version int `json:"version"`
}

// Dismissal says why a call is not for somebody. Coordinators read the reasons; nothing is tuned by
// them.
type Dismissal struct {
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

type marksItem struct {
	PK string `json:"pk"`
	SK string `json:"sk"`
	Marks
}

func marksPartition(shard int) string { return fmt.Sprintf("marks#%02d", shard) }

func marksKey(ref members.Ref) dynamo.Item {
	return dynamo.Key(marksPartition(ShardOf(ref.Organisation)), ref.String())
}

// Marks returns a person's marks; whoever made none has the zero ones.
func (s *Store) Marks(ctx context.Context, ref members.Ref) (Marks, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: marksKey(ref), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Marks{}, fmt.Errorf("interest: marks: %w", err)
	}
	if out.Item == nil {
		return Marks{Person: ref}, nil
	}
	m, err := decodeMarks(out.Item)
	m.Person = ref
	return m, err
}

// SaveMarks stores changed marks; m.Version is the one that the change began from. ErrEdited if they
// were changed since.
func (s *Store) SaveMarks(ctx context.Context, m Marks) (Marks, error) {
	before := m.Version
	m.Version++
	item, err := dynamo.Encode(marksItem{marksPartition(ShardOf(m.Person.Organisation)), m.Person.String(), m})
	if err != nil {
		return m, err
	}
	put := &dynamodb.PutItemInput{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if before > 0 {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(int64(before))}
	}
	_, err = s.client.PutItem(ctx, put)
	if _, refused := dynamo.Refused(err); refused {
		return m, ErrEdited
	}
	if err != nil {
		return m, fmt.Errorf("interest: save marks: %w", err)
	}
	return m, nil
}

// MarksOf returns the marks of all people of a shard.
func (s *Store) MarksOf(ctx context.Context, shard int) (map[members.Ref]Marks, error) {
	found := map[members.Ref]Marks{}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(marksPartition(shard))},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("interest: marks of shard %d: %w", shard, err)
		}
		for _, item := range out.Items {
			m, err := decodeMarks(item)
			if err != nil {
				return nil, err
			}
			found[m.Person] = m
		}
	}
	return found, nil
}

func decodeMarks(item dynamo.Item) (Marks, error) {
	it, err := dynamo.Decode[marksItem](item)
	return it.Marks, err
}
