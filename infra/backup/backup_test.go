package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/demo"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
)

const coordinator = "desk@munet.example"

// moody takes from a batch only what it is in the mood for, as DynamoDB does under load.
type moody struct {
	*dynamodb.Client
	takes int // items of a batch
}

func (m *moody) BatchWriteItem(
	ctx context.Context, in *dynamodb.BatchWriteItemInput, options ...func(*dynamodb.Options),
) (*dynamodb.BatchWriteItemOutput, error) {
	left := map[string][]types.WriteRequest{}
	for table, requests := range in.RequestItems {
		taken := min(m.takes, len(requests))
		if left[table] = requests[taken:]; taken == 0 {
			return &dynamodb.BatchWriteItemOutput{UnprocessedItems: left}, nil
		}
		in = &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: requests[:taken]}}
	}
	out, err := m.Client.BatchWriteItem(ctx, in, options...)
	if err == nil {
		out.UnprocessedItems = left
	}
	return out, err
}

func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func export(t *testing.T, db database, tables map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "backup")
	e := exporter{db: db, now: time.Now, log: io.Discard, segments: 3, page: 7}
	if err := e.run(t.Context(), "munet", tables, folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// whole finds numbers as 34.0, which the emulator gives after it has added to one, and which become 34
// once they are written as they are. It is the same number, and DynamoDB always writes 34.
var whole = regexp.MustCompile(`("N":"-?[0-9]+)\.0+"`)

// lines returns all lines of an export, by the table's name in the template, in an order that does not
// depend on how they were read.
func lines(t *testing.T, folder string) map[string][]string {
	t.Helper()
	m, err := readManifest(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for id, table := range m.Tables {
		for _, file := range table.Files {
			packed, err := os.ReadFile(filepath.Join(folder, file.Name))
			if err != nil {
				t.Fatal(err)
			}
			r, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			s := bufio.NewScanner(r)
			s.Buffer(nil, maxLine)
			for s.Scan() {
				out[id] = append(out[id], whole.ReplaceAllString(s.Text(), `$1"`))
			}
		}
		if len(out[id]) != table.Items {
			t.Errorf("%s: %d lines, and the manifest says %d", id, len(out[id]), table.Items)
		}
		slices.Sort(out[id])
	}
	return out
}

// What was exported and imported is the same, byte for byte; who was signed in stays so, and a
// newsletter that was scheduled goes out at its time, once.
func TestEverythingSurvives(t *testing.T) {
	t.Parallel()
	client, before := emulator.Tables(t)
	if err := demo.Fill(t.Context(), client, before, coordinator); err != nil {
		t.Fatal(err)
	}
	session, issue := newSite(t, client, before).prepare(t)
	folder := export(t, client, before)

	_, after := emulator.Tables(t)
	im := importer{db: &moody{client, 9}, log: io.Discard, existing: refuse, sleep: atOnce}
	if err := im.run(t.Context(), after, folder); err != nil {
		t.Fatal(err)
	}
	want, got := lines(t, folder), lines(t, export(t, client, after))
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if !slices.Equal(want[id], got[id]) {
			t.Errorf("%s had %d items, and has %d after the import, not all of them the same", id, len(want[id]), len(got[id]))
		}
	}
	for _, id := range []string{"MembersTable", "SessionsTable", "NewslettersTable", "DeliveriesTable", "PracticesTable", "CallsTable"} {
		if len(want[id]) == 0 {
			t.Errorf("nothing of %s was exported", id)
		}
	}
	newSite(t, client, after).check(t, session, issue)

	if err := im.run(t.Context(), after, folder); err == nil || !strings.Contains(err.Error(), "-existing") {
		t.Errorf("a second import into the same tables: %v", err)
	}
}

// small is a table with a few items.
func small(t *testing.T, names ...string) (*dynamodb.Client, map[string]string) {
	t.Helper()
	client, tables := emulator.Tables(t, "AuditTable")
	for _, name := range names {
		put(t, client, tables["AuditTable"], name, "old")
	}
	return client, tables
}

func put(t *testing.T, client *dynamodb.Client, table, name, what string) {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item{
		"pk": &types.AttributeValueMemberS{Value: name}, "sk": &types.AttributeValueMemberS{Value: "a"},
		"what": &types.AttributeValueMemberS{Value: what},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// contents are the items of a table, as "name:what".
func contents(t *testing.T, client *dynamodb.Client, table string) (all []string) {
	t.Helper()
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range out.Items {
		var text []string
		for _, name := range []string{"pk", "what"} {
			if s, ok := i[name].(*types.AttributeValueMemberS); ok {
				text = append(text, s.Value)
			}
		}
		all = append(all, strings.Join(text, ":"))
	}
	slices.Sort(all)
	return all
}

func TestItemsThatAreThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		existing existing
		want     []string
	}{
		{refuse, []string{"a:new", "c:new"}},
		{replace, []string{"a:old", "b:old", "c:new"}},
		{keep, []string{"a:new", "b:old", "c:new"}},
	} {
		t.Run(string(c.existing), func(t *testing.T) {
			t.Parallel()
			client, tables := small(t, "a", "b")
			folder := export(t, client, tables)
			_, live := small(t)
			for _, name := range []string{"a", "c"} {
				put(t, client, live["AuditTable"], name, "new")
			}
			im := importer{db: client, log: io.Discard, existing: c.existing, sleep: atOnce}
			if err := im.run(t.Context(), live, folder); (err != nil) != (c.existing == refuse) {
				t.Errorf("the import says %v", err)
			}
			if got := contents(t, client, live["AuditTable"]); !slices.Equal(got, c.want) {
				t.Errorf("the table has %v, want %v", got, c.want)
			}
		})
	}
}

// An import that cannot go well is refused before it has written anything.
func TestRefusedImports(t *testing.T) {
	t.Parallel()
	client, tables := small(t, "a")
	for name, c := range map[string]struct {
		spoil func(folder string) error
		into  map[string]string
		only  bool
		say   string
	}{
		"without a manifest": {spoil: func(f string) error { return os.Remove(filepath.Join(f, manifestName)) }, say: "did not end"},
		"a changed file": {spoil: func(f string) error {
			return os.WriteFile(filepath.Join(f, "AuditTable", "00.json.gz"), nil, 0o600)
		}, say: "was changed"},
		"a manifest that leads elsewhere": {spoil: func(f string) error {
			text, err := os.ReadFile(filepath.Join(f, manifestName))
			if err != nil {
				return err
			}
			text = bytes.ReplaceAll(text, []byte("AuditTable/00.json.gz"), []byte("../../elsewhere"))
			return os.WriteFile(filepath.Join(f, manifestName), text, 0o600)
		}, say: "escapes"},
		"a table that is not there": {into: map[string]string{}, say: "-table"},
		"a table of another key": {into: func() map[string]string {
			_, other := emulator.Tables(t, "SessionsTable")
			return map[string]string{"AuditTable": other["SessionsTable"]}
		}(), say: "has the key pk, and"},
		"a table that was not exported": {into: map[string]string{"MembersTable": "x"}, only: true, say: "no MembersTable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := export(t, client, tables)
			if c.spoil != nil {
				if err := c.spoil(folder); err != nil {
					t.Fatal(err)
				}
			}
			into := c.into
			if into == nil {
				_, into = small(t)
			}
			im := importer{db: client, log: io.Discard, existing: refuse, only: c.only, sleep: atOnce}
			err := im.run(t.Context(), into, folder)
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("the import says %v, want something about %q", err, c.say)
			}
			if c.into == nil && len(contents(t, client, into["AuditTable"])) > 0 {
				t.Error("something was imported all the same")
			}
		})
	}
}

func TestATableThatTakesNothing(t *testing.T) {
	t.Parallel()
	client, tables := small(t, "a")
	_, into := small(t)
	im := importer{db: &moody{client, 0}, log: io.Discard, existing: refuse, sleep: atOnce}
	if err := im.run(t.Context(), into, export(t, client, tables)); err == nil || !strings.Contains(err.Error(), "takes no items") {
		t.Errorf("the import says %v", err)
	}
}

func TestAFolderIsNotUsedTwice(t *testing.T) {
	t.Parallel()
	client, tables := small(t, "a")
	folder := export(t, client, tables)
	e := exporter{db: client, now: time.Now, log: io.Discard, segments: 1}
	if err := e.run(t.Context(), "munet", tables, folder); err == nil {
		t.Error("an export into a folder that has one was begun")
	}
	info, err := os.Stat(filepath.Join(folder, "AuditTable", "00.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("a file with personal data has the mode %o", mode)
	}
}
