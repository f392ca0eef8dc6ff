package members

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Queue is what waits for a decision, what has waited longest first.
type Queue struct {
	Organisations []Organisation
	// Colleagues ask to join an organisation that does not wait itself.
	Colleagues []Colleague
	// More says that there is more than one look can see.
	More bool
}

// Colleague is a person who asks to join an organisation.
type Colleague struct {
	Person       Person
	Organisation Organisation
}

// Queue returns the organisations and people that await approval: up to 4 MB of each, which is
// thousands.
func (s *Store) Queue(ctx context.Context) (Queue, error) {
	items, moreOrganisations, err := s.list(ctx, organisationList(AwaitingApproval))
	if err != nil {
		return Queue{}, err
	}
	var q Queue
	waiting := map[string]bool{}
	for _, item := range items {
		it, err := dynamo.Decode[organisationItem](item)
		if err != nil {
			return q, err
		}
		q.Organisations = append(q.Organisations, it.Organisation)
		waiting[it.ID] = true
	}
	items, morePeople, err := s.list(ctx, personList(AwaitingApproval))
	if err != nil {
		return q, err
	}
	_, people, err := decodePeople(items)
	if err != nil {
		return q, err
	}
	people = slices.DeleteFunc(people, func(p Person) bool { return waiting[p.Organisation] })
	q.Colleagues, err = s.colleagues(ctx, people)
	q.More = moreOrganisations || morePeople
	slices.SortStableFunc(q.Organisations, func(a, b Organisation) int { return a.CreatedAt.Compare(b.CreatedAt) })
	slices.SortStableFunc(q.Colleagues, func(a, b Colleague) int { return a.Person.CreatedAt.Compare(b.Person.CreatedAt) })
	return q, err
}

// colleagues joins people with their organisations. The index may lag behind a decision, so whoever
// belongs to an organisation that still awaits approval is left out.
func (s *Store) colleagues(ctx context.Context, people []Person) ([]Colleague, error) {
	keys := map[string]dynamo.Item{}
	for _, p := range people {
		keys[p.Organisation] = organisationKey(p.Organisation)
	}
	items, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	var all []Colleague
	for _, p := range people {
		it, err := dynamo.Decode[organisationItem](items[p.Organisation])
		if err != nil {
			return nil, err
		}
		if it.ID != "" && it.State != AwaitingApproval {
			all = append(all, Colleague{p, it.Organisation})
		}
	}
	return all, nil
}

// CountApplications returns how many applications await confirmation. It counts up to 4 MB of them,
// thousands, and says whether there are more.
func (s *Store) CountApplications(ctx context.Context) (count int, more bool, err error) {
	in := s.listing(applicationList)
	in.FilterExpression = aws.String("expires > :now")
	in.ExpressionAttributeValues[":now"] = dynamo.Time(s.now())
	in.Select = types.SelectCount
	more, err = s.read(ctx, in, func(out *dynamodb.QueryOutput) { count += int(out.Count) })
	return count, more, err
}

// list returns the items of one partition of the index, up to 4 MB, and whether there are more.
func (s *Store) list(ctx context.Context, list string) (items []dynamo.Item, more bool, err error) {
	more, err = s.read(ctx, s.listing(list), func(out *dynamodb.QueryOutput) { items = append(items, out.Items...) })
	return items, more, err
}

func (s *Store) listing(list string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(list)},
	}
}

// read follows a query for as many reads as one page may cost.
func (s *Store) read(ctx context.Context, in *dynamodb.QueryInput, each func(*dynamodb.QueryOutput)) (more bool, err error) {
	for range maxReads {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return false, fmt.Errorf("members: list: %w", err)
		}
		each(out)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; out.LastEvaluatedKey == nil {
			return false, nil
		}
	}
	return true, nil
}

// batch reads many items, by any name that the caller gives each key.
func (s *Store) batch(ctx context.Context, keys map[string]dynamo.Item) (map[string]dynamo.Item, error) {
	const most = 100 // DynamoDB's limit of one call
	names := map[string]string{}
	var asked []dynamo.Item
	for name, key := range keys {
		names[keyText(key)] = name
		asked = append(asked, key)
	}
	found := map[string]dynamo.Item{}
	for len(asked) > 0 {
		n := min(most, len(asked))
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: asked[:n], ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			return nil, fmt.Errorf("members: reading many: %w", err)
		}
		for _, item := range out.Responses[s.table] {
			found[names[keyText(item)]] = item
		}
		asked = append(asked[n:], out.UnprocessedKeys[s.table].Keys...)
	}
	return found, nil
}

func keyText(item dynamo.Item) string {
	it := lock(item, "")
	return it.PK + "\n" + it.SK
}
