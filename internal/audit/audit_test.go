package audit

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
)

func TestEntriesReadInOrderWithinTheirMonth(t *testing.T) {
	client, tables := emulator.Tables(t, "AuditTable")
	table := tables["AuditTable"]
	log := NewLog(client, table)
	athens := time.FixedZone("EET", 2*60*60)
	begin := time.Date(2026, 12, 1, 1, 59, 59, 900e6, athens) // still November in UTC

	entries := []Entry{
		{Who: "ORG.PERSON", Name: "Eleni", Action: Approve, What: "/desk/members/A", Note: "Welcome\r\n<b>", At: begin},
		{Who: "ORG.PERSON", Name: "Eleni", Action: ExportMembers, What: "/desk/members.csv?state=member", At: begin.Add(50 * time.Millisecond)},
	}
	if err := log.Add(t.Context(), entries[1]); err != nil {
		t.Fatal(err)
	}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{log.Write(entries[0])},
	})
	if err != nil {
		t.Fatal(err)
	}

	out, err := client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S("2026-11")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Items) != 2 {
		t.Fatalf("the month has %d entries, want 2", len(out.Items))
	}
	for i, item := range out.Items {
		var got map[string]any
		if err := attributevalue.UnmarshalMap(item, &got); err != nil {
			t.Fatal(err)
		}
		e := entries[i]
		want := map[string]any{
			"who": e.Who, "name": e.Name, "action": e.Action.String(), "what": e.What, "note": e.Note,
			"at": "2026-11-30T23:59:59Z", "expires": float64(e.At.Add(Kept).Unix()),
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("entry %d: %s = %v, want %v", i, name, got[name], value)
			}
		}
	}
}

func TestEntriesOfOneMomentAreAllKept(t *testing.T) {
	client, tables := emulator.Tables(t, "AuditTable")
	log := NewLog(client, tables["AuditTable"])
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var writes []types.TransactWriteItem
	for i := range 20 {
		writes = append(writes, log.Write(Entry{Who: "ORG.PERSON", Action: Approve, What: fmt.Sprint(i), At: at}))
	}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err != nil {
		t.Error(err)
	}
}
