package dissemination

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Settle records the proof that a delivery, named by the value of its tag [DeliveryTag], was sent.
// It may be called before, after and beside the sender's own mark, and any number of times; a
// delivery that is known to be sent costs a read only. A campaign that is not there any more is no
// error.
func (s *Store) Settle(ctx context.Context, tag string) error {
	d, err := parseDelivery(tag)
	if err != nil {
		return err
	}
	sh, err := s.shard(ctx, d.campaign, d.shard)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.index >= len(sh.outcomes) {
		return fmt.Errorf("dissemination: %s has no delivery %d", shardKey(d.shard), d.index)
	}
	if sh.outcome(d.index) == Sent {
		return nil
	}
	return s.settle(ctx, d.campaign, d.shard, []int{d.index})
}

// settle adds to the set of deliveries that are proved to be sent, without a version: neither the
// holder nor other events are disturbed.
func (s *Store) settle(ctx context.Context, campaign string, number int, indexes []int) error {
	var err error
	for range attempts {
		_, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: dynamo.Key(campaign, shardKey(number)),
			UpdateExpression:          aws.String("ADD settled :indexes"),
			ConditionExpression:       aws.String("attribute_exists(pk)"),
			ExpressionAttributeValues: dynamo.Item{":indexes": numbers(indexes)},
		})
		// The SDK does not repeat a write that met a transaction, here the end of the shard.
		if _, conflict := errors.AsType[*types.TransactionConflictException](err); !conflict {
			break
		}
		if err := pause(ctx, jitter(20*time.Millisecond)); err != nil {
			return err
		}
	}
	if _, refused := dynamo.Refused(err); refused {
		return nil // deleted by its expiry
	}
	if err != nil {
		return fmt.Errorf("dissemination: settling: %w", err)
	}
	return nil
}
