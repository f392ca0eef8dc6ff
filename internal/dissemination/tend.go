package dissemination

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// tend takes a campaign and does what is to be done for it as a whole: its errand, and writing down
// its recipients.
func (r *run) tend(ctx context.Context, w work) (bool, error) {
	c, ok, err := r.store.takeCampaign(ctx, w)
	if err != nil || !ok {
		return false, err
	}
	switch {
	case c.errand != "":
		err = r.doErrand(ctx, c)
	case c.expands():
		err = r.expand(ctx, c)
	default:
		err = r.store.endErrand(ctx, c)
	}
	if errors.Is(err, errFenced) {
		return true, nil // somebody changed the campaign meanwhile, or goes on with it
	}
	return true, err
}

// doErrand may be cut off anywhere and done again: each of its steps is one that can be repeated.
func (r *run) doErrand(ctx context.Context, c Campaign) error {
	switch c.errand {
	case toWarn:
		if r.Warn != nil {
			if err := r.Warn(ctx, c); err != nil {
				return fmt.Errorf("dissemination: warning of %s: %w", c.ID, err)
			}
		}
	case toRepeat:
		if r.Kinds[c.Kind].Unknown != Resend {
			break
		}
		var err error
		if c, err = r.store.repeat(ctx, c); err != nil {
			return err
		}
	case toResume, toStop:
		counts, tally, err := r.store.wake(ctx, c)
		if err != nil {
			return err
		}
		c.before = Tally{Sent: counts.Sent, Bounced: tally.Bounced, Complained: tally.Complained}
	}
	return r.store.endErrand(ctx, c)
}

// wake makes the shards due that rest. It returns what is in all of them. Shards that somebody holds
// notice by themselves that the campaign goes on.
func (s *Store) wake(ctx context.Context, c Campaign) (counts Counts, t Tally, err error) {
	for sh, err := range s.shards(ctx, c.ID) {
		if err != nil {
			return counts, t, err
		}
		sh.count(&counts)
		t.Bounced += len(sh.bounced)
		t.Complained += len(sh.complained)
		// An event may have settled the last READY one: the shard is to be finished all the same.
		if sh.due || !sh.open {
			continue
		}
		_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: dynamo.Key(c.ID, shardKey(sh.number)),
			UpdateExpression:          aws.String("SET #due = :due, dueAt = :now"),
			ConditionExpression:       aws.String("attribute_not_exists(#due) AND version = :version"),
			ExpressionAttributeNames:  map[string]string{"#due": "due"},
			ExpressionAttributeValues: dynamo.Item{":due": dynamo.S(dueList), ":now": stamp(s.now()), ":version": dynamo.N(int64(sh.version))},
		})
		if _, refused := dynamo.Refused(err); err != nil && !refused {
			return counts, t, fmt.Errorf("dissemination: waking a shard: %w", err)
		}
	}
	return counts, t, nil
}

// repeat makes the UNKNOWN deliveries of a campaign READY once more, shard by shard, each together
// with the number of the next: none is repeated twice by one decision.
func (s *Store) repeat(ctx context.Context, c Campaign) (Campaign, error) {
	for ; c.from <= c.shards; c.from++ {
		var err error
		if c, err = s.repeatShard(ctx, c); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (s *Store) repeatShard(ctx context.Context, c Campaign) (Campaign, error) {
	for range attempts {
		sh, err := s.shard(ctx, c.ID, c.from)
		if err != nil {
			return c, err
		}
		if sh.due || sh.open || !sh.again() {
			return c, nil
		}
		after := c
		after.State, after.open, after.version = Sending, c.open+1, c.version+1
		err = s.reopen(ctx, sh, c, after)
		if _, refused := dynamo.Cancelled(err); !refused {
			return after, err
		}
		if err := s.sleep(ctx, s.jitter(20*time.Millisecond)); err != nil {
			return c, err
		}
		current, err := s.Campaign(ctx, c.ID)
		if err != nil {
			return c, err
		}
		if current.holder != c.holder || current.errand != c.errand || current.from > c.from+1 {
			return c, errFenced
		}
		if current.from == c.from+1 {
			current.from = c.from
			return current, nil // our own write, whose answer was lost
		}
		c = current
	}
	return c, errors.New("dissemination: the campaign is written by too many at once")
}

// reopen makes a closed shard due again, with what is READY in it.
func (s *Store) reopen(ctx context.Context, sh *shard, c, after Campaign) error {
	sh.folded = nil // what events proved stays in their set, for the next holder
	update := s.update(sh, s.now(), "")
	update.UpdateExpression = aws.String(*update.UpdateExpression + ", #due = :due")
	update.ExpressionAttributeNames = map[string]string{"#due": "due"}
	update.ExpressionAttributeValues[":due"] = dynamo.S(dueList)
	delete(update.ExpressionAttributeValues, ":holder")
	update.ConditionExpression = aws.String("version = :version AND attribute_not_exists(holder) AND attribute_not_exists(#due)")
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: update},
		{Update: &types.Update{
			TableName: &s.table, Key: dynamo.Key(c.ID, campaignKey),
			UpdateExpression:         aws.String("SET #open = :open, #state = :sending, errandFrom = :next, version = :after, dueAt = :until REMOVE finished"),
			ConditionExpression:      aws.String("version = :version AND holder = :holder"),
			ExpressionAttributeNames: map[string]string{"#open": "open", "#state": "state"},
			ExpressionAttributeValues: dynamo.Item{
				":open": dynamo.N(int64(after.open)), ":sending": dynamo.S(string(Sending)), ":next": dynamo.N(int64(c.from + 1)),
				":version": dynamo.N(int64(c.version)), ":after": dynamo.N(int64(after.version)),
				":holder": dynamo.S(c.holder), ":until": stamp(s.now().Add(lease)),
			},
		}},
	}})
	return err
}

// endErrand gives a campaign back, due only if it has recipients to write down. A campaign that was
// stopped and has no open shard is finished.
func (s *Store) endErrand(ctx context.Context, c Campaign) error {
	expression := "SET version = version + :one, forgiven = :forgiven"
	remove := " REMOVE holder, errand, errandFrom"
	names := map[string]string{}
	values := dynamo.Item{":one": dynamo.N(1), ":holder": dynamo.S(c.holder), ":forgiven": c.before.item()}
	if c.expands() {
		expression += ", dueAt = :now"
		values[":now"] = stamp(s.now())
	} else {
		remove += ", #due, dueAt"
		names["#due"] = "due"
	}
	condition := "holder = :holder"
	if c.State == Cancelled && c.open == 0 {
		expression += ", finished = :finished"
		values[":finished"] = stamp(s.now())
	}
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(c.ID, campaignKey),
		UpdateExpression: aws.String(expression + remove), ConditionExpression: &condition,
		ExpressionAttributeValues: values,
	}
	if len(names) > 0 {
		in.ExpressionAttributeNames = names
	}
	_, err := s.client.UpdateItem(ctx, in)
	if _, refused := dynamo.Refused(err); refused {
		return errFenced
	}
	if err != nil {
		return fmt.Errorf("dissemination: ending an errand: %w", err)
	}
	return nil
}
