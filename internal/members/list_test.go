package members_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// A filter finds what is far down the list, in one page where it is few.
func TestFilterLooksFurther(t *testing.T) {
	t.Parallel()
	client, tables := emulator.Tables(t, "MembersTable")
	table := tables["MembersTable"]
	s := members.NewStore(client, table, atNoon)
	first, _ := confirmed(t, s, application("Pafos", "a@pafos.example"))
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: dynamo.Key("organisation#"+first.ID, "organisation")})
	if err != nil {
		t.Fatal(err)
	}
	const others = 1_000
	var writes []types.WriteRequest
	for i := range others {
		item, id, name := maps.Clone(out.Item), fmt.Sprintf("ID%04d", i), fmt.Sprintf("town %04d", i)
		item["pk"], item["id"], item["name"] = dynamo.S("organisation#"+id), dynamo.S(id), dynamo.S(name)
		item["search"], item["listKey"] = dynamo.S(name), dynamo.S(name+"#"+id)
		if i%100 == 99 {
			item["country"] = dynamo.S("GR")
		}
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
	}
	for batch := range slices.Chunk(writes, 25) {
		if _, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: batch}}); err != nil {
			t.Fatal(err)
		}
	}
	for want, filter := range map[int]members.Filter{
		1:                {State: members.AwaitingApproval, Words: "0998"},
		others / 100:     {State: members.AwaitingApproval, Country: "GR"},
		members.PageSize: {State: members.AwaitingApproval, Country: first.Country},
	} {
		page, next, err := s.Organisations(t.Context(), filter, "")
		if err != nil || len(page) != want || (next == "") != (want < members.PageSize) {
			t.Errorf("%+v: %d organisations, want %d, next %q, %v", filter, len(page), want, next, err)
		}
	}
}
