package signin

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
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
	window := s.now().Truncate(mailWindow)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: limitKey(network + "#" + strconv.FormatInt(window.Unix(), 10)),
		UpdateExpression:         aws.String("SET expires = :expires ADD #count :one"),
		ConditionExpression:      aws.String("attribute_not_exists(pk) OR #count < :most"),
		ExpressionAttributeNames: map[string]string{"#count": "count"},
		ExpressionAttributeValues: dynamo.Item{
			":one": dynamo.N(1), ":most": dynamo.N(networkLimit), ":expires": dynamo.Time(window.Add(2 * mailWindow)),
		},
	})
	if _, refused := dynamo.Refused(err); refused {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("signin: limit: %w", err)
	}
	return true, nil
}

// networkOf returns the network that a caller's "host:port" belongs to: the
// address itself, or the /64 that one IPv6 customer has at least.
func networkOf(remoteAddr string) string {
	caller, err := netip.ParseAddrPort(remoteAddr)
	if err != nil {
		return ""
	}
	bits := 32
	if caller.Addr().Unmap().Is6() {
		bits = 64
	}
	network, err := caller.Addr().Unmap().Prefix(bits)
	if err != nil {
		return ""
	}
	return network.String()
}

func limitKey(name string) dynamo.Item {
	return dynamo.Item{"pk": dynamo.S("signin-limit#" + name)}
}
