package dissemination

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// ErrNone says that there is no such campaign, or no longer: its record is kept for 400 days.
var ErrNone = errors.New("dissemination: none")

// Store is the ledger in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	random func(n int) int
}

// NewStore returns the ledger in a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return Simulated(dynamo.NewClient(client), table, now, sleep, rand.IntN)
}

// Simulated returns a ledger over anything that answers like DynamoDB. Waiting and chance, of the
// ledger and of the engines that use it, are the caller's.
func Simulated(
	client *dynamo.Client, table string, now func() time.Time,
	sleep func(context.Context, time.Duration) error, random func(n int) int,
) *Store {
	return &Store{client, table, now, sleep, random}
}

// NewID returns an identifier for a campaign, 80 random bits in 16 letters and digits.
func NewID() string { return crand.Text()[:16] }

// Start begins a campaign to an explicit list of recipients. Starting it again does nothing, so
// whoever does not know whether the first time succeeded may repeat the call.
func (s *Store) Start(ctx context.Context, c Campaign, recipients []string) error {
	if len(recipients) == 0 {
		return errors.New("dissemination: a list without recipients")
	}
	writes, err := s.Writes(c, recipients)
	if err != nil {
		return err
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		if _, readErr := s.Campaign(ctx, c.ID); readErr == nil {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("dissemination: start: %w", err)
	}
	return nil
}

// Writes returns the writes that begin a campaign, to join a transaction: one and, for an explicit
// list, two for each 400 recipients. Without a list the recipients are those that the kind names
// when the campaign is due. The transaction fails if the campaign is there already.
func (s *Store) Writes(c Campaign, recipients []string) ([]types.TransactWriteItem, error) {
	if !validID(c.ID) || c.Kind == "" || c.Due.IsZero() || len(recipients) > MaxRecipients {
		return nil, fmt.Errorf("dissemination: campaign %.80q cannot begin with %d recipients", c.ID, len(recipients))
	}
	c.State, c.version = Scheduled, 1
	var writes []types.TransactWriteItem
	for len(recipients) > 0 {
		size := min(len(recipients), shardSize)
		c.State = Sending
		c.shards++
		c.open++
		c.Recipients += size
		chunk, err := s.chunk(c, c.shards, recipients[:size])
		if err != nil {
			return nil, err
		}
		writes = append(writes, chunk...)
		recipients = recipients[size:]
	}
	put, err := s.putNew(c.item())
	return append(writes, put), err
}

// chunk returns the two writes that add a shard.
func (s *Store) chunk(c Campaign, number int, recipients []string) ([]types.TransactWriteItem, error) {
	expires := c.Due.Add(kept).Unix()
	list, err := s.putNew(recipientsItem{c.ID, recipientsKey(number), recipients, expires})
	if err != nil {
		return nil, err
	}
	sh := newShard(c.ID, number, len(recipients))
	sh.version = 1
	first, err := s.putNew(sh.item(c.Due, expires))
	return []types.TransactWriteItem{list, first}, err
}

// Campaign returns a campaign, or ErrNone.
func (s *Store) Campaign(ctx context.Context, id string) (Campaign, error) {
	item, err := s.get(ctx, dynamo.Key(id, campaignKey))
	if err != nil {
		return Campaign{}, err
	}
	it, err := decode[campaignItem](item)
	return it.campaign(), err
}

// Campaigns returns those of the campaigns that are there, by their identifiers, at most 100.
func (s *Store) Campaigns(ctx context.Context, ids []string) (map[string]Campaign, error) {
	found := make(map[string]Campaign, len(ids))
	keys := make([]dynamo.Item, len(ids))
	for i, id := range ids {
		keys[i] = dynamo.Key(id, campaignKey)
	}
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys}},
		})
		if err != nil {
			return nil, fmt.Errorf("dissemination: campaigns: %w", err)
		}
		for _, item := range out.Responses[s.table] {
			it, err := decode[campaignItem](item)
			if err != nil {
				return nil, err
			}
			found[it.PK] = it.campaign()
		}
		keys = out.UnprocessedKeys[s.table].Keys
	}
	return found, nil
}

func (s *Store) shard(ctx context.Context, campaign string, number int) (*shard, error) {
	item, err := s.get(ctx, dynamo.Key(campaign, shardKey(number)))
	if err != nil {
		return nil, err
	}
	return decodeShard(item)
}

// glimpse is shard for half the price: the shard as it is, or as it was a moment ago.
func (s *Store) glimpse(ctx context.Context, campaign string, number int) (*shard, error) {
	item, err := s.read(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: dynamo.Key(campaign, shardKey(number))})
	if errors.Is(err, ErrNone) {
		return s.shard(ctx, campaign, number)
	}
	if err != nil {
		return nil, err
	}
	return decodeShard(item)
}

// Recipients returns the recipients of a shard, in the order of its deliveries.
func (s *Store) Recipients(ctx context.Context, campaign string, shard int) ([]string, error) {
	item, err := s.get(ctx, dynamo.Key(campaign, recipientsKey(shard)))
	if err != nil {
		return nil, err
	}
	it, err := decode[recipientsItem](item)
	return it.Recipients, err
}

func (s *Store) get(ctx context.Context, key dynamo.Item) (dynamo.Item, error) {
	return s.read(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true)})
}

func (s *Store) read(ctx context.Context, in *dynamodb.GetItemInput) (dynamo.Item, error) {
	out, err := s.client.GetItem(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("dissemination: reading: %w", err)
	}
	if out.Item == nil {
		return nil, ErrNone
	}
	return out.Item, nil
}

// putNew writes an item that must not be there yet.
func (s *Store) putNew(v any) (types.TransactWriteItem, error) {
	item, err := attributevalue.MarshalMap(v)
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("dissemination: encoding: %w", err)
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item,
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}, nil
}
