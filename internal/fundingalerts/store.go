package fundingalerts

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Store keeps the alerts in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

const headKey = "alerts"

// keptAlerts is how long what a mail told is kept for questions about it.
const keptAlerts = 60 * 24 * time.Hour

// keptTold is how long we remember that somebody was told of a call, counted from the last time: longer
// than any call is open. Of whoever gets no mail any more nothing is left after it.
const keptTold = 3 * 365 * 24 * time.Hour

type (
	headItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		head
	}
	// packedItem holds what may be long, as compressed JSON.
	packedItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Packed  []byte `json:"packed"`
		Expires int64  `json:"expires,omitempty"`
	}
)

func alertPartition(run string, shard int) string { return fmt.Sprintf("alert#%s#%02d", run, shard) }
func toldPartition(shard int) string              { return fmt.Sprintf("told#%02d", shard) }
func owedPartition(shard int) string              { return fmt.Sprintf("owed#%02d", shard) }

// putAlert writes down what a person is told in a run; written again, it is the same.
func (s *Store) putAlert(run string, a alert) (types.WriteRequest, error) {
	shard := interest.ShardOf(a.Person.Organisation)
	return packedWrite(alertPartition(run, shard), a.Person, a, s.now().Add(keptAlerts))
}

func (s *Store) putTold(ref members.Ref, t told) (types.WriteRequest, error) {
	return packedWrite(toldPartition(interest.ShardOf(ref.Organisation)), ref, t, s.now().Add(keptTold))
}

func (s *Store) putOwed(a alert) (types.WriteRequest, error) {
	return packedWrite(owedPartition(interest.ShardOf(a.Person.Organisation)), a.Person, a, s.now().Add(keptTold))
}

func deleteOwed(ref members.Ref) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{
		Key: dynamo.Key(owedPartition(interest.ShardOf(ref.Organisation)), ref.String()),
	}}
}

func packedWrite(pk string, ref members.Ref, v any, expires time.Time) (types.WriteRequest, error) {
	packed, err := dynamo.Pack(v)
	if err != nil {
		return types.WriteRequest{}, err
	}
	it := packedItem{PK: pk, SK: ref.String(), Packed: packed}
	if !expires.IsZero() {
		it.Expires = expires.Unix()
	}
	item, err := dynamo.Encode(it)
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}, err
}

// batchSize is how many writes one BatchWriteItem may hold (DynamoDB's limit).
const batchSize = 25

// write does all writes. It may be repeated: none of them depends on what was there.
func (s *Store) write(ctx context.Context, writes []types.WriteRequest) error {
	wait := 50 * time.Millisecond
	for len(writes) > 0 {
		n := min(len(writes), batchSize)
		out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{s.table: writes[:n]},
		})
		if err != nil {
			return fmt.Errorf("fundingalerts: writing: %w", err)
		}
		left := out.UnprocessedItems[s.table]
		writes = append(left, writes[n:]...)
		if len(left) == 0 {
			continue
		}
		select { // the table takes no more for a moment
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait = min(2*wait, 2*time.Second)
		}
	}
	return nil
}

// alerts reads the alerts of a shard, after a person if there is one, at most limit.
func (s *Store) alerts(ctx context.Context, run string, shard int, after string, limit int32) ([]alert, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: &limit,
		KeyConditionExpression: aws.String("pk = :pk AND sk > :after"),
		ExpressionAttributeValues: dynamo.Item{
			":pk": dynamo.S(alertPartition(run, shard)), ":after": dynamo.S(after + " "),
		},
	}
	out, err := s.client.Query(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("fundingalerts: alerts: %w", err)
	}
	var found []alert
	for _, item := range out.Items {
		_, a, err := unpack[alert](item)
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

// alertsOf reads the alerts of people, those that there are, by person.
func (s *Store) alertsOf(ctx context.Context, run string, people []members.Ref) (map[members.Ref]alert, error) {
	keys := make([]dynamo.Item, len(people))
	for i, ref := range people {
		keys[i] = dynamo.Key(alertPartition(run, interest.ShardOf(ref.Organisation)), ref.String())
	}
	found := map[members.Ref]alert{}
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			return nil, fmt.Errorf("fundingalerts: alerts: %w", err)
		}
		for _, item := range out.Responses[s.table] {
			ref, a, err := unpack[alert](item)
			if err != nil {
				return nil, err
			}
			found[ref] = a
		}
		keys = out.UnprocessedKeys[s.table].Keys
	}
	return found, nil
}

// everyone reads a partition of told or owed items, by person.
func everyone[T any](ctx context.Context, s *Store, pk string) (map[members.Ref]T, error) {
	found := map[members.Ref]T{}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(pk)},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("fundingalerts: %s: %w", pk, err)
		}
		for _, item := range out.Items {
			ref, v, err := unpack[T](item)
			if err != nil {
				return nil, err
			}
			found[ref] = v
		}
	}
	return found, nil
}

func unpack[T any](item dynamo.Item) (members.Ref, T, error) {
	var v T
	it, err := dynamo.Decode[packedItem](item)
	if err != nil {
		return members.Ref{}, v, err
	}
	ref, err := members.ParseRef(it.SK)
	if err != nil {
		return ref, v, fmt.Errorf("fundingalerts: %q: %w", it.SK, err)
	}
	err = dynamo.Unpack(it.Packed, &v)
	return ref, v, err
}
