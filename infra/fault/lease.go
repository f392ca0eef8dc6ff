package main

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// endLeases lets the minutes pass for which the killed hold their work.
func (p *passage) endLeases(ctx context.Context) error {
	type state struct {
		version string
		since   time.Time
	}
	seen := map[string]state{}
	for !p.over(ctx) {
		leased, err := p.leased(ctx)
		if err != nil {
			return err
		}
		for _, item := range leased {
			key, version := attribute(item, "sk"), attribute(item, "version")+attribute(item, "dueAt")
			if was := seen[key]; was.version != version {
				seen[key] = state{version, time.Now()}
			} else if time.Since(was.since) > p.options.stale {
				if err := p.endLease(ctx, item); err != nil {
					return err
				}
			}
		}
		time.Sleep(p.options.stale / 8)
	}
	return nil
}

// leased returns what is due only later.
func (p *passage) leased(ctx context.Context) ([]dynamo.Item, error) {
	table := p.Tables["DeliveriesTable"]
	out, err := p.DynamoDB().Query(ctx, &dynamodb.QueryInput{
		TableName: &table, IndexName: aws.String("due"),
		KeyConditionExpression:    aws.String("#due = :due AND dueAt > :now"),
		ExpressionAttributeNames:  map[string]string{"#due": "due"},
		ExpressionAttributeValues: dynamo.Item{":due": dynamo.S("due"), ":now": dynamo.S(time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))},
	})
	if err != nil {
		return nil, ignoreEnd(ctx, err)
	}
	var items []dynamo.Item
	for _, key := range out.Items {
		found, err := p.DynamoDB().GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: dynamo.Item{"pk": key["pk"], "sk": key["sk"]}})
		if err != nil {
			return nil, ignoreEnd(ctx, err)
		}
		if found.Item != nil && attribute(found.Item, "pk") == p.campaign {
			items = append(items, found.Item)
		}
	}
	return items, nil
}

// endLease makes an item due unless its holder has written meanwhile, and counts what the holder had
// in hand.
func (p *passage) endLease(ctx context.Context, item dynamo.Item) error {
	table := p.Tables["DeliveriesTable"]
	_, err := p.DynamoDB().UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &table, Key: dynamo.Item{"pk": item["pk"], "sk": item["sk"]},
		UpdateExpression:          aws.String("SET dueAt = :past"),
		ConditionExpression:       aws.String("version = :version AND attribute_exists(dueAt)"),
		ExpressionAttributeValues: dynamo.Item{":past": dynamo.S("2000-01-01T00:00:00.000Z"), ":version": item["version"]},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	if err != nil {
		return ignoreEnd(ctx, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight += strings.Count(attribute(item, "outcomes"), "C")
	return nil
}

// ignoreEnd is nil for the errors that the end of a run causes.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func attribute(item dynamo.Item, name string) string {
	switch v := item[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}
