package dissemination

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

const (
	// lease is how long a holder may go without writing. It outlasts any one call to SES with all
	// repetitions of the write after it.
	lease = 60 * time.Second
	// renewal is how much of a lease must be left before a window is sent.
	renewal = 30 * time.Second
	// dueAtOnce is how many pieces of work one look at the index finds.
	dueAtOnce = 25
)

// errFenced says that somebody else took what this holder thought to hold.
var errFenced = errors.New("dissemination: the lease went to another holder")

// work is the key of a campaign or a shard that is due.
type work struct {
	campaign, sk string
	since        time.Time
}

func (w work) isShard() bool { return strings.HasPrefix(w.sk, shardPrefix) }

// due lists what is due, the longest waiting first. The index may lag behind by a moment: taking
// the work decides.
func (s *Store) due(ctx context.Context) ([]work, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("due"), Limit: aws.Int32(dueAtOnce),
		KeyConditionExpression:    aws.String("#due = :due AND dueAt <= :now"),
		ExpressionAttributeNames:  map[string]string{"#due": "due"},
		ExpressionAttributeValues: dynamo.Item{":due": dynamo.S(dueList), ":now": stamp(s.now())},
	})
	if err != nil {
		return nil, fmt.Errorf("dissemination: due work: %w", err)
	}
	var found []work
	for _, item := range out.Items {
		it, err := decode[struct {
			PK string `dynamodbav:"pk"`
			SK string `dynamodbav:"sk"`
			At string `dynamodbav:"dueAt"`
		}](item)
		if err != nil {
			return nil, err
		}
		found = append(found, work{it.PK, it.SK, parseTime(it.At)})
	}
	return found, nil
}

// take begins a lease, or reports false if somebody else was faster.
func (s *Store) take(ctx context.Context, w work) (dynamo.Item, bool, error) {
	holder, now := NewID(), s.now()
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Key(w.campaign, w.sk),
		UpdateExpression:         aws.String("SET dueAt = :until, holder = :holder, version = version + :one"),
		ConditionExpression:      aws.String("#due = :due AND dueAt <= :now"),
		ExpressionAttributeNames: map[string]string{"#due": "due"},
		ExpressionAttributeValues: dynamo.Item{
			":until": stamp(now.Add(lease)), ":holder": dynamo.S(holder), ":one": dynamo.N(1),
			":due": dynamo.S(dueList), ":now": stamp(now),
		},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err == nil {
		return out.Attributes, true, nil
	}
	item, refused := dynamo.Refused(err)
	if !refused {
		return nil, false, fmt.Errorf("dissemination: taking work: %w", err)
	}
	// The SDK repeats a write whose answer was lost; then it was our own lease that refused it.
	if got, ok := item["holder"].(*types.AttributeValueMemberS); ok && got.Value == holder {
		return item, true, nil
	}
	return nil, false, nil
}

// takeCampaign takes a campaign whose recipients are to be written down, or which has an errand.
func (s *Store) takeCampaign(ctx context.Context, w work) (Campaign, bool, error) {
	item, ok, err := s.take(ctx, w)
	if err != nil || !ok {
		return Campaign{}, false, err
	}
	it, err := decode[campaignItem](item)
	return it.campaign(), err == nil, err
}

// takeShard takes a shard. What the last holder had claimed becomes UNKNOWN with the first save.
func (s *Store) takeShard(ctx context.Context, w work) (*shard, bool, error) {
	item, ok, err := s.take(ctx, w)
	if err != nil || !ok {
		return nil, false, err
	}
	sh, err := decodeShard(item)
	if err != nil {
		return nil, false, err
	}
	sh.abandon()
	sh.taken = s.now()
	var counts Counts
	sh.count(&counts)
	sh.closed = counts.Closed()
	return sh, true, nil
}

// save writes a held shard and renews the lease if it ends soon. It fails with errFenced if the
// shard has another holder by now. Afterwards the shard knows what events proved in the meantime.
func (s *Store) save(ctx context.Context, sh *shard) error {
	if sh.until.Sub(s.now()) < renewal {
		sh.until = s.now().Add(lease)
	}
	return s.write(ctx, sh, sh.until, "")
}

