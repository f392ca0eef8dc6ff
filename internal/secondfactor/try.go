package secondfactor

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// How many codes may be tried for a person: some at once, then one in a while. Three of a million codes
// are right at a time, so whoever reads a coordinator's mail and tries for a whole year gets in with a
// chance of one in ten, and the person is told each time that the tries are used up. Only somebody who has
// signed in as the person can try at all, so no stranger can keep them out, and passkeys are not counted.
const (
	triesAtOnce = 5
	tryEvery    = 15 * time.Minute
)

func triesKey(person string) string { return "tries#" + person }

// countTry counts a try before the code is looked at, so that many at once are no more than many in a
// row, and returns how many are left after it, or less than 0 if it must not be made. The item holds the
// time at which all tries are forgotten, and each try moves that on (GCRA).
func (s *Store) countTry(ctx context.Context, person string) (left int, err error) {
	now := s.now()
	for range changeTries { // between the two writes another try may come
		end, err := s.moveTries(ctx, person, now, ":now", "attribute_not_exists(#clear) OR #clear <= :now")
		if err == nil && end.IsZero() {
			end, err = s.moveTries(ctx, person, now, "#clear", "#clear > :now AND #clear <= :bound")
		}
		if err != nil || !end.IsZero() {
			return triesAtOnce - int((end.Sub(now)+tryEvery-1)/tryEvery), err
		}
	}
	return -1, nil
}

// moveTries moves the time on from where it says and returns it, or the zero time if the condition fails.
func (s *Store) moveTries(ctx context.Context, person string, now time.Time, from, condition string) (time.Time, error) {
	values := dynamo.Item{
		":now": dynamo.Time(now), ":every": dynamo.N(int64(tryEvery.Seconds())), ":expires": dynamo.Time(now.Add(24 * time.Hour)),
	}
	if from != ":now" {
		values[":bound"] = dynamo.Time(now.Add((triesAtOnce - 1) * tryEvery))
	}
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: key(triesKey(person)),
		UpdateExpression:         aws.String("SET #clear = " + from + " + :every, expires = :expires"),
		ConditionExpression:      &condition,
		ExpressionAttributeNames: map[string]string{"#clear": "clear"}, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueUpdatedNew,
	})
	if _, refused := dynamo.Refused(err); refused {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("secondfactor: counting: %w", err)
	}
	counted, err := dynamo.Decode[struct {
		Clear int64 `json:"clear"`
	}](out.Attributes)
	return time.Unix(counted.Clear, 0), err
}

// triesOver is the write that forgets a person's tries, for the transaction in which one was right.
func (s *Store) triesOver(person string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: key(triesKey(person))}}
}
