package signin

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/token"
)

// How much mail sign-in sends.
const (
	mailPause  = time.Minute      // between two mails to one address
	mailWindow = 15 * time.Minute // in which one address gets at most three
	// networkLimit is how many mails one network may ask for in a window. A
	// town hall behind one address must not notice it.
	networkLimit = 60
)

// mayMail counts a mail to an address under the limit's key and reports
// whether it may go out. The item remembers the times of the last three; one
// conditional write decides, so that of many requests at once one wins.
func (s *Store) mayMail(ctx context.Context, limit string) (bool, error) {
	now, owner := s.now(), token.New()
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: limitKey(limit),
		UpdateExpression: aws.String("SET mail3 = if_not_exists(mail2, :never), mail2 = if_not_exists(mail1, :never), " +
			"mail1 = :now, pauseEnds = :pauseEnds, expires = :expires, #owner = :owner"),
		ConditionExpression:      aws.String("attribute_not_exists(pk) OR (pauseEnds <= :now AND mail3 <= :windowBegan)"),
		ExpressionAttributeNames: map[string]string{"#owner": "owner"},
		ExpressionAttributeValues: dynamo.Item{
			":never": dynamo.N(0), ":now": dynamo.Time(now), ":owner": dynamo.S(owner),
			":pauseEnds":   dynamo.Time(now.Add(mailPause)),
			":windowBegan": dynamo.Time(now.Add(-mailWindow)),
			":expires":     dynamo.Time(now.Add(mailWindow)),
		},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, refused := dynamo.Refused(err); refused {
		// The SDK repeats a write whose answer was lost: the item then holds
		// our own write.
		o, ok := found["owner"].(*types.AttributeValueMemberS)
		return ok && o.Value == owner, nil
	}
	if err != nil {
		return false, fmt.Errorf("signin: limit: %w", err)
	}
	return true, nil
}

// notMailed takes back what mayMail counted, so that a person whose mail
// could not be sent can try again at once.
func (s *Store) notMailed(ctx context.Context, limit string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: limitKey(limit),
		UpdateExpression:          aws.String("SET mail1 = :never, pauseEnds = :never"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":never": dynamo.N(0)},
	})
	if _, refused := dynamo.Refused(err); err != nil && !refused {
		return fmt.Errorf("signin: limit: %w", err)
	}
	return nil
}

// networkMay counts a request from a network and reports whether it is within
// what one network may ask for in the present window.
func (s *Store) networkMay(ctx context.Context, network string) (bool, error) {
	window := dynamo.Window{Length: mailWindow, Most: networkLimit}
	key := func(window string) dynamo.Item { return limitKey(network + "#" + window) }
	return window.Count(ctx, s.client, s.table, key, s.now())
}

func limitKey(name string) dynamo.Item {
	return dynamo.Item{"pk": dynamo.S("signin-limit#" + name)}
}
