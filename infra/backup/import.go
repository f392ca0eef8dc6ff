package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// existing says what an import does about tables that are not empty.
type existing string

// What to do about them: refuse to begin, put items in the place of those with the same key, or keep
// those and only add what is missing. Items with other keys stay in any case.
const (
	refuse  existing = "refuse"
	replace existing = "replace"
	keep    existing = "keep"
)

const (
	// batchSize is the most that BatchWriteItem takes.
	batchSize = 25
	// maxLine is above what an item of 400 KB can become in JSON.
	maxLine = 4 << 20
	// patience is how often a batch is tried in a row without one item of it being taken.
	patience = 12
)

// importer copies what an exporter wrote into tables.
type importer struct {
	db       database
	log      io.Writer
	existing existing
	only     bool // no other tables of the export than those given; without it all of them have to be there
	sleep    func(context.Context, time.Duration) error
}

// run writes into the tables, by their names in template.yaml. Files, tables and keys are checked
// before the first item is written; repeated with replace or keep, it goes on where it was stopped.
func (im *importer) run(ctx context.Context, tables map[string]string, folder string) error {
	m, err := readManifest(folder)
	if err != nil {
		return err
	}
	chosen := slices.Sorted(maps.Keys(m.Tables))
	if im.only {
		chosen = slices.Sorted(maps.Keys(tables))
	}
	for _, id := range chosen {
		t, ok := m.Tables[id]
		if !ok {
			return fmt.Errorf("the export has no %s", id)
		}
		if err := im.check(ctx, id, t, tables[id]); err != nil {
			return err
		}
	}
	for _, id := range chosen {
		t := m.Tables[id]
		group, inner := errgroup.WithContext(ctx)
		for _, file := range t.Files {
			group.Go(func() error { return im.file(inner, tables[id], t.Key[0], folder, file) })
		}
		if err := group.Wait(); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if _, err := fmt.Fprintf(im.log, "%s: %d items into %s\n", id, t.Items, tables[id]); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) check(ctx context.Context, id string, t tableManifest, table string) error {
	if table == "" {
		return fmt.Errorf("there is no table to import %s into; name the ones that you mean with -table", id)
	}
	key, err := keyOf(ctx, im.db, table)
	if err != nil {
		return err
	}
	if !slices.Equal(key, t.Key) {
		return fmt.Errorf("%s has the key %s, and the export of %s has %s", table, strings.Join(key, ", "), id, strings.Join(t.Key, ", "))
	}
	if im.existing != refuse {
		return nil
	}
	nothing, err := empty(ctx, im.db, table)
	if err == nil && !nothing {
		err = fmt.Errorf("%s is not empty: choose with -existing what happens to the items that it has", table)
	}
	return err
}

// file imports one file.
func (im *importer) file(ctx context.Context, table, key, folder string, m fileManifest) error {
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(m.Name))) //nolint:gosec // readManifest has opened it below the folder
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	packed, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	lines := bufio.NewScanner(packed)
	lines.Buffer(nil, maxLine)
	items := 0
	batch := make([]item, 0, batchSize)
	for lines.Scan() {
		i, err := decode(lines.Bytes())
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", m.Name, items+1, err)
		}
		items++
		if batch = append(batch, i); len(batch) == batchSize {
			if err := im.write(ctx, table, key, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	if items != m.Items {
		return fmt.Errorf("%s has %d items, and its manifest says %d", m.Name, items, m.Items)
	}
	return im.write(ctx, table, key, batch)
}

func (im *importer) write(ctx context.Context, table, key string, items []item) error {
	if im.existing == keep {
		return im.add(ctx, table, key, items)
	}
	var requests []types.WriteRequest
	for _, i := range items {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: i}})
	}
	return im.put(ctx, table, requests)
}

// put writes a batch, and once more what DynamoDB did not take of it, after a pause that grows until
// it takes some.
func (im *importer) put(ctx context.Context, table string, requests []types.WriteRequest) error {
	for tries := 0; len(requests) > 0; {
		out, err := im.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: requests},
		})
		if err != nil {
			return fmt.Errorf("write into %s: %w", table, err)
		}
		left := out.UnprocessedItems[table]
		if len(left) < len(requests) {
			tries = 0
		} else if tries++; tries == patience {
			return fmt.Errorf("%s takes no items now; repeat the import with -existing replace", table)
		}
		if requests = left; len(requests) > 0 {
			if err := im.sleep(ctx, pause(tries)); err != nil {
				return err
			}
		}
	}
	return nil
}

// pause is between 50 and 100 ms at first, twice as long after each try, and at most 5 seconds.
func pause(tries int) time.Duration {
	d := min(100*time.Millisecond<<tries, 5*time.Second)
	return d/2 + rand.N(d/2) //nolint:gosec // spreads tries, keeps no secret
}

// add writes the items whose keys are free.
func (im *importer) add(ctx context.Context, table, key string, items []item) error {
	condition := "attribute_not_exists(#key)"
	for _, i := range items {
		_, err := im.db.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &table, Item: i, ConditionExpression: &condition,
			ExpressionAttributeNames: map[string]string{"#key": key},
		})
		var taken *types.ConditionalCheckFailedException
		if err != nil && !errors.As(err, &taken) {
			return fmt.Errorf("write into %s: %w", table, err)
		}
	}
	return nil
}
