package dissemination

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// share is how much of the account's rate and of its daily quota bulk mail may use. The rest is for
// confirmations and sign-in, which people wait for.
const share = 0.9

// rateKey is the key of the item that all senders share; no campaign can have it as its identifier.
const rateKey = "#rate"

// farthest is how far ahead places can be taken. The few senders with their small windows never
// come near it; a time beyond it was written by a clock that was wrong.
const farthest = time.Minute

// reserve keeps n places in the account's rate, in messages a second, and returns when the first
// of them comes. All senders share one item whose attribute next is when the next place is free, in
// milliseconds since 1970: they keep the rate together, whoever and however many they are.
func (s *Store) reserve(ctx context.Context, n int, rate float64) (time.Time, error) {
	span := span(n, rate).Milliseconds()
	for range attempts {
		now := s.now().UnixMilli()
		next, err := s.moveNext(ctx, "SET #next = #next + :span", "#next > :now AND #next < :far", now, span)
		if err == nil {
			return time.UnixMilli(next - span), nil
		}
		if _, refused := dynamo.Refused(err); !refused {
			return time.Time{}, err
		}
		next, err = s.moveNext(ctx, "SET #next = :now + :span", "attribute_not_exists(#next) OR #next <= :now OR #next >= :far", now, span)
		if err == nil {
			return time.UnixMilli(next - span), nil
		}
		if _, refused := dynamo.Refused(err); !refused {
			return time.Time{}, err
		}
	}
	return time.Time{}, errors.New("dissemination: the rate is reserved by too many at once")
}

// span is how long n messages take at a rate of so many a second.
func span(n int, rate float64) time.Duration {
	return time.Duration(float64(n) / (rate * share) * float64(time.Second))
}

func (s *Store) moveNext(ctx context.Context, set, condition string, now, span int64) (int64, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(rateKey, rateKey),
		UpdateExpression: &set, ConditionExpression: &condition,
		ExpressionAttributeNames:  map[string]string{"#next": "next"},
		ExpressionAttributeValues: dynamo.Item{":now": dynamo.N(now), ":span": dynamo.N(span), ":far": dynamo.N(now + farthest.Milliseconds())},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, fmt.Errorf("dissemination: reserving a place: %w", err)
	}
	number, ok := out.Attributes["next"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, errors.New("dissemination: the rate has no next place")
	}
	next, err := strconv.ParseInt(number.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("dissemination: the rate's next place: %w", err)
	}
	return next, nil
}

// park stops a campaign until a time, because the account's quota is used up.
func (s *Store) park(ctx context.Context, campaign string, until time.Time) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(campaign, campaignKey),
		UpdateExpression:          aws.String("SET parked = :until"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":until": stamp(until)},
	})
	if err != nil {
		return fmt.Errorf("dissemination: parking: %w", err)
	}
	return nil
}
