package call

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Effect is what a record did.
type Effect string

// The effects.
const (
	New       Effect = "new"       // it began a call
	Changed   Effect = "changed"   // it began a version
	Unchanged Effect = "unchanged" // readers see no difference
)

// Result says what became of a record.
type Result struct {
	Call   string // the call's id
	Effect Effect
	// Twin is another call that one of the record's keys leads to, or "": the two are perhaps one. So is a
	// call that has [MaxRecords] already.
	Twin string
}

// Upsert writes what sources say. Records that say what they said before cost a read each and no
// write; the others change their call in a transaction each, at most so many at once. run names the
// reading: repeated after it died, it gives the results of its first time. The records must be valid
// ([Record.Validate]).
func (s *Store) Upsert(ctx context.Context, run string, records []Record) ([]Result, error) {
	var keys []dynamo.Item
	for i := range records {
		records[i] = records[i].Clean()
		keys = append(keys, identityKeyOf(records[i].identity()))
	}
	items, err := s.batch(ctx, keys, false)
	if err != nil {
		return nil, err
	}
	known := make(map[string]identityItem, len(items))
	for _, item := range items {
		it, err := dynamo.Decode[identityItem](item)
		if err != nil {
			return nil, err
		}
		known[it.PK] = it
	}
	results := make([]Result, len(records))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, r := range records {
		it := known[identityPrefix+r.identity()]
		if it.same(r.Checksum()) {
			results[i] = Result{Call: it.Call, Effect: Unchanged}
			if run != "" && it.Run == run {
				results[i].Effect = it.Outcome
			}
			continue
		}
		group.Go(func() (err error) {
			if results[i], err = s.save(ctx, run, r, nil); err != nil {
				err = fmt.Errorf("call: %s: %w", r.identity(), err)
			}
			return err
		})
	}
	return results, group.Wait()
}

// Add writes what a person typed, in one transaction with the write that also makes (an audit entry),
// which is told the call's id. The record must be valid ([Record.Validate]).
func (s *Store) Add(ctx context.Context, r Record, also func(call string) types.TransactWriteItem) (Result, error) {
	return s.save(ctx, "", r.Clean(), also)
}

// atOnce is how many calls are written at the same time.
const atOnce = 8

// save writes one record into its call, again if the call changes meanwhile.
func (s *Store) save(ctx context.Context, run string, r Record, also func(call string) types.TransactWriteItem) (Result, error) {
	for range tries {
		result, err := s.trySave(ctx, run, r, also)
		if !errors.Is(err, errMoved) {
			return result, err
		}
	}
	return Result{}, errMoved
}

func (s *Store) trySave(ctx context.Context, run string, r Record, also func(call string) types.TransactWriteItem) (Result, error) {
	now, ctx, cancel := s.begin(ctx)
	defer cancel()
	ids, err := s.identities(ctx, r)
	if err != nil {
		return Result{}, err
	}
	own := ids[r.identity()]
	result := Result{Call: own.Call}
	for _, k := range r.Keys {
		switch other := ids[k].Call; {
		case other == "" || other == result.Call:
		case result.Call == "":
			result.Call = other
		default:
			result.Twin = other
		}
	}
	var w whole
	if result.Call != "" {
		if w, err = s.whole(ctx, result.Call); err != nil {
			return Result{}, err
		}
		switch {
		case w.call.MergedInto != "":
			return Result{}, errMoved // the identities that were read are older than that
		case own.Call == "" && len(w.records) >= MaxRecords: // it has no room: the record begins a call of its own
			result.Twin, w = result.Call, whole{}
		}
	}
	if !w.exists {
		result.Call = rand.Text()[:16]
		w.call = Call{ID: result.Call, SeenAt: now}
	}
	before := w.call
	w.put(r, now)
	w.compose()
	result.Effect = w.renew(before, now)
	writes, err := s.versionWrites(before, w, r.Source, result.Effect != Unchanged)
	if err != nil {
		return Result{}, err
	}
	for _, rec := range w.records {
		if rec.identity() == r.identity() {
			rec.PK, rec.SK = callPrefix+w.call.ID, recordKey(r)
			write, err := s.put(rec, "", nil)
			if err != nil {
				return Result{}, err
			}
			writes = append(writes, write)
		}
	}
	more, err := s.identityWrites(w.call.ID, run, r, result.Effect, ids)
	if err != nil {
		return Result{}, err
	}
	writes = append(writes, more...)
	if also != nil {
		writes = append(writes, also(w.call.ID))
	}
	return result, s.transact(ctx, writes)
}