// release gives a shard back, to be due again at a time.
func (s *Store) release(ctx context.Context, sh *shard, at time.Time) error {
	return s.write(ctx, sh, at, " REMOVE holder")
}

// rest gives a shard back, not due until its campaign is no longer paused. It reports false if that
// is so already: then the shard is still held.
func (s *Store) rest(ctx context.Context, sh *shard) (bool, error) {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: s.update(sh, time.Time{}, " REMOVE holder, #due, dueAt")},
		{ConditionCheck: &types.ConditionCheck{
			TableName: &s.table, Key: dynamo.Key(sh.campaign, campaignKey),
			ConditionExpression: aws.String("attribute_exists(paused)"),
		}},
	}})
	failed, refused := dynamo.Cancelled(err)
	switch {
	case err == nil:
		return true, nil
	case !refused:
		return false, fmt.Errorf("dissemination: resting: %w", err)
	case len(failed) > 0 && failed[0]:
		current, err := s.shard(ctx, sh.campaign, sh.number)
		if err != nil {
			return false, err
		}
		if current.version != sh.version || current.holder != sh.holder {
			return false, errFenced
		}
	}
	return false, s.sleep(ctx, s.jitter(20*time.Millisecond))
}

func (s *Store) write(ctx context.Context, sh *shard, dueAt time.Time, remove string) error {
	update := s.update(sh, dueAt, remove)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: update.TableName, Key: update.Key,
		UpdateExpression: update.UpdateExpression, ConditionExpression: update.ConditionExpression,
		ExpressionAttributeNames: update.ExpressionAttributeNames, ExpressionAttributeValues: update.ExpressionAttributeValues,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	item, refused := dynamo.Refused(err)
	switch {
	case err == nil:
		item = out.Attributes
	case !refused:
		return fmt.Errorf("dissemination: saving: %w", err)
	}
	stored, err := decode[shardItem](item)
	if err != nil {
		return err
	}
	// A refusal is our own write's if its answer was lost: nobody but the holder counts the shard up.
	if refused && (stored.Version != sh.version+1 || stored.Holder != sh.holder) {
		return errFenced
	}
	if refused && stored.Outcomes != string(sh.outcomes) {
		sh.version++ // it was the write before this one
		return s.write(ctx, sh, dueAt, remove)
	}
	sh.version++
	sh.unsaved, sh.proved, sh.folded = false, nil, nil
	sh.settled, sh.refused = stored.Settled, stored.Refused
	sh.fold()
	return nil
}

// update is the write of a held shard.
func (s *Store) update(sh *shard, dueAt time.Time, remove string) *types.Update {
	expression := "SET outcomes = :outcomes, reasons = :reasons, version = :next, rate = :rate"
	names := map[string]string{}
	values := dynamo.Item{
		":outcomes": dynamo.S(string(sh.outcomes)), ":reasons": lists(sh.reasons),
		":version": dynamo.N(int64(sh.version)), ":next": dynamo.N(int64(sh.version + 1)), ":holder": dynamo.S(sh.holder),
		":rate": &types.AttributeValueMemberN{Value: strconv.FormatFloat(sh.speed(s.now()), 'f', 1, 64)},
	}
	if strings.Contains(remove, "#due") {
		names["#due"] = "due"
	} else {
		expression += ", dueAt = :dueAt"
		values[":dueAt"] = stamp(dueAt)
	}
	expression += remove
	if len(sh.folded) > 0 {
		expression += " DELETE settled :folded"
		values[":folded"] = numbers(sh.folded)
	}
	u := &types.Update{
		TableName: &s.table, Key: dynamo.Key(sh.campaign, shardKey(sh.number)),
		UpdateExpression:          &expression,
		ConditionExpression:       aws.String("version = :version AND holder = :holder"),
		ExpressionAttributeValues: values,
	}
	if len(names) > 0 {
		u.ExpressionAttributeNames = names
	}
	return u
}
