package main

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"
)

// exporter copies tables into a folder.
type exporter struct {
	db       database
	now      func() time.Time
	log      io.Writer
	segments int32 // of a table that are read at the same time, each into a file of its own
	page     int32 // items read at once; 0: as many as DynamoDB gives, 1 MB
}

// run writes the tables, by their names in template.yaml, into a folder that is new or empty. The
// files are personal data: nobody but their owner may read them.
func (e *exporter) run(ctx context.Context, stack string, tables map[string]string, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	there, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return fmt.Errorf("%s is not empty", folder)
	}
	m := manifest{Stack: stack, Started: e.now().UTC(), Tables: map[string]tableManifest{}}
	for _, id := range slices.Sorted(maps.Keys(tables)) {
		t, err := e.table(ctx, id, tables[id], folder)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		m.Tables[id] = t
		if _, err := fmt.Fprintf(e.log, "%s: %d items of %s\n", id, t.Items, t.Name); err != nil {
			return err
		}
	}
	m.Ended = e.now().UTC()
	return m.write(folder)
}

func (e *exporter) table(ctx context.Context, id, name, folder string) (tableManifest, error) {
	t := tableManifest{Name: name, Files: make([]fileManifest, e.segments)}
	var err error
	if t.Key, err = keyOf(ctx, e.db, name); err != nil {
		return t, err
	}
	if err := os.Mkdir(filepath.Join(folder, id), 0o700); err != nil {
		return t, err
	}
	group, ctx := errgroup.WithContext(ctx)
	for segment := range e.segments {
		group.Go(func() error {
			file := path.Join(id, fmt.Sprintf("%02d.json.gz", segment))
			items, sum, err := e.segment(ctx, name, segment, filepath.Join(folder, filepath.FromSlash(file)))
			t.Files[segment] = fileManifest{Name: file, Items: items, SHA256: sum}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return t, err
	}
	for _, f := range t.Files {
		t.Items += f.Items
	}
	return t, nil
}

// segment writes one segment into a file and returns how many items there were, and the file's
// checksum. One page is in memory at a time.
func (e *exporter) segment(ctx context.Context, table string, segment int32, name string) (items int, sum string, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the folder is whoever runs the command's choice
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash := sha256.New()
	packed := gzip.NewWriter(io.MultiWriter(f, hash))
	input := &dynamodb.ScanInput{
		TableName: &table, Segment: &segment, TotalSegments: &e.segments, ConsistentRead: aws.Bool(true),
	}
	if e.page > 0 {
		input.Limit = &e.page
	}
	pages := dynamodb.NewScanPaginator(e.db, input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, "", err
		}
		for _, i := range page.Items {
			text, err := encode(i)
			if err != nil {
				return 0, "", err
			}
			if _, err := packed.Write(text); err != nil {
				return 0, "", err
			}
			items++
		}
	}
	if err := packed.Close(); err != nil {
		return 0, "", err
	}
	return items, hex.EncodeToString(hash.Sum(nil)), f.Sync()
}
