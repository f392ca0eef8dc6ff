package meter

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
)

// TestMeter checks the count against the sizes that DynamoDB documents: a write unit per started
// KB and index, twice that in a transaction; half a read unit per started 4 KB, twice that if
// consistent.
func TestMeter(t *testing.T) {
	direct, tables := emulator.Tables(t, "MembersTable")
	m, err := New(t.Context(), *direct.Options().BaseEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	metered := dynamodblocal.NewClient(m.URL)

	table := tables["MembersTable"]
	key := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "a"}, "sk": &types.AttributeValueMemberS{Value: "b"},
	}
	otherKey := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "a"}, "sk": &types.AttributeValueMemberS{Value: "c"},
	}
	steps := []struct {
		name string
		do   func() error
		want Usage
	}{
		{"put", func() error {
			_, err := metered.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: key})
			return err
		}, Usage{1, 0, 1}},
		{"consistent get", func() error {
			_, err := metered.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
			return err
		}, Usage{1, 1, 0}},
		{"get", func() error {
			_, err := metered.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key})
			return err
		}, Usage{1, 0.5, 0}},
		{"transaction of two", func() error {
			_, err := metered.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
				TransactItems: []types.TransactWriteItem{
					{Delete: &types.Delete{TableName: &table, Key: key}},
					{Put: &types.Put{TableName: &table, Item: otherKey}},
				},
			})
			return err
		}, Usage{1, 0, 4}},
		{"nothing", func() error { return nil }, Usage{}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := m.Take(); got != step.want {
			t.Errorf("%s used %+v; want %+v", step.name, got, step.want)
		}
	}
}
