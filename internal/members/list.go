package members

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Filter narrows a list of organisations. The zero value of a field does not narrow.
type Filter struct {
	State   State
	Country string
	Kind    Kind
	// Since leaves out members who joined before.
	Since time.Time
	// Words must all occur in the name or place, in any order, in any case and without accents.
	Words string
}

// PageSize is how many organisations a page of a list shows.
const PageSize = 25

// maxReads bounds the work of one page: each read sees up to 1 MB of the index, about 2,500
// organisations. A search that ends there returns what it found and where to go on.
const maxReads = 4

// firstLook is how many organisations a filter is tried on at first, and three times as many at each
// further read. A read costs what it looks at, not what it finds: most pages are full before a whole
// megabyte was looked at.
const firstLook = 400

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
	var items []dynamo.Item
	look := int32(firstLook)
	for range maxReads {
		in.ExclusiveStartKey, in.Limit = start, aws.Int32(look)
		if look *= 3; in.FilterExpression == nil { // one more than a page tells whether there is a next one
			in.Limit = aws.Int32(PageSize + 1 - int32(len(items))) //nolint:gosec // never more than a page
		}
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return nil, "", fmt.Errorf("members: list: %w", err)
		}
		items, start = append(items, out.Items...), out.LastEvaluatedKey
		if len(items) > PageSize {
			items = items[:PageSize]
			last := items[PageSize-1]
			start = dynamo.Item{"pk": last["pk"], "sk": last["sk"], "list": last["list"], "listKey": last["listKey"]}
			break
		}
		if start == nil {
			break
		}
	}
	page := make([]Organisation, len(items))
	for i, item := range items {
		it, err := dynamo.Decode[organisationItem](item)
		if err != nil {
			return nil, "", err
		}
		page[i] = it.Organisation
	}
	return page, dynamo.Cursor(start), nil
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
	if !f.Since.IsZero() {
		conditions = append(conditions, "since >= :since")
		in.ExpressionAttributeValues[":since"] = dynamo.S(f.Since.UTC().Format(time.RFC3339))
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
		it, err := dynamo.Decode[applicationItem](item)
		if err != nil {
			return nil, err
		}
		found = append(found, it.Application)
	}
	return found, nil
}
