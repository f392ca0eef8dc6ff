package practicenews

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// Store keeps in DynamoDB what was told.
type Store struct {
	client *dynamo.Client
	table  string
}

// NewStore returns a store on the practices table.
func NewStore(client *dynamodb.Client, table string) *Store {
	return &Store{dynamo.NewClient(client), table}
}

// head is where the news stand. There is one.
type head struct {
	// Told is the end of the last week that followers were told of.
	Told time.Time `json:"told"`
	// Look is when the queue of reviews is looked at next.
	Look    time.Time `json:"look"`
	Version int       `json:"version"`
}

// week is what followers are told of. It includes From and excludes To.
type week struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Practices are the newest first, in the languages of mail and the one that they were written in.
	Practices []practice.Hit `json:"practices"`
}

func (w *week) id() string { return w.To.In(language.Brussels()).Format(day) }

func (w *week) has(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

const (
	partition = "news"
	headKey   = "head"
	weekKey   = "week"
	// kept is how long a week is kept, which is as long as its campaign.
	kept = 400 * 24 * time.Hour
	// maxPacked is how large a packed week may be, in bytes: some 400 practices.
	maxPacked = 300_000
)

type (
	headItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		head
	}
	weekItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Packed  []byte `json:"packed"` // a week as compressed JSON
		Expires int64  `json:"expires"`
	}
)

func (s *Store) get(ctx context.Context, pk, sk string) (dynamo.Item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: dynamo.Key(pk, sk), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("practicenews: reading: %w", err)
	}
	return out.Item, nil
}

// head returns the zero head before the first run.
func (s *Store) head(ctx context.Context) (head, error) {
	item, err := s.get(ctx, partition, headKey)
	if err != nil || item == nil {
		return head{}, err
	}
	it, err := dynamo.Decode[headItem](item)
	return it.head, err
}

// errMoved says that somebody else moved the head.
var errMoved = errors.New("practicenews: somebody else was faster")

// saveHead writes the head if nobody else did since, and counts it up; the other writes happen with it
// or not at all.
func (s *Store) saveHead(ctx context.Context, h *head, also ...types.TransactWriteItem) error {
	before := h.Version
	h.Version++
	item, err := dynamo.Encode(headItem{partition, headKey, *h})
	if err != nil {
		return err
	}
	put := &types.Put{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if before > 0 {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(int64(before))}
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{{Put: put}}, also...),
	})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		// The SDK repeats a write whose answer was lost; then it was our own that refused it.
		if found, err := s.head(ctx); err == nil && found.Version == h.Version && found.Told.Equal(h.Told) && found.Look.Equal(h.Look) {
			return nil
		}
		return errors.Join(errMoved, err)
	}
	if err != nil {
		return fmt.Errorf("practicenews: saving: %w", err)
	}
	return nil
}

// putWeek returns the write that keeps a week. It leaves out the oldest practices of a week with more
// than one item can hold.
func (s *Store) putWeek(w *week) (types.TransactWriteItem, error) {
	for _, p := range w.Practices {
		for tag := range p.Texts {
			if tag != p.Original && !slices.Contains(language.Available(), tag) {
				delete(p.Texts, tag)
			}
		}
	}
	packed, err := dynamo.Pack(w)
	for err == nil && len(packed) > maxPacked {
		w.Practices = w.Practices[:len(w.Practices)*9/10]
		packed, err = dynamo.Pack(w)
	}
	if err != nil {
		return types.TransactWriteItem{}, err
	}
	item, err := dynamo.Encode(weekItem{PK: partition + "#" + w.id(), SK: weekKey, Packed: packed, Expires: w.To.Add(kept).Unix()})
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}, err
}

// week returns a week that was told, by its id.
func (s *Store) week(ctx context.Context, id string) (*week, error) {
	item, err := s.get(ctx, partition+"#"+id, weekKey)
	if err != nil {
		return nil, err
	}
	if item == nil {
		return nil, fmt.Errorf("practicenews: no week %q", id)
	}
	it, err := dynamo.Decode[weekItem](item)
	if err != nil {
		return nil, err
	}
	w := &week{}
	return w, dynamo.Unpack(it.Packed, w)
}
