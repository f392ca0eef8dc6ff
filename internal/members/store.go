package members

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// MaxPeople is how many people may represent one organisation at a time. It keeps a decision about all of
// them within one transaction.
const MaxPeople = 25

// Store keeps the members in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

// transaction collects writes, and the first error of making one.
type transaction struct {
	items []types.TransactWriteItem
	err   error
}

func (t *transaction) add(w types.TransactWriteItem, err error) {
	t.items = append(t.items, w)
	t.err = errors.Join(t.err, err)
}

func (s *Store) write(ctx context.Context, t transaction) error {
	if t.err != nil {
		return t.err
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: t.items})
	return err
}

func (s *Store) get(ctx context.Context, key dynamo.Item) (dynamo.Item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("members: reading: %w", err)
	}
	if out.Item == nil {
		return nil, ErrNone
	}
	return out.Item, nil
}

// holder returns who holds a lock, or ErrNone.
func (s *Store) holder(ctx context.Context, key dynamo.Item) (string, error) {
	item, err := s.get(ctx, key)
	if err != nil {
		return "", err
	}
	it, err := dynamo.Decode[lockItem](item)
	return it.Holder, err
}

// PersonByAddress returns the person who has this address, or ErrNone. Someone who left or was
// declined has it no longer. It reads a person either way, so that the time tells nothing.
func (s *Store) PersonByAddress(ctx context.Context, address string) (Person, error) {
	holder, err := s.holder(ctx, addressKey(address))
	if errors.Is(err, ErrNone) {
		return Person{}, cmp.Or(s.readNobody(ctx), ErrNone)
	}
	if err != nil {
		return Person{}, err
	}
	ref, err := ParseRef(holder)
	if err != nil {
		return Person{}, err
	}
	return s.Person(ctx, ref)
}

// nobody is like a person, belongs to no organisation and is in no list.
var nobody = Person{
	Ref: Ref{"NOBODY", "NOBODY"}, State: Left, Preferences: Preferences{Newsletter: Never}, Version: 1,
	Contact: Contact{Name: "Nobody of the network", Role: "Representative", Address: "nobody@munet.invalid", Language: "en"},
}

// readNobody takes as long as reading a person. The first time it writes what it reads from then on.
func (s *Store) readNobody(ctx context.Context) error {
	if _, err := s.Person(ctx, nobody.Ref); !errors.Is(err, ErrNone) {
		return err
	}
	item, err := dynamo.Encode(nobody.item(s.now()))
	if err != nil {
		return err
	}
	for _, name := range []string{"list", "listKey", "expires"} {
		delete(item, name)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item})
	return err
}

// Person returns a person, or ErrNone.
func (s *Store) Person(ctx context.Context, ref Ref) (Person, error) {
	item, err := s.get(ctx, personKey(ref))
	if err != nil {
		return Person{}, err
	}
	it, err := dynamo.Decode[personItem](item)
	return it.Person, err
}

// Organisation returns an organisation and all its people, or ErrNone.
func (s *Store) Organisation(ctx context.Context, id string) (Organisation, []Person, error) {
	var items []dynamo.Item
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": organisationKey(id)["pk"]},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return Organisation{}, nil, fmt.Errorf("members: organisation: %w", err)
		}
		items = append(items, out.Items...)
	}
	org, people, err := decodePeople(items)
	if err == nil && org.ID == "" {
		err = ErrNone
	}
	return org, people, err
}

// OrganisationNamed returns the organisation that has a profile's name in its country, or ErrNone.
func (s *Store) OrganisationNamed(ctx context.Context, p Profile) (Organisation, error) {
	id, err := s.holder(ctx, nameKey(p))
	if err != nil {
		return Organisation{}, err
	}
	org, _, err := s.Organisation(ctx, id)
	return org, err
}

// People returns the people with these references, at most 100, in no order. Those who are not
// there any more are left out.
func (s *Store) People(ctx context.Context, refs []Ref) ([]Person, error) {
	keys := make([]dynamo.Item, len(refs))
	for i, r := range refs {
		keys[i] = personKey(r)
	}
	var people []Person
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			return nil, fmt.Errorf("members: people: %w", err)
		}
		_, found, err := decodePeople(out.Responses[s.table])
		if err != nil {
			return nil, err
		}
		people = append(people, found...)
		keys = out.UnprocessedKeys[s.table].Keys
	}
	return people, nil
}
