// Package emulator gives tests tables in a real DynamoDB: Amazon's emulator,
// which all test binaries of a run share.
package emulator

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// startTimeout covers a first download of the emulator.
const startTimeout = 3 * time.Minute

var shared = sync.OnceValues(func() (*dynamodb.Client, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	url, err := dynamodblocal.Shared(ctx)
	if err != nil {
		return nil, err
	}
	return dynamodblocal.NewClient(url), nil
})

var tables = sync.OnceValues(func() ([]template.Table, error) {
	root, err := checkout.Root()
	if err != nil {
		return nil, err
	}
	t, err := template.Load(filepath.Join(root, "template.yaml"), template.Options{
		Parameters: template.LocalParameters("http://localhost"),
	})
	if err != nil {
		return nil, err
	}
	return t.Tables, nil
})

// Tables makes empty tables as template.yaml describes them, except that
// nothing expires in them, for this test alone, and deletes them when it ends:
// those with the given logical ids ("MembersTable"), or all. It returns a
// client and the tables' names by logical id. Tests that use it may run in
// parallel.
func Tables(t testing.TB, logicalIDs ...string) (*dynamodb.Client, map[string]string) {
	t.Helper()
	client, err := shared()
	if err != nil {
		t.Fatalf("start the DynamoDB emulator: %v", err)
	}
	all, err := tables()
	if err != nil {
		t.Fatalf("read the tables: %v", err)
	}
	prefix := "test-" + rand.Text()[:12] + "-"
	names := map[string]string{}
	var chosen []template.Table
	for _, table := range all {
		if len(logicalIDs) > 0 && !slices.Contains(logicalIDs, table.LogicalID) {
			continue
		}
		table.Name = prefix + table.LogicalID
		// Tests have clocks of their own. The emulator goes by the machine's, and would delete what
		// expires in the past of the one and the future of the other.
		table.TimeToLive = ""
		names[table.LogicalID] = table.Name
		chosen = append(chosen, table)
	}
	for _, id := range logicalIDs {
		if names[id] == "" {
			t.Fatalf("template.yaml has no table %s", id)
		}
	}
	t.Cleanup(func() {
		for _, name := range names {
			// The test's own context has ended by now.
			_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(name)})
			if err != nil {
				t.Logf("delete the table %s: %v", name, err)
			}
		}
	})
	if err := dynamodblocal.CreateTables(t.Context(), client, chosen); err != nil {
		t.Fatal(err)
	}
	return client, names
}
