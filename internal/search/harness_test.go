package search

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

// queries counts what a client asks for.
type queries struct{ query, get atomic.Int64 }

func newStore(t testing.TB) (*Store, *clock, *queries) {
	t.Helper()
	client, tables := emulator.Tables(t, "AuditTable") // any table with pk and sk
	c, counted := &clock{}, &queries{}
	c.at.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	counting := *dynamo.NewClient(client)
	get := counting.GetItem
	counting.GetItem = func(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
		counted.get.Add(1)
		return get(ctx, in, o...)
	}
	simulated := dynamo.Simulated(counting, func(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
		counted.query.Add(1)
		return client.Query(ctx, in, o...)
	})
	return NewStore(simulated, tables["AuditTable"], "practices", c.now), c, counted
}

// write does what a domain does with its changes.
func write(t testing.TB, s *Store, items ...types.TransactWriteItem) {
	t.Helper()
	for chunk := range slices.Chunk(items, dynamo.MaxTransaction) {
		if _, err := s.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: chunk}); err != nil {
			t.Fatal(err)
		}
	}
}

func publish(t testing.TB, s *Store, docs ...Document) {
	t.Helper()
	var items []types.TransactWriteItem
	for _, d := range docs {
		item, err := s.Change(d)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	write(t, s, items...)
}

func index(t testing.TB, r *Reader) *Index {
	t.Helper()
	x, err := r.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func found(t testing.TB, r *Reader, words string) string {
	t.Helper()
	return ids(t, index(t, r), Query{Language: "en", Words: words})
}

func compact(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
}
