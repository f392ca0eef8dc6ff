package dissemination

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// SES reviews an account at 5 % bounces and 0.1 % complaints. A campaign pauses itself before that,
// but not for fewer than these: one wrong address among ten says nothing about a list, and one
// complaint among a thousand nothing about a newsletter.
const (
	MaxBounces    = 0.04
	MaxComplaints = 0.0008
	MinBounces    = 10
	MinComplaints = 2
)

// feedbackKey is the key of the item that counts a campaign's bounces and complaints. It is written
// for those few only, never for every message.
const feedbackKey = "feedback"

// Tally is what came back of the mail that went out.
type Tally struct {
	Sent       int `dynamodbav:"sent"`
	Bounced    int `dynamodbav:"bounced"`
	Complained int `dynamodbav:"complained"`
}

func (t Tally) item() types.AttributeValue {
	return &types.AttributeValueMemberM{Value: dynamo.Item{
		"sent": dynamo.N(int64(t.Sent)), "bounced": dynamo.N(int64(t.Bounced)), "complained": dynamo.N(int64(t.Complained)),
	}}
}

func (t Tally) minus(o Tally) Tally {
	return Tally{t.Sent - o.Sent, t.Bounced - o.Bounced, t.Complained - o.Complained}
}

// pauses returns why there are too many bounces or complaints, or "".
func (t Tally) pauses() string {
	switch {
	case t.Complained >= MinComplaints && float64(t.Complained) >= MaxComplaints*float64(t.Sent):
		return ByComplaints
	case t.Bounced >= MinBounces && float64(t.Bounced) >= MaxBounces*float64(t.Sent):
		return ByBounces
	}
	return ""
}

// feedbackItem is the count of a campaign's bounces and complaints.
type feedbackItem struct {
	Bounced    int `dynamodbav:"bounced"`
	Complained int `dynamodbav:"complained"`
	// NextBounced and NextComplained are the counts below which there cannot be too many: so many
	// mails had gone out when somebody last looked. They keep the number of those looks small.
	NextBounced    int `dynamodbav:"nextBounced"`
	NextComplained int `dynamodbav:"nextComplained"`
}

// tally counts one more bounce or complaint in the shard and in the campaign, each delivery once.
func (s *Store) tally(ctx context.Context, d delivery, p Proof) error {
	set := p.set()
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{
			TableName: &s.table, Key: dynamo.Key(d.campaign, shardKey(d.shard)),
			UpdateExpression:         aws.String("ADD settled :indexes, #set :indexes"),
			ConditionExpression:      aws.String("attribute_exists(pk) AND NOT contains(#set, :index)"),
			ExpressionAttributeNames: map[string]string{"#set": set},
			ExpressionAttributeValues: dynamo.Item{
				":indexes": numbers([]int{d.index}), ":index": dynamo.N(int64(d.index)),
			},
		}},
		{Update: &types.Update{
			TableName: &s.table, Key: dynamo.Key(d.campaign, feedbackKey),
			UpdateExpression:         aws.String("SET expires = :expires ADD #set :one"),
			ExpressionAttributeNames: map[string]string{"#set": set},
			ExpressionAttributeValues: dynamo.Item{
				":expires": dynamo.Time(s.now().Add(kept)), ":one": dynamo.N(1),
			},
		}},
	}})
	return err
}

// judge pauses a campaign that has too many bounces or complaints.
func (s *Store) judge(ctx context.Context, id string) error {
	c, err := s.Campaign(ctx, id)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil || !c.sends() || c.errand != "" {
		return err
	}
	item, err := s.get(ctx, dynamo.Key(id, feedbackKey))
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := decode[feedbackItem](item)
	if err != nil || (f.Bounced < f.NextBounced && f.Complained < f.NextComplained) {
		return err
	}
	now := Tally{Bounced: f.Bounced, Complained: f.Complained}
	if few := now.minus(c.before); few.Bounced < MinBounces && few.Complained < MinComplaints {
		return nil
	}
	for sh, err := range s.shards(ctx, id) {
		if err != nil {
			return err
		}
		var counts Counts
		sh.count(&counts)
		now.Sent += counts.Sent
	}
	since := now.minus(c.before)
	if why := since.pauses(); why != "" {
		return s.pauseItself(ctx, c, why)
	}
	return s.lookAgain(ctx, id,
		c.before.Bounced+max(MinBounces, int(math.Ceil(MaxBounces*float64(since.Sent)))),
		c.before.Complained+max(MinComplaints, int(math.Ceil(MaxComplaints*float64(since.Sent)))))
}

func (s *Store) lookAgain(ctx context.Context, id string, bounced, complained int) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(id, feedbackKey),
		UpdateExpression:          aws.String("SET nextBounced = :bounced, nextComplained = :complained"),
		ExpressionAttributeValues: dynamo.Item{":bounced": dynamo.N(int64(bounced)), ":complained": dynamo.N(int64(complained))},
	})
	if err != nil {
		return fmt.Errorf("dissemination: noting when to judge again: %w", err)
	}
	return nil
}

// pauseItself pauses a campaign, and has the next engine tell people.
func (s *Store) pauseItself(ctx context.Context, c Campaign, why string) error {
	w := s.control(c.ID, change{
		set: "paused = :now, pausedWhy = :why, errand = :errand, #due = :due, dueAt = :now", remove: "holder, errandFrom",
		condition: "#state = :state AND attribute_not_exists(paused) AND attribute_not_exists(errand)",
		values:    s.errandValues(toWarn, dynamo.Item{":why": dynamo.S(why), ":state": dynamo.S(string(c.State))}),
	}).Update
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: w.TableName, Key: w.Key, UpdateExpression: w.UpdateExpression, ConditionExpression: w.ConditionExpression,
		ExpressionAttributeNames: w.ExpressionAttributeNames, ExpressionAttributeValues: w.ExpressionAttributeValues,
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil // somebody else was faster
	}
	if err != nil {
		return fmt.Errorf("dissemination: pausing: %w", err)
	}
	return nil
}

// numbers is a set of numbers as DynamoDB holds it.
func numbers(list []int) types.AttributeValue {
	set := &types.AttributeValueMemberNS{}
	for _, n := range list {
		set.Value = append(set.Value, strconv.Itoa(n))
	}
	return set
}
