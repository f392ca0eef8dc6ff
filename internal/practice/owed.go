package practice

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Owed is a decision that people of the owning organisation were not told of yet, as far as is known.
type Owed struct {
	Practice         string   `json:"practice"`
	Title            string   `json:"title"`
	Organisation     string   `json:"organisation"`
	OrganisationName string   `json:"organisationName"`
	Decision         Decision `json:"decision"` // without comments
	// Told are the references of those who were.
	Told []string `json:"told"`
}

// Knows reports whether a person was told.
func (o Owed) Knows(ref members.Ref) bool { return slices.Contains(o.Told, ref.String()) }

// owing returns the write that remembers that a decision is to be told. A decision that comes before
// the last one was told takes its place: the mail is about where the practice stands.
func (s *Store) owing(p Practice, d Decision) (types.TransactWriteItem, error) {
	d.Comments = nil
	return put(s.table, owedItem{
		PK: partition(p.ID), SK: owedKey, List: owedList, ListKey: listKey(d.At, p.ID),
		Owed: Owed{
			Practice: p.ID, Title: p.Title, Organisation: p.Organisation, OrganisationName: p.OrganisationName,
			Decision: d, Told: []string{},
		},
	}, -1)
}

// mayTell is how long one attempt at telling a decision has the right of way.
const mayTell = 30 * time.Second

// Tell returns the decision about a practice that is to be told now, and true for one of several who
// ask at the same time. It reports false if all is told, or somebody else is at it.
func (s *Store) Tell(ctx context.Context, id string) (Owed, bool, error) {
	now := s.now()
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(id, owedKey), ReturnValues: types.ReturnValueAllNew,
		UpdateExpression:          aws.String("SET toldAt = :now"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND (attribute_not_exists(toldAt) OR toldAt <= :pause)"),
		ExpressionAttributeValues: dynamo.Item{":now": dynamo.Time(now), ":pause": dynamo.Time(now.Add(-mayTell))},
	})
	if _, refused := dynamo.Refused(err); refused {
		return Owed{}, false, nil
	}
	if err != nil {
		return Owed{}, false, err
	}
	it, err := dynamo.Decode[owedItem](out.Attributes)
	return it.Owed, err == nil, err
}

// Told remembers that a person was told of a decision.
func (s *Store) Told(ctx context.Context, o Owed, ref members.Ref) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(o.Practice, owedKey),
		UpdateExpression:    aws.String("SET told = list_append(told, :ref)"),
		ConditionExpression: aws.String("listKey = :decision"),
		ExpressionAttributeValues: dynamo.Item{
			":ref":      &types.AttributeValueMemberL{Value: []types.AttributeValue{dynamo.S(ref.String())}},
			":decision": dynamo.S(listKey(o.Decision.At, o.Practice)),
		},
	})
	return unlessRefused(err)
}

// Settle forgets a decision that everybody was told of.
func (s *Store) Settle(ctx context.Context, o Owed) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: keyOf(o.Practice, owedKey),
		ConditionExpression:       aws.String("listKey = :decision"),
		ExpressionAttributeValues: dynamo.Item{":decision": dynamo.S(listKey(o.Decision.At, o.Practice))},
	})
	return unlessRefused(err)
}

// IsOwed reports whether the last decision about a practice is still to be told.
func (s *Store) IsOwed(ctx context.Context, id string) (bool, error) {
	_, err := s.read(ctx, id, owedKey)
	if errors.Is(err, ErrNone) {
		return false, nil
	}
	return err == nil, err
}

// unlessRefused drops the error of a write about a decision that a newer one has replaced.
func unlessRefused(err error) error {
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// Owed returns up to [PageSize] decisions that are not told, the oldest first.
func (s *Store) Owed(ctx context.Context) ([]Owed, error) {
	items, _, err := s.list(ctx, owedList, "", PageSize, false)
	if err != nil {
		return nil, err
	}
	return decodeAll(items, func(it owedItem) (Owed, error) { return it.Owed, nil })
}
