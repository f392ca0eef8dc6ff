package members

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Filter narrows a list of organisations. The zero value of a field does not narrow.
type Filter struct {
	State   State
	Country string
	Kind    Kind
	// Words must all occur in the name or place, in any order, in any case and without accents.
	Words string
}

// PageSize is how many organisations a page of a list shows.
const PageSize = 25

// maxReads bounds the work of one page: each read sees up to 1 MB of the index, about 2,500
// organisations. A search that ends there returns what it found and where to go on.
const maxReads = 4

// Organisations returns one page of a list in the order of names, and the cursor of the next page
// or "". The index may lag behind a write by a moment.
func (s *Store) Organisations(ctx context.Context, f Filter, cursor string) ([]Organisation, string, error) {
	list := organisationList(f.State)
	start, err := dynamo.ParseCursor(cursor, "list", list)
	if err != nil {
		return nil, "", err
	}
	in := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(list)},
	}
	f.narrow(in)
	var page []Organisation
	for range maxReads {
		in.ExclusiveStartKey = start
		if in.FilterExpression == nil {
			in.Limit = aws.Int32(PageSize - int32(len(page))) //nolint:gosec // a page has at most PageSize
		}
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return nil, "", fmt.Errorf("members: list: %w", err)
		}
		for _, item := range out.Items {
			it, err := decode[organisationItem](item)
			if err != nil {
				return nil, "", err
			}
			page = append(page, it.Organisation)
			if len(page) == PageSize {
				return page, dynamo.Cursor(more(out, item)), nil
			}
		}
		if start = out.LastEvaluatedKey; start == nil {
			break
		}
	}
	return page, dynamo.Cursor(start), nil
}

// more returns where a page that ended at item goes on, or nil if the list ended with it.
func more(out *dynamodb.QueryOutput, item dynamo.Item) dynamo.Item {
	last := out.Items[len(out.Items)-1]
	if out.LastEvaluatedKey == nil && last["pk"] == item["pk"] {
		return nil
	}
	return dynamo.Item{"pk": item["pk"], "sk": item["sk"], "list": item["list"], "listKey": item["listKey"]}
}

func (f Filter) narrow(in *dynamodb.QueryInput) {
	var conditions []string
	if f.Country != "" {
		conditions = append(conditions, "country = :country")
		in.ExpressionAttributeValues[":country"] = dynamo.S(f.Country)
	}
	if f.Kind != "" {
		conditions = append(conditions, "kind = :kind")
		in.ExpressionAttributeValues[":kind"] = dynamo.S(string(f.Kind))
	}
	for i, word := range strings.Fields(Fold(f.Words)) {
		if i == 8 {
			break
		}
		name := fmt.Sprintf(":word%d", i)
		conditions = append(conditions, "contains(#search, "+name+")")
		in.ExpressionAttributeNames["#search"] = "search"
		in.ExpressionAttributeValues[name] = dynamo.S(word)
	}
	if len(conditions) > 0 {
		in.FilterExpression = aws.String(strings.Join(conditions, " AND "))
	}
}

// Colleagues returns up to 100 people who ask to join an organisation, oldest organisation first.
func (s *Store) Colleagues(ctx context.Context) ([]Person, error) {
	people, _, err := s.people(ctx, AwaitingApproval, "", 100)
	return people, err
}

// Audience returns the members who could get bulk mail, up to limit of them, and the cursor of the
// next page or "". The order is that of their references, which never change: whoever walks it
// to the end meets each of them once, whatever happens to them meanwhile.
func (s *Store) Audience(ctx context.Context, cursor string, limit int32) ([]Person, string, error) {
	return s.people(ctx, Member, cursor, limit)
}

func (s *Store) people(ctx context.Context, state State, cursor string, limit int32) ([]Person, string, error) {
	list := personList(state)
	start, err := dynamo.ParseCursor(cursor, "list", list)
	if err != nil {
		return nil, "", err
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: &limit, ExclusiveStartKey: start,
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(list)},
	})
	if err != nil {
		return nil, "", fmt.Errorf("members: people: %w", err)
	}
	_, people, err := decodePeople(out.Items)
	return people, dynamo.Cursor(out.LastEvaluatedKey), err
}

// Applications returns up to 100 applications that await confirmation, oldest first.
func (s *Store) Applications(ctx context.Context) ([]Application, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(100),
		KeyConditionExpression:    aws.String("#list = :list"),
		FilterExpression:          aws.String("expires > :now"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(applicationList), ":now": dynamo.Time(s.now())},
	})
	if err != nil {
		return nil, fmt.Errorf("members: applications: %w", err)
	}
	var found []Application
	for _, item := range out.Items {
		it, err := decode[applicationItem](item)
		if err != nil {
			return nil, err
		}
		found = append(found, it.Application)
	}
	return found, nil
}
