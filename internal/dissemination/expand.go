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

// expand writes down the recipients of a campaign, shard by shard, each together with the cursor
// that leads to the next: whoever goes on after a crash neither repeats nor misses anybody.
func (r *run) expand(ctx context.Context, c Campaign) error {
	content, err := r.open(ctx, c)
	if err != nil {
		return err
	}
	for c.expands() {
		if r.ending(ctx) {
			return r.store.yield(ctx, c)
		}
		recipients, next, err := content.Recipients(ctx, c.cursor, shardSize)
		if err != nil {
			return fmt.Errorf("dissemination: recipients of %s: %w", c.ID, err)
		}
		if c, err = r.store.extend(ctx, c, recipients, next); err != nil {
			return err
		}
	}
	return nil
}

// attempts is how often a transaction is tried that others may get in the way of: the writers of
// one campaign are the few senders that run at once.
const attempts = 12

// contend tries a transaction until nobody gets in its way. Each time somebody did, again says
// whether there is still reason to try.
func (s *Store) contend(ctx context.Context, try, again func() error) error {
	for range attempts {
		err := try()
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return err
		}
		if err := s.sleep(ctx, s.jitter(20*time.Millisecond)); err != nil {
			return err
		}
		if err := again(); err != nil {
			return err
		}
	}
	return errors.New("dissemination: the campaign is written by too many at once")
}

// extend adds recipients to a campaign, and the cursor behind them. After the last ones (next is
// "") the campaign is Sending, or Done if all its shards are.
func (s *Store) extend(ctx context.Context, c Campaign, recipients []string, next string) (Campaign, error) {
	var extended Campaign
	err := s.contend(ctx, func() (err error) {
		extended, err = s.tryExtend(ctx, c, recipients, next)
		return err
	}, func() error {
		current, err := s.Campaign(ctx, c.ID)
		// Only shards that were finished meanwhile are no reason to stop.
		if err == nil && (current.holder != c.holder || current.cursor != c.cursor || !current.expands()) {
			err = errFenced
		}
		c = current
		return err
	})
	return extended, err
}

func (s *Store) tryExtend(ctx context.Context, c Campaign, recipients []string, next string) (Campaign, error) {
	var writes []types.TransactWriteItem
	after := c
	after.version++
	after.cursor = next
	if len(recipients) > 0 {
		after.shards++
		after.open++
		after.Recipients += len(recipients)
		chunk, err := s.chunk(after, after.shards, recipients)
		if err != nil {
			return c, err
		}
		writes = chunk
	}
	expression := "SET #cursor = :cursor, shards = :shards, #open = :open, recipients = :recipients, version = :next, #state = :state"
	names := map[string]string{"#cursor": "cursor", "#open": "open", "#state": "state"}
	values := dynamo.Item{
		":cursor": dynamo.S(next), ":shards": dynamo.N(int64(after.shards)), ":open": dynamo.N(int64(after.open)),
		":recipients": dynamo.N(int64(after.Recipients)),
		":version":    dynamo.N(int64(c.version)), ":next": dynamo.N(int64(after.version)), ":holder": dynamo.S(c.holder),
	}
	switch {
	case next != "":
		after.State = Expanding
		expression += ", dueAt = :until"
		values[":until"] = stamp(s.now().Add(lease))
	case after.open > 0:
		after.State = Sending
		expression += " REMOVE holder, #due, dueAt"
		names["#due"] = "due"
	default:
		after.State, after.Finished = Done, s.now()
		expression += ", finished = :finished REMOVE holder, #due, dueAt"
		names["#due"] = "due"
		values[":finished"] = stamp(after.Finished)
	}
	values[":state"] = dynamo.S(string(after.State))
	writes = append(writes, types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: dynamo.Key(c.ID, campaignKey),
		UpdateExpression: &expression, ConditionExpression: aws.String("version = :version AND holder = :holder"),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}})
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return after, err
}

// yield gives a campaign back that is not expanded to its end.
func (s *Store) yield(ctx context.Context, c Campaign) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(c.ID, campaignKey),
		UpdateExpression:          aws.String("SET dueAt = :now REMOVE holder"),
		ConditionExpression:       aws.String("holder = :holder"),
		ExpressionAttributeValues: dynamo.Item{":now": stamp(s.now()), ":holder": dynamo.S(c.holder)},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// finish ends the work on a shard that has nothing READY left; with the last one its campaign is
// done.
func (s *Store) finish(ctx context.Context, sh *shard) error {
	return s.contend(ctx, func() error {
		c, err := s.Campaign(ctx, sh.campaign)
		if err != nil {
			return err
		}
		return s.tryFinish(ctx, sh, c)
	}, func() error {
		current, err := s.shard(ctx, sh.campaign, sh.number)
		if err == nil && (current.version != sh.version || current.holder != sh.holder) {
			err = errFenced
		}
		return err
	})
}

func (s *Store) tryFinish(ctx context.Context, sh *shard, c Campaign) error {
	expression := "SET #open = :open, version = :next"
	names := map[string]string{"#open": "open"}
	values := dynamo.Item{
		":open":    dynamo.N(int64(c.open - 1)),
		":version": dynamo.N(int64(c.version)), ":next": dynamo.N(int64(c.version + 1)),
	}
	switch {
	case c.open == 1 && c.State == Sending:
		expression += ", #state = :done, finished = :now"
		names["#state"] = "state"
		values[":done"], values[":now"] = dynamo.S(string(Done)), stamp(s.now())
	case c.open == 1 && c.State == Cancelled:
		expression += ", finished = :now"
		values[":now"] = stamp(s.now())
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: s.update(sh, time.Time{}, " REMOVE holder, #due, dueAt")},
		{Update: &types.Update{
			TableName: &s.table, Key: dynamo.Key(c.ID, campaignKey),
			UpdateExpression: &expression, ConditionExpression: aws.String("version = :version"),
			ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		}},
	}})
	return err
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// jitter returns a random time around d, so that those who met once do not meet again.
func (s *Store) jitter(d time.Duration) time.Duration {
	return d/2 + time.Duration(s.random(int(d)))
}
