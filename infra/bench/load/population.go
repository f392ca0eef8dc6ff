package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/bench/shelf"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// A population is what the tables hold before the load comes. It follows from its size alone.
type population struct {
	// members are organisations and their people; every fourth organisation has two, the others one.
	members, practices, calls int
}

func populationOf(members int) population {
	return population{members: members, practices: members / 10, calls: max(members/30, 30)}
}

func (p population) organisations() int { return p.members * 4 / 9 }

// complete is how many organisations have all that a real one has. The others lack their locks and consents,
// which only a request about that one reads: a key is read as quickly among ten as among a million.
const complete = 2_000

// made is an identifier as [members.NewID] makes them, the same for the same text.
func made(kind string, number int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, number))
	return base32.StdEncoding.EncodeToString(sum[:10])
}

func organisationName(number int) string { return fmt.Sprintf("Municipality of Town %06d", number) }
func organisationID(number int) string   { return made("organisation", number) }

// ref is the first person of an organisation, or with second the other one.
func ref(organisation int, second bool) members.Ref {
	if second {
		return members.Ref{Organisation: organisationID(organisation), Person: made("second", organisation)}
	}
	return members.Ref{Organisation: organisationID(organisation), Person: made("first", organisation)}
}

func addressOf(organisation int, second bool) string {
	if second {
		return fmt.Sprintf("second%06d@crowd.example", organisation)
	}
	return fmt.Sprintf("first%06d@crowd.example", organisation)
}

// tables are where a population is written.
type tables struct {
	client *dynamodb.Client
	names  map[string]string // by logical id
}

// fill writes a population.
func (t tables) fill(ctx context.Context, p population) error {
	if err := t.enrol(ctx, p); err != nil {
		return fmt.Errorf("members: %w", err)
	}
	s, err := shelf.New(1)
	if err != nil {
		return err
	}
	if err := t.publish(ctx, p, s); err != nil {
		return fmt.Errorf("practices: %w", err)
	}
	if err := t.announce(ctx, p, s); err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	return nil
}

// The first member of all, of whom the others are copies with other names.
var (
	moldProfile = members.Profile{
		Kind: "localAuthority", Name: "Mold of Towns", Country: "CY", Place: "Moldplace", Population: "5to20k",
		Website: "https://mold.example", Languages: []string{"en", "el"}, Topics: []members.Topic{"housing", "education"},
	}
	moldContact = members.Contact{Name: "Mold Person", Role: "Officer", Address: "mold@crowd.example", Language: "en"}
)

// enrol makes one member as every member is made, and copies what the table holds of them: ten thousand
// cost less this way than a hundred who confirm.
func (t tables) enrol(ctx context.Context, p population) error {
	store := members.NewStore(t.client, t.names["MembersTable"], time.Now)
	a, _, err := store.Invite(ctx, members.Application{
		Profile: moldProfile, Contact: moldContact, InvitedBy: "Load",
		Preferences: members.Preferences{Newsletter: members.Every, Announcements: true},
		Texts:       map[members.Purpose]string{members.ForMembership: members.TextHash("consent")}, TextsIn: "en",
	})
	if err != nil {
		return err
	}
	org, person, err := store.Confirm(ctx, a, "invitation")
	if err != nil {
		return err
	}
	var mold []dynamo.Item
	for _, pk := range []string{
		"organisation#" + org.ID, "consent#" + person.String(), "address#" + moldContact.Address,
		"name#" + moldProfile.Country + "#" + members.Fold(moldProfile.Name),
	} {
		items, err := t.partition(ctx, "MembersTable", pk)
		if err != nil {
			return err
		}
		mold = append(mold, items...)
	}
	return t.write(ctx, "MembersTable", func(yield func(dynamo.Item) bool) {
		for number := range p.organisations() {
			for _, item := range membersLike(mold, person.Ref, number) {
				if !yield(item) {
					return
				}
			}
		}
	})
}

// membersLike are the items of an organisation and its people.
func membersLike(mold []dynamo.Item, of members.Ref, number int) []dynamo.Item {
	country := members.Countries[number%len(members.Countries)]
	name, place := organisationName(number), fmt.Sprintf("Place %06d", number)
	names := func(second bool) *strings.Replacer {
		r := ref(number, second)
		return strings.NewReplacer(
			of.Organisation, r.Organisation, of.Person, r.Person, moldContact.Address, addressOf(number, second),
			"name#"+moldProfile.Country+"#"+members.Fold(moldProfile.Name), "name#"+country+"#"+members.Fold(name),
			moldProfile.Name, name, members.Fold(moldProfile.Name), members.Fold(name),
			moldProfile.Place, place, members.Fold(moldProfile.Place), members.Fold(place),
			moldContact.Name, fmt.Sprintf("Person %06d", number),
		)
	}
	var items []dynamo.Item
	for _, item := range mold {
		if _, listed := item["list"]; !listed && number >= complete {
			continue
		}
		copied := renamed(item, names(false))
		if _, ok := copied["country"]; ok {
			copied["country"] = dynamo.S(country)
			copied["kind"] = dynamo.S(string(members.Kinds[number%len(members.Kinds)]))
		}
		items = append(items, copied)
		_, holder := item["holder"]
		key, _ := item["pk"].(*types.AttributeValueMemberS)
		_, person := item["preferences"]
		if ofPerson := person || holder && strings.HasPrefix(key.Value, "address#") || strings.HasPrefix(key.Value, "consent#"); ofPerson && number%4 == 0 {
			items = append(items, renamed(item, names(true)))
		}
	}
	return items
}

// renamed is a copy of an item with other names in it.
func renamed(item dynamo.Item, names *strings.Replacer) dynamo.Item {
	copied := maps.Clone(item)
	for name, value := range item {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			copied[name] = dynamo.S(names.Replace(v.Value))
		case *types.AttributeValueMemberM:
			copied[name] = &types.AttributeValueMemberM{Value: renamed(v.Value, names)}
		}
	}
	return copied
}

// partition returns all items of a partition.
func (t tables) partition(ctx context.Context, table, pk string) ([]dynamo.Item, error) {
	out, err := t.client.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String(t.names[table]), KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(pk)},
	})
	if err != nil {
		return nil, err
	}
	return out.Items, nil
}

// write puts items, as many at once as DynamoDB takes.
func (t tables) write(ctx context.Context, table string, items func(yield func(dynamo.Item) bool)) error {
	const most = 25 // DynamoDB's limit of one call
	name := t.names[table]
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	var batch []types.WriteRequest
	send := func() {
		requests := batch
		batch = nil
		group.Go(func() error {
			for len(requests) > 0 {
				out, err := t.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: requests}})
				if err != nil {
					return err
				}
				requests = out.UnprocessedItems[name]
			}
			return nil
		})
	}
	for item := range items {
		if batch = append(batch, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}); len(batch) == most {
			send()
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(batch) > 0 {
		send()
	}
	return group.Wait()
}
