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

// owedItem remembers that people of an organisation may be owed a mail, so that the desk finds them
// without reading every member.
type owedItem struct {
	PK           string `dynamodbav:"pk"`
	SK           string `dynamodbav:"sk"`
	List         string `dynamodbav:"list"`
	ListKey      string `dynamodbav:"listKey"`
	Organisation string `dynamodbav:"organisation"`
}

const owedList = "owed"

func owedKey(organisation string) dynamo.Item { return dynamo.Key("owed#"+organisation, "owed") }

// owing returns the write that remembers that people of an organisation are owed a mail. It joins
// the transaction that changes their state, so that a mail is not forgotten when the process dies
// before it is sent.
func (s *Store) owing(organisation string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: s.owed(organisation)}}
}

func (s *Store) owed(organisation string) dynamo.Item {
	item := owedKey(organisation)
	item["list"] = dynamo.S(owedList)
	item["listKey"] = dynamo.S(s.now().UTC().Format(time.RFC3339Nano) + "#" + NewID())
	item["organisation"] = dynamo.S(organisation)
	return item
}

// Owe remembers by itself what [Store.Decide] remembers in a transaction.
func (s *Store) Owe(ctx context.Context, organisation string) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: s.owed(organisation)})
	return err
}

// mayTell is how long one attempt at mailing what is owed has the right of way.
const mayTell = 30 * time.Second

// MayTell reports whether the mails that an organisation is owed may be sent now. It says so to one
// of several who ask at the same time.
func (s *Store) MayTell(ctx context.Context, organisation string) (bool, error) {
	item := s.owed(organisation)
	now := s.now()
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: owedKey(organisation),
		UpdateExpression: aws.String("SET toldAt = :now, organisation = :organisation, " +
			"#list = if_not_exists(#list, :list), listKey = if_not_exists(listKey, :listKey)"),
		ConditionExpression:      aws.String("attribute_not_exists(toldAt) OR toldAt <= :pause"),
		ExpressionAttributeNames: map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{
			":now": dynamo.Time(now), ":pause": dynamo.Time(now.Add(-mayTell)),
			":organisation": item["organisation"], ":list": item["list"], ":listKey": item["listKey"],
		},
	})
	if _, refused := dynamo.Refused(err); refused {
		return false, nil
	}
	return err == nil, err
}

// Settle forgets that people of an organisation are owed a mail, if nobody is any more.
func (s *Store) Settle(ctx context.Context, organisation string) error {
	item, err := s.get(ctx, owedKey(organisation))
	if err != nil {
		return ignore(err, ErrNone)
	}
	_, people, err := s.Organisation(ctx, organisation)
	if err != nil {
		return ignore(err, ErrNone)
	}
	for _, p := range people {
		if p.Owed() {
			return nil
		}
	}
	// Only this entry: a decision taken since then wrote a new one.
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: owedKey(organisation),
		ConditionExpression:       aws.String("listKey = :seen"),
		ExpressionAttributeValues: dynamo.Item{":seen": item["listKey"]},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// Owed returns people who are owed a mail with their organisations, of up to limit organisations,
// and whether there are more.
func (s *Store) Owed(ctx context.Context, limit int32) (owed []Colleague, more bool, err error) {
	in := s.listing(owedList)
	in.Limit = aws.Int32(limit + 1)
	out, err := s.client.Query(ctx, in)
	if err != nil {
		return nil, false, fmt.Errorf("members: owed: %w", err)
	}
	shown := out.Items[:min(len(out.Items), int(limit))]
	for _, item := range shown {
		it, err := dynamo.Decode[owedItem](item)
		if err != nil {
			return nil, false, err
		}
		org, people, err := s.Organisation(ctx, it.Organisation)
		if ignore(err, ErrNone) != nil {
			return nil, false, err
		}
		for _, p := range people {
			if p.Owed() {
				owed = append(owed, Colleague{p, org})
			}
		}
	}
	return owed, len(out.Items) > len(shown), nil
}
