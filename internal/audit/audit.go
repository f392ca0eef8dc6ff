// Package audit keeps the record of who decided, published, sent, changed a role or exported, and
// when. Entries are only ever added.
//
// The table's partition is the month ("2026-11"), its sort key the time followed by a random part,
// so that a month reads in order and no two entries meet.
package audit

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Kept is how long an entry is kept before the table's TTL removes it.
const Kept = 3 * 365 * 24 * time.Hour

// Entry says that somebody did something.
type Entry struct {
	// Who is the person's reference, "ORGANISATION.PERSON"; Name is how they were called then.
	Who, Name string
	Action    Action
	// What it was done to, as the path of its page: "/desk/members/ORGANISATION".
	What string
	// Note is what the person added, in their own words or language; it may be empty.
	Note string
	// At is when.
	At time.Time
}

// sortable writes a time in UTC so that the order of texts is the order of times.
const sortable = "2006-01-02T15:04:05.000Z"

func (e Entry) item() dynamo.Item {
	at := e.At.UTC()
	item := dynamo.Key(at.Format("2006-01"), at.Format(sortable)+"#"+rand.Text()[:16])
	for name, value := range map[string]string{
		"who": e.Who, "name": e.Name, "action": e.Action.code, "what": e.What, "note": e.Note, "at": at.Format(time.RFC3339),
	} {
		item[name] = dynamo.S(value)
	}
	item["expires"] = dynamo.Time(at.Add(Kept))
	return item
}

// Log is the table of entries.
type Log struct {
	client *dynamo.Client
	table  string
}

// NewLog returns a log on a table laid out as template.yaml says.
func NewLog(client *dynamodb.Client, table string) *Log { return &Log{dynamo.NewClient(client), table} }

// Write returns the write that adds an entry, to join the transaction of what it tells of.
func (l *Log) Write(e Entry) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &l.table, Item: e.item(),
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}
}

// Add adds an entry on its own, about what needs no transaction, such as an export.
func (l *Log) Add(ctx context.Context, e Entry) error {
	_, err := l.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &l.table, Item: e.item(),
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}
