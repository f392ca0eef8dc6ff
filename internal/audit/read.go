package audit

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// What one call reads at most of a month that it narrows down.
const (
	maxReads = 10
	perRead  = 1000 // entries
)

// Filter narrows entries down. Its zero value narrows nothing.
type Filter struct {
	Action Action
	Who    string // a person's reference
	Words  string // all of them are in the entry's name, note or path, whatever their case and accents
	// Since leaves older entries out, which the table's TTL removes days late; see [Kept].
	Since time.Time
}

func (f Filter) fits(e Entry) bool {
	if e.At.Before(f.Since) {
		return false
	}
	if f.Action != (Action{}) && f.Action != e.Action || f.Who != "" && f.Who != e.Who {
		return false
	}
	text := members.Fold(e.Name + "\n" + e.Note + "\n" + e.What)
	for _, word := range strings.Fields(members.Fold(f.Words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// Month returns up to so many entries of the month of a time, the latest first, and the cursor of
// those before them, or "" at the end. There may be more although it returns few: a month of which
// little fits is read in several calls. An action that this version does not know is kept as it is.
func (l *Log) Month(ctx context.Context, month time.Time, f Filter, cursor string, most int) (entries []Entry, next string, err error) {
	pk := month.UTC().Format("2006-01")
	in := &dynamodb.QueryInput{
		TableName: &l.table, KeyConditionExpression: aws.String("pk = :pk AND sk < :before"), ScanIndexForward: aws.Bool(false),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(pk), ":before": dynamo.S(cmp.Or(cursor, pk+"~"))},
	}
	in.Limit = aws.Int32(perRead)
	if f.Action == (Action{}) && f.Who == "" && f.Words == "" {
		in.Limit = aws.Int32(int32(most) + 1) //nolint:gosec // a page
	}
	for range maxReads {
		out, err := l.client.Query(ctx, in)
		if err != nil {
			return nil, "", fmt.Errorf("audit: a month: %w", err)
		}
		for _, item := range out.Items {
			it, err := dynamo.Decode[stored](item)
			if err != nil {
				return nil, "", err
			}
			if e := it.entry(); f.fits(e) {
				if len(entries) == most {
					return entries, next, nil
				}
				entries = append(entries, e)
			}
			next = it.SK
		}
		if out.LastEvaluatedKey == nil {
			return entries, "", nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return entries, next, nil
}

// stored is an entry as it is read.
type stored struct {
	SK     string    `json:"sk"`
	Who    string    `json:"who"`
	Name   string    `json:"name"`
	Action string    `json:"action"`
	What   string    `json:"what"`
	Note   string    `json:"note"`
	At     time.Time `json:"at"`
}

func (s stored) entry() Entry {
	return Entry{Who: s.Who, Name: s.Name, Action: Action{s.Action}, What: s.What, Note: s.Note, At: s.At}
}

// Months returns the months of which there are entries or could be, the present one first.
func Months(now time.Time) []time.Time {
	first := now.Add(-Kept)
	now = now.UTC()
	var months []time.Time
	for m := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC); m.AddDate(0, 1, 0).After(first); m = m.AddDate(0, -1, 0) {
		months = append(months, m)
	}
	return months
}
