package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// A mailbox that is full or away for a while is no reason to stop writing to it; one that never
// takes anything is.
const (
	// SoftBounces is how many mails in a row may come back for now before an address is suppressed.
	SoftBounces = 3
	// softBounceDay is how long the next one does not count: all mail of a day, and an event that
	// comes twice, tell of one and the same state.
	softBounceDay = 20 * time.Hour
	// softBounceMemory is how long a count is kept without another: three monthly issues.
	softBounceMemory = 100 * 24 * time.Hour
)

// softBounces counts for one address. It knows it by the keyed hash only.
type softBounces struct {
	Count int   `json:"count"`
	Last  int64 `json:"last"` // seconds since 1970
}

func (s *Suppressions) softKey(address string) dynamo.Item {
	key := s.key(address)
	key["sk"] = dynamo.S("soft-bounces")
	return key
}

// Returned counts a mail that came back for now. The address is suppressed after SoftBounces in a
// row, each at least a day and at most 100 days after the one before.
func (s *Suppressions) Returned(ctx context.Context, address string) error {
	now := s.store.now()
	item, err := s.store.get(ctx, s.softKey(address))
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	before, err := dynamo.Decode[softBounces](item)
	if err != nil {
		return err
	}
	since := now.Sub(time.Unix(before.Last, 0))
	switch {
	case since < softBounceDay:
		return nil
	case since > softBounceMemory:
		before.Count = 0
	}
	if before.Count+1 >= SoftBounces {
		if err := s.Add(ctx, address, "bounce"); err != nil {
			return err
		}
	}
	after := s.softKey(address)
	after["count"], after["last"] = dynamo.N(int64(before.Count+1)), dynamo.Time(now)
	after["expires"] = dynamo.Time(now.Add(softBounceMemory))
	_, err = s.store.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.store.table, Item: after,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR #last = :last"),
		ExpressionAttributeNames:  map[string]string{"#last": "last"},
		ExpressionAttributeValues: dynamo.Item{":last": dynamo.N(before.Last)},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil // counted at the same time
	}
	if err != nil {
		return fmt.Errorf("members: counting a bounce: %w", err)
	}
	return nil
}

// Delivered forgets what came back before. It costs a read only unless there is something to forget.
func (s *Suppressions) Delivered(ctx context.Context, address string) error {
	out, err := s.store.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.store.table, Key: s.softKey(address)})
	if err != nil {
		return fmt.Errorf("members: reading bounces: %w", err)
	}
	if out.Item == nil {
		return nil
	}
	_, err = s.store.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.store.table, Key: s.softKey(address)})
	if err != nil {
		return fmt.Errorf("members: forgetting bounces: %w", err)
	}
	return nil
}
