package emulator

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestTablesAreSeparate(t *testing.T) {
	t.Parallel()
	client, first := Tables(t, "MembersTable")
	_, second := Tables(t, "MembersTable")
	key := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "a"},
		"sk": &types.AttributeValueMemberS{Value: "b"},
	}
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(first["MembersTable"]), Item: key})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		table string
		items int
	}{{first["MembersTable"], 1}, {second["MembersTable"], 0}} {
		found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(c.table), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		if got := min(len(found.Item), 1); got != c.items {
			t.Errorf("table %s has %d items, want %d", c.table, got, c.items)
		}
	}
}

func TestAllTables(t *testing.T) {
	t.Parallel()
	client, names := Tables(t)
	for id, name := range names {
		table, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		if table.Table.TableStatus != types.TableStatusActive {
			t.Errorf("%s is %s", id, table.Table.TableStatus)
		}
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(names["SessionsTable"])})
	if err != nil {
		t.Fatal(err)
	}
	if got := ttl.TimeToLiveDescription.TimeToLiveStatus; got != types.TimeToLiveStatusDisabled {
		t.Errorf("time to live is %s: tests have clocks of their own", got)
	}
}
