package call

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

const (
	changesPrefix = "changes#"
	// keptChanges is how long changes can be asked for.
	keptChanges = 400 * 24 * time.Hour
	// writeTimeout bounds one transaction, with all repetitions of the SDK.
	writeTimeout = 15 * time.Second
	// Settling is how old a change must be to be told of. A change bears the time when its write
	// began; an older one may still arrive until then, and a reader would have passed it.
	Settling = writeTimeout + 5*time.Second
)

// Change says that a call is new or has a new version.
type Change struct {
	Call    string    `json:"call"`
	Version int       `json:"version"` // 1: the call is new
	At      time.Time `json:"at"`
	// Fields are those that changed; none for a new call.
	Fields []Field `json:"fields"`
}

// Cursor is a place in the row of changes. The zero value is its beginning, as far as it is kept.
type Cursor string

// CursorAt is the place after all changes before a time.
func CursorAt(t time.Time) Cursor { return Cursor(sortableTime(t)) }

// Changes returns up to limit changes after a cursor, the oldest first, and the cursor after them.
// Those of the last [Settling] are not among them yet. With fewer than limit there are no more for now.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) ([]Change, Cursor, error) {
	now := s.now()
	until := sortableTime(now.Add(-Settling))
	first := now.Add(-keptChanges)
	if t, err := time.Parse(dateLayout, strings.SplitN(string(after), "T", 2)[0]); err == nil && t.After(first) {
		first = t
	}
	var found []Change
	for day := first.UTC().Truncate(24 * time.Hour); !day.After(now) && len(found) < limit; day = day.AddDate(0, 0, 1) {
		if string(after) >= until {
			break
		}
		pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :after AND :until"),
			ExpressionAttributeValues: dynamo.Item{
				":pk": dynamo.S(changesPrefix + day.Format(dateLayout)), ":after": dynamo.S(string(after) + "\x00"), ":until": dynamo.S(until),
			},
		})
		for pages.HasMorePages() && len(found) < limit {
			out, err := pages.NextPage(ctx)
			if err != nil {
				return nil, after, fmt.Errorf("call: changes: %w", err)
			}
			for _, item := range out.Items[:min(len(out.Items), limit-len(found))] {
				it, err := dynamo.Decode[changeItem](item)
				if err != nil {
					return nil, after, err
				}
				found, after = append(found, it.Change), Cursor(it.SK)
			}
		}
	}
	return found, after, nil
}

// Cursor is the place of the change in the row.
func (c Change) Cursor() Cursor {
	return Cursor(fmt.Sprintf("%s#%s#%d", sortableTime(c.At), c.Call, c.Version))
}

// change is the write that tells of a call's new version.
func (s *Store) change(c Call, differences []Difference) (types.TransactWriteItem, error) {
	change := Change{Call: c.ID, Version: c.Version, At: c.ChangedAt}
	for _, d := range differences {
		change.Fields = append(change.Fields, d.Field)
	}
	at := string(change.Cursor())
	return s.put(changeItem{
		PK: changesPrefix + at[:len(dateLayout)], SK: at,
		Expires: c.ChangedAt.Add(keptChanges).Unix(), Change: change,
	}, "attribute_not_exists(pk)", nil)
}
