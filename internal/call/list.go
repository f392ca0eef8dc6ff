package call

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// PageSize is how many calls a page of a list has.
const PageSize = 25

// ListAhead returns a page of the calls that are not over, by their next deadline, those without one
// at the end, and the cursor of the next page or "". Their texts are left out.
func (s *Store) ListAhead(ctx context.Context, cursor string) ([]Call, string, error) {
	return s.list(ctx, aheadList, true, cursor)
}

// ListPast returns a page of the calls that are over or withdrawn, by their last deadline, the latest first, and the
// cursor of the next page or "".
func (s *Store) ListPast(ctx context.Context, cursor string) ([]Call, string, error) {
	return s.list(ctx, pastList, false, cursor)
}

// list reads until a page is full. The index lags behind the clock until [Store.Turn] has run, so a
// call that has ended meanwhile is left out here.
func (s *Store) list(ctx context.Context, partition string, ascending bool, cursor string) ([]Call, string, error) {
	start, err := dynamo.ParseCursor(cursor, "list", partition)
	if err != nil {
		return nil, "", err
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(PageSize),
		ExclusiveStartKey: start, ScanIndexForward: &ascending,
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(partition)},
	})
	if err != nil {
		return nil, "", fmt.Errorf("call: list: %w", err)
	}
	var found []Call
	now := s.now()
	for _, item := range out.Items {
		h, err := dynamo.Decode[headItem](item)
		if err != nil {
			return nil, "", err
		}
		if partition == pastList || h.Status(now) != Closed {
			found = append(found, h.Call)
		}
	}
	return found, dynamo.Cursor(out.LastEvaluatedKey), nil
}

// History returns all versions of a call, the oldest first.
func (s *Store) History(ctx context.Context, id string) ([]Version, error) {
	var found []Version
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(callPrefix + id), ":prefix": dynamo.S(versionPrefix)},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("call: history: %w", err)
		}
		for _, item := range out.Items {
			v, err := dynamo.Decode[versionItem](item)
			if err != nil {
				return nil, err
			}
			found = append(found, v.Version)
		}
	}
	return found, nil
}

// Version returns one version of a call, or ErrNone.
func (s *Store) Version(ctx context.Context, id string, number int) (Version, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: dynamo.Key(callPrefix+id, versionKey(number)),
	})
	if err != nil {
		return Version{}, fmt.Errorf("call: version: %w", err)
	}
	if out.Item == nil {
		return Version{}, ErrNone
	}
	v, err := dynamo.Decode[versionItem](out.Item)
	return v.Version, err
}

// Turn brings the calls whose next deadline has passed to their next place in the list: the following
// deadline, or among those that are over. It handles up to most calls and returns how many.
func (s *Store) Turn(ctx context.Context, most int) (int, error) {
	now, turned := s.now(), 0
	for turned < most {
		out, err := s.client.Query(ctx, &dynamodb.QueryInput{
			TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(int32(min(most-turned, batchSize))), //nolint:gosec // at most batchSize
			KeyConditionExpression:   aws.String("#list = :list AND listKey <= :now"),
			ExpressionAttributeNames: map[string]string{"#list": "list"},
			ExpressionAttributeValues: dynamo.Item{
				":list": dynamo.S(aheadList), ":now": dynamo.S(listTime(now, "~")),
			},
		})
		if err != nil {
			return turned, fmt.Errorf("call: list: %w", err)
		}
		moved := 0
		for _, item := range out.Items {
			h, err := dynamo.Decode[headItem](item)
			if err != nil {
				return turned, err
			}
			to := h.head(now)
			if h.List == to.List && h.ListKey == to.ListKey {
				continue
			}
			ok, err := s.turn(ctx, h.ID)
			if err != nil {
				return turned, err
			}
			if ok {
				moved++
			}
		}
		turned += moved
		if moved == 0 {
			break // nothing is due, or the index still shows what has moved
		}
	}
	return turned, nil
}

// turn moves a call in the list and in the search unless it was written since.
func (s *Store) turn(ctx context.Context, id string) (bool, error) {
	w, err := s.whole(ctx, id)
	if err != nil {
		return false, err
	}
	before := w.call.Revision
	w.call.Revision++
	head, err := s.put(w.call.head(s.now()), "revision = :revision", dynamo.Item{":revision": dynamo.N(int64(before))})
	if err != nil {
		return false, err
	}
	found, err := s.findable(w.call)
	if err != nil {
		return false, err
	}
	err = s.transact(ctx, []types.TransactWriteItem{head, found})
	if errors.Is(err, errMoved) {
		return false, nil
	}
	return err == nil, err
}
