package call

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// What the table holds of a source: what it is and how far its reading is, which calls each stored
// page of the reading had, and the reports of its runs.
type (
	sourceItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Source
	}
	seenItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Calls   []byte `json:"calls"` // 8 bytes for each
		Pass    int    `json:"pass"`
		Expires int64  `json:"expires"`
	}
	runItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Expires int64  `json:"expires"`
		Run
	}
)

const (
	sourceKey  = "source"
	sourceList = "source"
	seenPrefix = "seen#"
	runPrefix  = "run#"
	// keptSeen outlasts every reading, keptRuns is as long as the network's numbers are kept.
	keptSeen = 7 * 24 * time.Hour
	keptRuns = 400 * 24 * time.Hour
)

func sourcePK(id string) string { return "source#" + id }

func (s Source) item() sourceItem {
	return sourceItem{PK: sourcePK(s.ID), SK: sourceKey, List: sourceList, ListKey: s.Name + "#" + s.ID, Source: s}
}

// Sources returns all sources by name.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	var found []Source
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(sourceList)},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("call: sources: %w", err)
		}
		for _, item := range out.Items {
			it, err := dynamo.Decode[sourceItem](item)
			if err != nil {
				return nil, err
			}
			found = append(found, it.Source)
		}
	}
	return found, nil
}

// Source returns a source, or ErrNone.
func (s *Store) Source(ctx context.Context, id string) (Source, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: dynamo.Key(sourcePK(id), sourceKey), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Source{}, fmt.Errorf("call: source: %w", err)
	}
	if out.Item == nil {
		return Source{}, ErrNone
	}
	it, err := dynamo.Decode[sourceItem](out.Item)
	return it.Source, err
}

// AddSource adds a source that is due at once, together with the writes in also. It reports false if
// the id is taken.
func (s *Store) AddSource(ctx context.Context, source Source, also ...types.TransactWriteItem) (bool, error) {
	source.Due, source.Version = s.now().UTC(), 1
	write, err := s.put(source.item(), "attribute_not_exists(pk)", nil)
	if err != nil {
		return false, err
	}
	err = s.transact(ctx, append([]types.TransactWriteItem{write}, also...))
	if errors.Is(err, errMoved) {
		return false, nil
	}
	return err == nil, err
}

// SaveSource replaces a source that is still at its version, together with the writes in also. It
// fails with ErrEdited if somebody else changed or read it meanwhile; then it is read again at once.
// A reading that is under way loses its hold and is resumed by the next run.
func (s *Store) SaveSource(ctx context.Context, source Source, also ...types.TransactWriteItem) (Source, error) {
	values := dynamo.Item{":version": dynamo.N(int64(source.Version))}
	source.Version++
	write, err := s.put(source.item(), "version = :version", values)
	if err != nil {
		return source, err
	}
	err = s.transact(ctx, append([]types.TransactWriteItem{write}, also...))
	if errors.Is(err, errMoved) {
		err = ErrEdited.Because(err)
	}
	return source, err
}

// TakeSource takes a due source for as long as the lease. It reports false if it is not due, paused,
// or taken by another run.
func (s *Store) TakeSource(ctx context.Context, id string, lease time.Duration) (Source, bool, error) {
	source, err := s.Source(ctx, id)
	now := s.now().UTC()
	if err != nil || source.Paused || source.Due.After(now) {
		return source, false, err
	}
	source.Due = now.Add(lease)
	source, err = s.SaveSource(ctx, source)
	if errors.Is(err, errMoved) {
		return source, false, nil
	}
	return source, err == nil, err
}

// SavePage stores how far a reading has come and which calls its last page had, all or nothing. It
// fails with ErrEdited if another run has the source by now.
func (s *Store) SavePage(ctx context.Context, source Source, calls []uint64) (Source, error) {
	it := seenItem{
		PK: sourcePK(source.ID), SK: fmt.Sprintf("%s%s#%06d", seenPrefix, source.Reading.Run, source.Reading.Page),
		Pass: source.Reading.Pass, Expires: s.now().Add(keptSeen).Unix(),
	}
	for _, c := range calls {
		it.Calls = binary.BigEndian.AppendUint64(it.Calls, c)
	}
	source.Reading.Page++
	write, err := s.put(it, "", nil)
	if err != nil {
		return source, err
	}
	return s.SaveSource(ctx, source, write)
}

// SeenCalls returns which calls the stored pages of a source's reading had, and for each the last pass
// that had it.
func (s *Store) SeenCalls(ctx context.Context, source Source) (map[uint64]int, error) {
	seen := map[uint64]int{}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: dynamo.Item{
			":pk": dynamo.S(sourcePK(source.ID)), ":prefix": dynamo.S(seenPrefix + source.Reading.Run + "#"),
		},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("call: seen calls: %w", err)
		}
		for _, item := range out.Items {
			it, err := dynamo.Decode[seenItem](item)
			if err != nil {
				return nil, err
			}
			for b := it.Calls; len(b) >= 8; b = b[8:] {
				c := binary.BigEndian.Uint64(b)
				seen[c] = max(seen[c], it.Pass)
			}
		}
	}
	return seen, nil
}

// SaveRun stores a source and the report of its run, all or nothing. It fails with ErrEdited if
// another run has the source by now.
func (s *Store) SaveRun(ctx context.Context, source Source, r Run) (Source, error) {
	write, err := s.put(runItem{
		PK: sourcePK(source.ID), SK: runPrefix + sortableTime(r.Started) + "#" + r.ID,
		Expires: r.Started.Add(keptRuns).Unix(), Run: r,
	}, "", nil)
	if err != nil {
		return source, err
	}
	return s.SaveSource(ctx, source, write)
}

// Runs returns the reports of a source's last runs, the latest first.
func (s *Store) Runs(ctx context.Context, source string, most int32) ([]Run, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, Limit: &most, ScanIndexForward: aws.Bool(false),
		KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: dynamo.Item{
			":pk": dynamo.S(sourcePK(source)), ":prefix": dynamo.S(runPrefix),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("call: runs: %w", err)
	}
	found := make([]Run, 0, len(out.Items))
	for _, item := range out.Items {
		it, err := dynamo.Decode[runItem](item)
		if err != nil {
			return nil, err
		}
		found = append(found, it.Run)
	}
	return found, nil
}
