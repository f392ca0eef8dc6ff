package members

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// How much mail strangers may cause to one address.
const (
	mailPause  = time.Minute    // between two mails
	mailWindow = 24 * time.Hour // in which there are at most
	maxMails   = 8
)

// MayAsk counts a mail that a network causes, whatever the caller names it by, and reports whether it
// may go out: 300 in 15 minutes, which a town hall behind one address does not notice.
func (s *Store) MayAsk(ctx context.Context, network string) (bool, error) {
	window := dynamo.Window{Length: 15 * time.Minute, Most: 300}
	key := func(window string) dynamo.Item { return dynamo.Key("network#"+network+"#"+window, "network") }
	return window.Count(ctx, s.client, s.table, key, s.now())
}

func noticeKey(address string) dynamo.Item {
	return dynamo.Key("notice#"+ApplicationID(address), "notice")
}

// MayMail counts a mail to an address that whoever asked for it may not own, and reports whether it
// may go out: one a minute and eight a day. It is the same limit whether the address is known or
// not, so that it tells nothing.
func (s *Store) MayMail(ctx context.Context, address string) (bool, error) {
	now, mine := s.now(), NewID()
	may, err := s.countMail(ctx, address, mine,
		"SET mails = :one, mailedAt = :now, #mine = :mine, expires = :windowEnds", "attribute_not_exists(pk) OR expires <= :now",
		dynamo.Item{":windowEnds": dynamo.Time(now.Add(mailWindow))})
	if may || err != nil {
		return may, err
	}
	return s.countMail(ctx, address, mine,
		"SET mails = mails + :one, mailedAt = :now, #mine = :mine", "expires > :now AND mailedAt <= :pause AND mails < :most",
		dynamo.Item{":pause": dynamo.Time(now.Add(-mailPause)), ":most": dynamo.N(maxMails)})
}

func (s *Store) countMail(ctx context.Context, address, mine, update, condition string, values dynamo.Item) (bool, error) {
	values[":now"], values[":one"], values[":mine"] = dynamo.Time(s.now()), dynamo.N(1), dynamo.S(mine)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: noticeKey(address),
		UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames: map[string]string{"#mine": "mine"}, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, refused := dynamo.Refused(err); refused {
		// The SDK repeats a write whose answer was lost: the item then holds our own write.
		wrote, ok := found["mine"].(*types.AttributeValueMemberS)
		return ok && wrote.Value == mine, nil
	}
	if err != nil {
		return false, fmt.Errorf("members: limit: %w", err)
	}
	return true, nil
}

// NotMailed takes back what MayMail counted, because the mail could not be sent: trying again at
// once must not look sent when it is not.
func (s *Store) NotMailed(ctx context.Context, address string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: noticeKey(address),
		UpdateExpression:          aws.String("SET mails = mails - :one, mailedAt = :never"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":one": dynamo.N(1), ":never": dynamo.N(0)},
	})
	if _, refused := dynamo.Refused(err); err != nil && !refused {
		return fmt.Errorf("members: limit: %w", err)
	}
	return nil
}
