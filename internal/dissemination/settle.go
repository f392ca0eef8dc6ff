package dissemination

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Proof is what an event proves about a delivery.
type Proof int

// The proofs. All but Refused prove that the mail went out as well.
const (
	WentOut    Proof = iota
	Returned         // it bounced, for now or for no known reason
	Bounced          // it bounced for good
	Complained       // its reader complained
	Refused          // SES took the message and then did not send it
)

// set is the attribute of a shard that holds the deliveries with this proof.
func (p Proof) set() string {
	return [...]string{"settled", "returned", "bounced", "complained", "refused"}[p]
}

// known reports whether a shard has the proof already.
func (p Proof) known(sh *shard, index int) bool {
	switch p {
	case WentOut:
		return sh.outcome(index) == Sent || slices.Contains(sh.refused, index)
	case Returned:
		return slices.Contains(sh.returned, index)
	case Bounced:
		return slices.Contains(sh.bounced, index)
	case Complained:
		return slices.Contains(sh.complained, index)
	case Refused:
		return slices.Contains(sh.refused, index)
	}
	return false
}

// Settle records what an event proves about a delivery, named by the value of its tag [DeliveryTag].
// It may be called before, after and beside the sender's own mark, and any number of times; what is
// known already costs half a read unit only. A campaign that is not there any more is no error. Too many
// bounces or complaints pause the campaign.
func (s *Store) Settle(ctx context.Context, tag string, p Proof) error {
	d, err := parseDelivery(tag)
	if err != nil {
		return err
	}
	for attempt := range attempts {
		look := s.shard
		if attempt == 0 {
			look = s.glimpse // what is known stays known, so a look that lags behind will do
		}
		sh, err := look(ctx, d.campaign, d.shard)
		if errors.Is(err, ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		if d.index >= len(sh.outcomes) {
			return fmt.Errorf("dissemination: %s has no delivery %d", shardKey(d.shard), d.index)
		}
		counts := p == Bounced || p == Complained
		if p.known(sh, d.index) {
			if counts {
				return s.judge(ctx, d.campaign)
			}
			return nil
		}
		if !counts {
			return s.settle(ctx, d.campaign, d.shard, []int{d.index}, p)
		}
		err = s.tally(ctx, d, p)
		if err == nil {
			return s.judge(ctx, d.campaign)
		}
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return fmt.Errorf("dissemination: counting: %w", err)
		}
		// Somebody counted it, or wrote the shard at the same time.
		if err := s.sleep(ctx, s.jitter(20*time.Millisecond)); err != nil {
			return err
		}
	}
	return errors.New("dissemination: the shard is written by too many at once")
}

// settle adds to a set of deliveries with a proof, without a version: neither the holder nor other
// events are disturbed.
func (s *Store) settle(ctx context.Context, campaign string, number int, indexes []int, p Proof) error {
	expression, names := "ADD settled :indexes", map[string]string(nil)
	if p != WentOut {
		expression, names = "ADD #set :indexes", map[string]string{"#set": p.set()}
	}
	if p == Returned {
		expression += ", settled :indexes"
	}
	var err error
	for range attempts {
		_, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: dynamo.Key(campaign, shardKey(number)),
			UpdateExpression: &expression, ExpressionAttributeNames: names,
			ConditionExpression:       aws.String("attribute_exists(pk)"),
			ExpressionAttributeValues: dynamo.Item{":indexes": numbers(indexes)},
		})
		// The SDK does not repeat a write that met a transaction, here the end of the shard.
		if _, conflict := errors.AsType[*types.TransactionConflictException](err); !conflict {
			break
		}
		if err := s.sleep(ctx, s.jitter(20*time.Millisecond)); err != nil {
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
