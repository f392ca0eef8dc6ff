package dissemination

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Delivery is what became of one recipient's mail.
type Delivery struct {
	Recipient string
	Outcome   Outcome
	Reason    string // a code, for Failed and Suppressed
	// Bounced is for good, Returned for now.
	Bounced, Returned, Complained bool
}

// Deliveries reads what became of everybody's mail, in the order in which the recipients were
// written down, 400 at a time. It ends after an error.
func (s *Store) Deliveries(ctx context.Context, campaign string) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		for sh, err := range s.shards(ctx, campaign) {
			var recipients []string
			if err == nil {
				recipients, err = s.Recipients(ctx, campaign, sh.number)
			}
			if err != nil {
				yield(Delivery{}, err)
				return
			}
			for i, recipient := range recipients {
				if !yield(sh.delivery(i, recipient), nil) {
					return
				}
			}
		}
	}
}

func (s *shard) delivery(i int, recipient string) Delivery {
	return Delivery{
		Recipient: recipient, Outcome: s.outcome(i), Reason: s.reason(i),
		Bounced: slices.Contains(s.bounced, i), Returned: slices.Contains(s.returned, i), Complained: slices.Contains(s.complained, i),
	}
}

// leavers is the key of the set of recipients who left by a link in a campaign's mail. A newsletter
// that ten thousand leave is one that nobody counts any more: an item holds 400 KB.
const leavers = "unsubscribed"

// Unsubscribed records that a recipient left by a link in a campaign's mail. Each counts once.
func (s *Store) Unsubscribed(ctx context.Context, campaign, recipient string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(campaign, leavers),
		UpdateExpression:          aws.String("SET expires = :expires ADD recipients :one"),
		ExpressionAttributeValues: dynamo.Item{":expires": dynamo.Time(s.now().Add(kept)), ":one": &types.AttributeValueMemberSS{Value: []string{recipient}}},
	})
	if err != nil {
		return fmt.Errorf("dissemination: counting who left: %w", err)
	}
	return nil
}

func (s *Store) unsubscribed(ctx context.Context, campaign string) (int, error) {
	item, err := s.get(ctx, dynamo.Key(campaign, leavers))
	if errors.Is(err, ErrNone) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	it, err := decode[struct {
		Recipients []string `dynamodbav:"recipients,stringset"`
	}](item)
	return len(it.Recipients), err
}
