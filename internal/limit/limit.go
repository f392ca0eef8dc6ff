// Package limit bounds what strangers, networks and people may cause, by counts in DynamoDB. Which
// limits there are is in names.go; docs/abuse.md says what they add up to.
//
// A limit is a bucket that holds a burst and fills up again at an even rate. It is counted by GCRA,
// the generic cell rate algorithm (ITU-T I.371, annex A): an item holds one moment, at which the
// bucket will be full again. What is counted moves that moment on by what one place takes to come
// back, and is refused where the moment would lie further ahead than a whole burst takes. Each step
// is one conditional update, so of many at once exactly as many pass as there are places.
package limit

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Limit says how often something may happen.
type Limit struct {
	// Name is the first part of the keys, the same for ever.
	Name string
	// Burst is how many may happen at once, at least 1.
	Burst int
	// Every is the time in which one more may happen after a burst, in whole milliseconds.
	Every time.Duration
	// Pause is the least time between two, at most Every.
	Pause time.Duration
	// Code is that of the fault which tells people that it was exceeded, or "" if nobody is told.
	Code string
}

// Count is what is counted under a limit: a network, a mailbox, a person.
type Count struct {
	Limit
	What string
}

// Store counts in the limits table. No address and no IP is in it: what is counted is named by a
// keyed hash.
type Store struct {
	// Metric adds to a metric: to MailRefused what is over the limit of all strangers' mail.
	Metric func(name string, value float64)

	client *dynamo.Client
	table  string
	signer *token.Signer
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, signer *token.Signer, now func() time.Time, metric func(name string, value float64)) *Store {
	return &Store{metric, dynamo.NewClient(client), table, signer, now}
}

// Key is the key of a count in the table.
func (s *Store) Key(c Count) string {
	return c.Name + "#" + s.signer.KeyedHash("limit "+c.Name, c.What)
}

// Reset is the write that empties the count under a key.
func (s *Store) Reset(key string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: item(key)}}
}

func item(key string) dynamo.Item { return dynamo.Item{"pk": dynamo.S(key)} }

// tries is how often a count is tried that meets writes which empty the same item.
const tries = 3

// errBusy says that a count met such writes each time.
var errBusy = errors.New("limit: the count changed at each look")

// Take counts once and returns 0, or how long to wait until one more may happen; then nothing is
// counted.
//
// It costs one write while the bucket is full, and one more otherwise: an update cannot choose the
// later of two moments, so there is one update for each case.
func (s *Store) Take(ctx context.Context, what Count) (time.Duration, error) {
	c := counting{s, what.Limit, s.Key(what), s.now().UnixMilli(), token.New()}
	for range tries {
		for _, update := range []func(context.Context) (dynamo.Item, bool, error){c.full, c.partly} {
			found, done, err := update(ctx)
			switch {
			case err != nil:
				return 0, fmt.Errorf("limit: %s: %w", c.limit.Name, err)
			case done, c.wrote(found):
				return 0, nil
			}
			if wait := c.wait(found); wait > 0 {
				return wait, nil
			}
		}
	}
	return 0, errBusy
}

// counting is one count, at one moment.
type counting struct {
	*Store
	limit Limit
	key   string
	now   int64 // milliseconds since 1970, as all moments in the table
	owner string
}

// most is the latest moment for which there is a place left.
func (c counting) most() int64 {
	return c.now + int64(c.limit.Burst-1)*c.limit.Every.Milliseconds()
}

// full counts in a bucket that is full.
func (c counting) full(ctx context.Context) (dynamo.Item, bool, error) {
	return c.update(ctx, "SET tat = :next", "attribute_not_exists(pk) OR tat <= :now", dynamo.Item{
		":next": dynamo.N(c.now + c.limit.Every.Milliseconds()),
	})
}

// partly counts in one that is not, and not empty either.
func (c counting) partly(ctx context.Context) (dynamo.Item, bool, error) {
	condition := "tat > :now AND tat <= :most AND holder <> :owner"
	values := dynamo.Item{":every": dynamo.N(c.limit.Every.Milliseconds()), ":most": dynamo.N(c.most())}
	if c.limit.Pause > 0 {
		condition += " AND latest <= :pause"
		values[":pause"] = dynamo.N(c.now - c.limit.Pause.Milliseconds())
	}
	return c.update(ctx, "SET tat = tat + :every", condition, values)
}

// update reports whether it counted, and otherwise returns the item that was there.
func (c counting) update(ctx context.Context, update, condition string, values dynamo.Item) (dynamo.Item, bool, error) {
	values[":now"], values[":owner"] = dynamo.N(c.now), dynamo.S(c.owner)
	values[":expires"] = dynamo.Time(time.UnixMilli(c.now).Add(time.Duration(c.limit.Burst)*c.limit.Every + time.Minute))
	_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &c.table, Key: item(c.key),
		UpdateExpression:          aws.String(update + ", latest = :now, holder = :owner, expires = :expires"),
		ConditionExpression:       &condition,
		ExpressionAttributeValues: values,

		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, refused := dynamo.Refused(err); refused {
		return found, false, nil
	}
	return nil, err == nil, err
}

// wrote reports whether an item holds this very count: the SDK repeats a write whose answer was lost.
func (c counting) wrote(found dynamo.Item) bool {
	holder, ok := found["holder"].(*types.AttributeValueMemberS)
	return ok && holder.Value == c.owner
}

// wait is how long to wait until an item has a place, or 0.
func (c counting) wait(found dynamo.Item) time.Duration {
	tat := number(found["tat"])
	if tat <= c.now {
		return 0
	}
	wait := tat - c.most()
	if c.limit.Pause > 0 {
		wait = max(wait, number(found["latest"])+c.limit.Pause.Milliseconds()-c.now)
	}
	return time.Duration(max(wait, 0)) * time.Millisecond
}

func number(v types.AttributeValue) int64 {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0
	}
	return i
}

// Return gives back what [Store.Take] counted, because nothing came of it. Trying again at once is
// then allowed.
func (s *Store) Return(ctx context.Context, counts ...Count) error {
	var failed []error
	for _, c := range counts {
		failed = append(failed, s.giveBack(ctx, c))
	}
	return errors.Join(failed...)
}

func (s *Store) giveBack(ctx context.Context, c Count) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: item(s.Key(c)),
		UpdateExpression: aws.String("SET tat = tat - :every, latest = :never, giver = :giver"),
		// The second part is for a write that the SDK repeats.
		ConditionExpression: aws.String("attribute_exists(pk) AND (attribute_not_exists(giver) OR giver <> :giver)"),
		ExpressionAttributeValues: dynamo.Item{
			":every": dynamo.N(c.Every.Milliseconds()), ":never": dynamo.N(0), ":giver": dynamo.S(token.New()),
		},
	})
	if _, refused := dynamo.Refused(err); err != nil && !refused {
		return fmt.Errorf("limit: giving back: %w", err)
	}
	return nil
}
