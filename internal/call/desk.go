package call

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
)

// Faults of merging.
var (
	ErrSame    = fault.New(http.StatusUnprocessableEntity, "call-same")    // a call cannot be merged into itself
	ErrCrowded = fault.New(http.StatusUnprocessableEntity, "call-crowded") // together they have too many sources
)

// Curation returns what coordinators decided about a call, or ErrNone if there is no call.
func (s *Store) Curation(ctx context.Context, id string) (Curation, error) {
	w, err := s.whole(ctx, id)
	return w.curation, err
}

// Curate replaces what coordinators decided about a call that is still at this revision, together
// with the writes in also, such as an audit entry. It fails with ErrEdited if the call has changed.
func (s *Store) Curate(ctx context.Context, id string, revision int, c Curation, also ...types.TransactWriteItem) (Call, error) {
	now, ctx, cancel := s.begin(ctx)
	defer cancel()
	w, err := s.whole(ctx, id)
	if err != nil {
		return Call{}, err
	}
	if w.call.Revision != revision || w.call.MergedInto != "" {
		return w.call, ErrEdited
	}
	before := w.call
	c.At = now
	c.Content = Record{Content: c.Content}.Clean().Content
	w.curation = c
	w.compose()
	effect := w.renew(before, now)
	writes, err := s.versionWrites(before, w, c.By, effect != Unchanged)
	if err != nil {
		return Call{}, err
	}
	write, err := s.put(curationItem{callPrefix + id, curationKey, c}, "", nil)
	if err != nil {
		return Call{}, err
	}
	err = s.transact(ctx, append(append(writes, write), also...))
	if errors.Is(err, errMoved) {
		err = ErrEdited.Because(err)
	}
	return w.call, err
}

// Merge makes two calls one: the sources of from become sources of into, now and in later imports,
// and from leads to into. What coordinators decided about from is dropped. The writes in also join
// the transaction.
func (s *Store) Merge(ctx context.Context, into, from, by string, also ...types.TransactWriteItem) (Call, error) {
	if into == from {
		return Call{}, ErrSame
	}
	for range tries {
		c, err := s.tryMerge(ctx, into, from, by, also)
		if !errors.Is(err, errMoved) {
			return c, err
		}
	}
	return Call{}, ErrEdited
}

func (s *Store) tryMerge(ctx context.Context, into, from, by string, also []types.TransactWriteItem) (Call, error) {
	now, ctx, cancel := s.begin(ctx)
	defer cancel()
	kept, err := s.whole(ctx, into)
	if err != nil {
		return Call{}, err
	}
	gone, err := s.whole(ctx, from)
	if err != nil {
		return Call{}, err
	}
	if kept.call.MergedInto != "" || gone.call.MergedInto != "" {
		return Call{}, ErrEdited
	}
	before := kept.call
	kept.records = append(kept.records, gone.records...)
	if len(kept.records) > MaxRecords {
		return Call{}, ErrCrowded
	}
	kept.compose()
	effect := kept.renew(before, now)
	writes, err := s.versionWrites(before, kept, by, effect != Unchanged)
	if err != nil {
		return Call{}, err
	}
	moved, err := s.moveWrites(ctx, into, from, gone.records)
	if err != nil {
		return Call{}, err
	}
	left, err := s.leaveWrites(gone.call, into)
	if err != nil {
		return Call{}, err
	}
	writes = append(append(append(writes, moved...), left...), also...)
	return kept.call, s.transact(ctx, writes)
}

// moveWrites bring records and what leads to them to another call.
func (s *Store) moveWrites(ctx context.Context, into, from string, records []recordItem) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	moved := map[string]bool{}
	for _, r := range records {
		r.PK = callPrefix + into
		write, err := s.put(r, "", nil)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.table, Key: dynamo.Key(callPrefix+from, r.SK),
		}})
		ids, err := s.identities(ctx, r.Record)
		if err != nil {
			return nil, err
		}
		for key, it := range ids {
			if it.Call != from || moved[key] {
				continue // it led to a third call, as an earlier import found
			}
			moved[key] = true
			it.Call = into
			write, err := s.put(it, "#call = :from", dynamo.Item{":from": dynamo.S(from)})
			if err != nil {
				return nil, err
			}
			write.Put.ExpressionAttributeNames = map[string]string{"#call": "call"}
			writes = append(writes, write)
		}
	}
	return writes, nil
}

// leaveWrites take a call out of every list and search, and let it lead to another one.
func (s *Store) leaveWrites(c Call, into string) ([]types.TransactWriteItem, error) {
	before := c
	c.MergedInto, c.Origins = into, nil
	c.Revision++
	head, err := s.put(c.head(s.now()), "revision = :revision", dynamo.Item{":revision": dynamo.N(int64(before.Revision))})
	if err != nil {
		return nil, err
	}
	found, err := s.findable(c)
	return []types.TransactWriteItem{head, found}, err
}
