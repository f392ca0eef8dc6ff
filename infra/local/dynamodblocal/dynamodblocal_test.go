package dynamodblocal

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

func TestJavaVersion(t *testing.T) {
	t.Parallel()
	for output, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`: 17,
		`openjdk version "25" 2025-09-16`:      25,
		`java version "1.8.0_292"`:             8,
	} {
		if got, err := javaVersion(output); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", output, got, err, want)
		}
	}
	if _, err := javaVersion("hello"); err == nil {
		t.Error("a version was found where there is none")
	}
}

func TestCreateInput(t *testing.T) {
	t.Parallel()
	got := createInput(template.Table{
		Name: "items", Attributes: map[string]string{"pk": "S", "due": "N"}, Stream: "NEW_IMAGE",
		Key: []template.KeyPart{{Name: "pk", Type: "HASH"}},
		Indexes: []template.Index{{
			Name: "due", Key: []template.KeyPart{{Name: "due", Type: "HASH"}}, Projection: "INCLUDE", Includes: []string{"a"},
		}},
	})
	want := &dynamodb.CreateTableInput{
		TableName: aws.String("items"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("due"), AttributeType: "N"}, {AttributeName: aws.String("pk"), AttributeType: "S"},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String("due"),
			KeySchema:  []types.KeySchemaElement{{AttributeName: aws.String("due"), KeyType: "HASH"}},
			Projection: &types.Projection{ProjectionType: "INCLUDE", NonKeyAttributes: []string{"a"}},
		}},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: "NEW_IMAGE"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the input is %+v", got)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	if answers(t.Context(), other.URL) {
		t.Error("another server was taken for DynamoDB")
	}
	if answers(t.Context(), "http://127.0.0.1:1") {
		t.Error("nobody was taken for DynamoDB")
	}
	url, err := Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !answers(t.Context(), url) {
		t.Error("DynamoDB was not recognised")
	}
}

func TestCreateTablesTwice(t *testing.T) {
	t.Parallel()
	url, err := Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := NewClient(url)
	table := template.Table{
		Name: "test-" + t.Name(), Attributes: map[string]string{"pk": "S"}, TimeToLive: "expires",
		Key: []template.KeyPart{{Name: "pk", Type: "HASH"}},
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		_, _ = client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(table.Name)}) // it goes with the emulator
	})
	for range 2 {
		if err := CreateTables(t.Context(), client, []template.Table{table}); err != nil {
			t.Fatal(err)
		}
	}
	table.Key = nil
	table.Name += "-bad"
	if err := CreateTables(t.Context(), client, []template.Table{table}); err == nil {
		t.Error("a table without a key was made")
	}
}

// The guard sees a user that is there, and stops waiting when the emulator has
// ended.
func TestAwaitIdle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), usersLock)
	user, err := checkout.TryAcquire(path, checkout.Shared)
	if err != nil || user == nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	time.AfterFunc(100*time.Millisecond, func() { close(ended) })
	lock, err := awaitIdle(t.Context(), path, ended, time.Millisecond, 10*time.Millisecond)
	if lock != nil || err != nil {
		t.Errorf("beside a user: %v, %v", lock, err)
	}
	if err := user.Release(); err != nil {
		t.Fatal(err)
	}
	lock, err = awaitIdle(t.Context(), path, make(chan struct{}), time.Millisecond, 10*time.Millisecond)
	if lock == nil || err != nil {
		t.Errorf("without a user: %v, %v", lock, err)
	}
}

// The garbage collector closes a file that nobody refers to, and with it goes the lock.
func TestUserStaysAUserAfterGarbageCollection(t *testing.T) {
	if os.Getenv(EndpointVariable) != "" {
		t.Setenv(EndpointVariable, "")
	}
	if _, err := Shared(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir, err := checkout.Cache("dynamodblocal")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
	}
	lock, err := checkout.TryAcquire(filepath.Join(dir, usersLock), checkout.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	if lock != nil {
		_ = lock.Release()
		t.Error("this process does not count as a user of the emulator any more")
	}
}
