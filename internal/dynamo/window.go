package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Window bounds how often something happens.
type Window struct {
	Length time.Duration
	Most   int64 // in one window
}

// Count counts once in the present window and reports whether that is within the bound. The key
// names the item to count in; the table forgets it after the window.
func (w Window) Count(ctx context.Context, c *Client, table string, key func(window string) Item, now time.Time) (bool, error) {
	began := now.Truncate(w.Length)
	_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &table, Key: key(strconv.FormatInt(began.Unix(), 10)),
		UpdateExpression:         aws.String("SET expires = :expires ADD #count :one"),
		ConditionExpression:      aws.String("attribute_not_exists(pk) OR #count < :most"),
		ExpressionAttributeNames: map[string]string{"#count": "count"},
		ExpressionAttributeValues: Item{
			":one": N(1), ":most": N(w.Most), ":expires": Time(began.Add(2 * w.Length)),
		},
	})
	if _, refused := Refused(err); refused {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("dynamo: counting in a window: %w", err)
	}
	return true, nil
}
