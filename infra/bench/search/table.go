package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/search"
)

// table is a table of the emulator with an index in it.
type table struct {
	endpoint, name string
	client         *dynamodb.Client
	store          *search.Store
	used           *usage
}

func newTable(ctx context.Context) (*table, error) {
	endpoint, err := dynamodblocal.Shared(ctx)
	if err != nil {
		return nil, err
	}
	t := open(endpoint, "bench-search-"+rand.Text()[:12])
	_, err = t.client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &t.name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
	})
	return t, err
}

// open returns a table that is there.
func open(endpoint, name string) *table {
	client := dynamodblocal.NewClient(endpoint)
	t := &table{endpoint: endpoint, name: name, client: client, used: &usage{}}
	t.store = search.NewStore(t.used.of(client), name, "practices", time.Now)
	return t
}

func (t *table) remove(ctx context.Context) error {
	_, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.name})
	return err
}

// publish writes a document as a domain does.
func (t *table) publish(ctx context.Context, d search.Document) error {
	change, err := t.store.Change(d)
	if err != nil {
		return err
	}
	_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{change}})
	return err
}

// stored returns how many bytes of segments the table holds.
func (t *table) stored(ctx context.Context) (bytes int, err error) {
	pages := dynamodb.NewScanPaginator(t.client, &dynamodb.ScanInput{TableName: &t.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, item := range page.Items {
			if b, ok := item["data"].(*types.AttributeValueMemberB); ok {
				bytes += len(b.Value)
			}
		}
	}
	return bytes, nil
}

// usage is what a table was asked for.
type usage struct {
	mu            sync.Mutex
	queries, gets int
	reads         float64 // capacity units
}

// of returns a client whose reads are counted.
func (u *usage) of(client *dynamodb.Client) *dynamo.Client {
	counted := *dynamo.NewClient(client)
	counted.GetItem = func(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		out, err := client.GetItem(ctx, in, o...)
		if err == nil {
			u.count(&u.gets, out.ConsumedCapacity)
		}
		return out, err
	}
	return dynamo.Simulated(counted, func(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		out, err := client.Query(ctx, in, o...)
		if err == nil {
			u.count(&u.queries, out.ConsumedCapacity)
		}
		return out, err
	})
}

func (u *usage) count(requests *int, c *types.ConsumedCapacity) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*requests++
	if c != nil && c.CapacityUnits != nil {
		u.reads += *c.CapacityUnits
	}
}

// take returns what was used since the last time.
func (u *usage) take() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	text := fmt.Sprintf("%s, %s, %.1f read units", plural(u.queries, "Query", "Queries"), plural(u.gets, "GetItem", "GetItems"), u.reads)
	u.queries, u.gets, u.reads = 0, 0, 0
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}
