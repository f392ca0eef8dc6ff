package interest

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Shards is how many partitions the interests lie in. An organisation's are all in one, so that
// whoever reads a shard meets all interests of a person together.
const Shards = 64

// MaxInterests is how many interests one organisation may have.
const MaxInterests = 50

// Faults of saving an interest.
var (
	ErrEdited = fault.New(http.StatusConflict, "edited")            // somebody else changed it since it was shown
	ErrMany   = fault.New(http.StatusConflict, "interest-too-many") // the organisation has MaxInterests
)

// Store keeps interests in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

type interestItem struct {
	PK string `json:"pk"`
	SK string `json:"sk"`
	Interest
}

// ShardOf is the shard of an organisation.
func ShardOf(organisation string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(organisation))
	return int(h.Sum32() % Shards)
}

func partition(shard int) string { return fmt.Sprintf("interests#%02d", shard) }

func sortKey(organisation, id string) string { return organisation + "#" + id }

func key(organisation, id string) dynamo.Item {
	return dynamo.Key(partition(ShardOf(organisation)), sortKey(organisation, id))
}

// Create saves a new interest of an organisation. Two at the same moment may both pass MaxInterests;
// the bound is against misuse, not against one too many.
func (s *Store) Create(ctx context.Context, i Interest) (Interest, error) {
	has, err := s.OfOrganisation(ctx, i.Organisation)
	if err != nil {
		return i, err
	}
	if len(has) >= MaxInterests {
		return i, ErrMany.With("Limit", MaxInterests)
	}
	i.ID, i.Version = members.NewID(), 0
	i.CreatedAt = s.now().UTC()
	return s.Save(ctx, i)
}

// Save stores a changed interest; i.Version is the one that the change began from. ErrEdited if it
// was changed or deleted since.
func (s *Store) Save(ctx context.Context, i Interest) (Interest, error) {
	before := i.Version
	i.Version++
	i.UpdatedAt = s.now().UTC()
	item, err := dynamo.Encode(interestItem{partition(ShardOf(i.Organisation)), sortKey(i.Organisation, i.ID), i})
	if err != nil {
		return i, err
	}
	put := &dynamodb.PutItemInput{TableName: &s.table, Item: item}
	if before == 0 {
		put.ConditionExpression = aws.String("attribute_not_exists(pk)")
	} else {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(int64(before))}
	}
	_, err = s.client.PutItem(ctx, put)
	if _, refused := dynamo.Refused(err); refused {
		return i, ErrEdited
	}
	if err != nil {
		return i, fmt.Errorf("interest: save: %w", err)
	}
	return i, nil
}

// Delete removes an interest; one that is gone already is no error.
func (s *Store) Delete(ctx context.Context, organisation, id string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: key(organisation, id)})
	if err != nil {
		return fmt.Errorf("interest: delete: %w", err)
	}
	return nil
}

// Get returns an interest of an organisation, or a fault "not-found".
func (s *Store) Get(ctx context.Context, organisation, id string) (Interest, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key(organisation, id), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Interest{}, fmt.Errorf("interest: get: %w", err)
	}
	if out.Item == nil {
		return Interest{}, fault.NotFound()
	}
	return decode(out.Item)
}

// OfOrganisation returns all interests of an organisation, in the order of their ids.
func (s *Store) OfOrganisation(ctx context.Context, organisation string) ([]Interest, error) {
	return s.all(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :organisation)"),
		ExpressionAttributeValues: dynamo.Item{
			":pk": dynamo.S(partition(ShardOf(organisation))), ":organisation": dynamo.S(organisation + "#"),
		},
	})
}

func (s *Store) all(ctx context.Context, in *dynamodb.QueryInput) ([]Interest, error) {
	var found []Interest
	pages := dynamodb.NewQueryPaginator(s.client, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("interest: query: %w", err)
		}
		for _, item := range out.Items {
			i, err := decode(item)
			if err != nil {
				return nil, err
			}
			found = append(found, i)
		}
	}
	return found, nil
}

// Organisations calls each for every organisation of a shard with all its interests, one page of the
// table in memory at a time.
func (s *Store) Organisations(ctx context.Context, shard int, each func(organisation string, has []Interest) error) error {
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(partition(shard))},
	})
	var has []Interest
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("interest: shard %d: %w", shard, err)
		}
		for _, item := range out.Items {
			i, err := decode(item)
			if err != nil {
				return err
			}
			if len(has) > 0 && has[0].Organisation != i.Organisation {
				if err := each(has[0].Organisation, has); err != nil {
					return err
				}
				has = has[:0]
			}
			has = append(has, i)
		}
	}
	if len(has) == 0 {
		return nil
	}
	return each(has[0].Organisation, has)
}

// Forget removes a person from all interests of their organisation, the ones that only they saw, and
// their marks: for whoever leaves the network.
func (s *Store) Forget(ctx context.Context, ref members.Ref) error {
	has, err := s.OfOrganisation(ctx, ref.Organisation)
	if err != nil {
		return err
	}
	for _, i := range has {
		if i.By == ref && !i.Shared {
			if err := s.Delete(ctx, i.Organisation, i.ID); err != nil {
				return err
			}
			continue
		}
		n := len(i.Subscribers)
		i.Subscribers = slices.DeleteFunc(i.Subscribers, func(s Subscriber) bool { return s.Person == ref })
		if len(i.Subscribers) == n {
			continue
		}
		if _, err := s.Save(ctx, i); err != nil {
			return err
		}
	}
	if _, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: marksKey(ref)}); err != nil {
		return fmt.Errorf("interest: forget: %w", err)
	}
	return nil
}

func decode(item dynamo.Item) (Interest, error) {
	it, err := dynamo.Decode[interestItem](item)
	return it.Interest, err
}
