package fundingalerts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
)

// head is where the alerts stand. There is one.
type head struct {
	// Cursors are the places in the row of changes up to which each frequency was told.
	Cursors map[interest.Frequency]call.Cursor `json:"cursors"`
	// Next is when each frequency is due.
	Next map[interest.Frequency]time.Time `json:"next"`
	// Reminders is when deadlines are looked at next.
	Reminders time.Time `json:"reminders"`
	Run       *run      `json:"run"`

	Holder  string    `json:"holder"`
	Until   time.Time `json:"until"` // the end of the holder's lease
	Version int       `json:"version"`
}

// run is a run under way.
type run struct {
	ID          string               `json:"id"` // also of its campaign
	Began       time.Time            `json:"began"`
	Frequencies []interest.Frequency `json:"frequencies"`
	// Upto is the last change that it tells of; More says that there are further ones.
	Upto      call.Cursor `json:"upto"`
	More      bool        `json:"more"`
	Reminders bool        `json:"reminders"`
	State     state       `json:"state"`
	// Shard is the next one to be matched or settled.
	Shard  int `json:"shard"`
	Alerts int `json:"alerts"` // written so far
}

type state string

const (
	matching state = "matching"
	sending  state = "sending"
	settling state = "settling"
)

// lease is how long a holder may go without saving. It outlasts the function's own time limit.
const lease = 6 * time.Minute

// errFenced says that somebody else took the lease.
var errFenced = errors.New("fundingalerts: the lease went to another holder")

// take begins a lease on the head, or reports false while somebody else has it.
func (s *Store) take(ctx context.Context, holder string) (head, bool, error) {
	h, err := s.head(ctx)
	now := s.now()
	if err != nil || h.Holder != "" && h.Until.After(now) {
		return h, false, err
	}
	h.Holder, h.Until = holder, now.Add(lease)
	err = s.saveHead(ctx, &h)
	if errors.Is(err, errFenced) {
		return h, false, nil
	}
	return h, err == nil, err
}

func (s *Store) head(ctx context.Context) (head, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: dynamo.Key(headKey, headKey), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return head{}, fmt.Errorf("fundingalerts: head: %w", err)
	}
	if out.Item == nil {
		return s.begin(), nil
	}
	it, err := dynamo.Decode[headItem](out.Item)
	return it.head, err
}

// begin is the head before the first run: only what comes from now on is told.
func (s *Store) begin() head {
	now := s.now()
	h := head{
		Cursors: map[interest.Frequency]call.Cursor{}, Next: map[interest.Frequency]time.Time{},
		Reminders: nextMorning(now, false),
	}
	for _, f := range interest.Frequencies {
		h.Cursors[f], h.Next[f] = call.CursorAt(now), next(f, now)
	}
	return h
}

// saveHead writes the head if nobody else did since, and counts it up; the other writes happen with it
// or not at all.
func (s *Store) saveHead(ctx context.Context, h *head, also ...types.TransactWriteItem) error {
	before := h.Version
	h.Version++
	item, err := dynamo.Encode(headItem{headKey, headKey, *h})
	if err != nil {
		return err
	}
	put := &types.Put{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if before > 0 {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(int64(before))}
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{{Put: put}}, also...),
	})
	if _, refused := dynamo.Cancelled(err); !refused {
		if err != nil {
			h.Version = before // so that the lease can be given back
			return fmt.Errorf("fundingalerts: saving: %w", err)
		}
		return nil
	}
	// The SDK repeats a write whose answer was lost; then it was our own that refused it.
	if found, err := s.head(ctx); err == nil && found.Version == h.Version && found.Holder == h.Holder && h.Holder != "" {
		return nil
	}
	return errFenced
}

// next is when a frequency is due after now.
func next(f interest.Frequency, now time.Time) time.Time {
	switch f {
	case interest.Daily:
		return nextMorning(now, false)
	case interest.Weekly:
		return nextMorning(now, true)
	}
	return now
}

// morning is the hour in Brussels at which daily and weekly mail is written.
const morning = 7

// nextMorning is the first morning after now, of a Monday if monday is set.
func nextMorning(now time.Time, monday bool) time.Time {
	in := now.In(language.Brussels())
	at := time.Date(in.Year(), in.Month(), in.Day(), morning, 0, 0, 0, in.Location())
	for !at.After(now) || monday && at.Weekday() != time.Monday {
		at = time.Date(at.Year(), at.Month(), at.Day()+1, morning, 0, 0, 0, in.Location())
	}
	return at
}