// renew counts the call up and tells what happened to it since before.
func (w *whole) renew(before Call, now time.Time) Effect {
	w.call.Revision = before.Revision + 1
	switch {
	case !w.exists:
		w.call.Version, w.call.ChangedAt = 1, now
		return New
	case len(Diff(&before.Content, &w.call.Content)) > 0:
		w.call.Version, w.call.ChangedAt = before.Version+1, now
		return Changed
	}
	return Unchanged
}

// versionWrites are the head and, with a new version, the history, the change that alerts read, and
// what a search knows.
func (s *Store) versionWrites(before Call, w whole, by string, changed bool) ([]types.TransactWriteItem, error) {
	condition, values := "attribute_not_exists(pk)", dynamo.Item(nil)
	if w.exists {
		condition, values = "revision = :revision", dynamo.Item{":revision": dynamo.N(int64(before.Revision))}
	}
	head, err := s.put(w.call.head(s.now()), condition, values)
	if err != nil || !changed {
		return []types.TransactWriteItem{head}, err
	}
	v := Version{Number: w.call.Version, At: w.call.ChangedAt, By: by, Content: w.call.Content}
	v.Content.Text, v.Content.Eligibility.Notes = "", ""
	if w.exists {
		v.Differences = bounded(Diff(&before.Content, &w.call.Content))
	}
	version, err := s.put(versionItem{callPrefix + w.call.ID, versionKey(v.Number), v}, "attribute_not_exists(pk)", nil)
	if err != nil {
		return nil, err
	}
	change, err := s.change(w.call, v.Differences)
	if err != nil {
		return nil, err
	}
	found, err := s.findable(w.call)
	return []types.TransactWriteItem{head, version, change, found}, err
}

// What a difference keeps of a long text.
const (
	maxParagraphs = 20
	maxParagraph  = 500
)

func bounded(all []Difference) []Difference {
	for i, d := range all {
		for _, side := range []*[]string{&all[i].Before, &all[i].After} {
			*side = (*side)[:min(len(*side), maxParagraphs)]
			if d.Field != FieldText && d.Field != FieldNotes {
				continue
			}
			for j, p := range *side {
				(*side)[j] = Cut(p, maxParagraph)
			}
		}
	}
	return all
}

// identities reads where a record's keys lead, consistently, by key.
func (s *Store) identities(ctx context.Context, r Record) (map[string]identityItem, error) {
	keys := []dynamo.Item{identityKeyOf(r.identity())}
	for _, k := range r.Keys {
		keys = append(keys, identityKeyOf(k))
	}
	items, err := s.batch(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	found := map[string]identityItem{}
	for _, item := range items {
		it, err := dynamo.Decode[identityItem](item)
		if err != nil {
			return nil, err
		}
		found[strings.TrimPrefix(it.PK, identityPrefix)] = it
	}
	return found, nil
}

// identityWrites lead the record's keys to its call. Keys that lead elsewhere stay as they are.
func (s *Store) identityWrites(id, run string, r Record, effect Effect, ids map[string]identityItem) ([]types.TransactWriteItem, error) {
	own := identityItem{PK: identityPrefix + r.identity(), SK: identityKey, Call: id, Checksum: r.Checksum(), Run: run, Outcome: effect}
	condition, values := "attribute_not_exists(pk) OR #call = :call", dynamo.Item{":call": dynamo.S(id)}
	write, err := s.put(own, condition, values)
	if err != nil {
		return nil, err
	}
	writes := []types.TransactWriteItem{write}
	for _, k := range r.Keys {
		if ids[k].Call != "" {
			continue
		}
		write, err := s.put(identityItem{PK: identityPrefix + k, SK: identityKey, Call: id}, condition, values)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write)
	}
	for _, w := range writes {
		w.Put.ExpressionAttributeNames = map[string]string{"#call": "call"}
	}
	return writes, nil
}

// begin is the time that a change bears, and the context within which it must be written, so that
// nobody is told of later changes before it.
func (s *Store) begin(ctx context.Context) (time.Time, context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	return s.now().UTC(), ctx, cancel
}

// transact writes all or nothing. It fails with errMoved if something was written since it was read.
func (s *Store) transact(ctx context.Context, writes []types.TransactWriteItem) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return errMoved
	}
	if err != nil {
		return fmt.Errorf("call: writing: %w", err)
	}
	return nil
}
