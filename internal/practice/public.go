package practice

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// published returns what the public sees of a practice, or saw before it was archived; else ErrNone.
func (s *Store) published(ctx context.Context, id string) (publicationItem, error) {
	item, err := s.read(ctx, id, publicKey)
	if err != nil {
		return publicationItem{}, err
	}
	return dynamo.Decode[publicationItem](item)
}

// Publication returns what the public sees of a practice: ErrNone if it never saw anything of it,
// ErrArchived if it does not any more.
func (s *Store) Publication(ctx context.Context, id string) (Publication, error) {
	it, err := s.published(ctx, id)
	if err != nil {
		return Publication{}, err
	}
	if it.archived() {
		return Publication{}, ErrArchived
	}
	return it.publication()
}

// Publications returns one page of what is public, what was published last first, and the cursor of
// the next page or "". A page is cut short at 1 MB, about a hundred practices.
func (s *Store) Publications(ctx context.Context, cursor string, limit int) ([]Publication, string, error) {
	items, next, err := s.list(ctx, publicList, cursor, limit, true)
	if err != nil {
		return nil, "", err
	}
	all, err := publications(items)
	return all, next, err
}

// PublishedSince returns up to limit practices that were published for the first time after t, the
// oldest of them first.
func (s *Store) PublishedSince(ctx context.Context, t time.Time, limit int) ([]Publication, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(int32(limit)), //nolint:gosec // the size of a page
		KeyConditionExpression:   aws.String("#list = :list AND listKey > :since"),
		ExpressionAttributeNames: map[string]string{"#list": "list"},
		// "$" follows "#", so that the moment itself is left out.
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(publicList), ":since": dynamo.S(sortable(t) + "$")},
	})
	if err != nil {
		return nil, fmt.Errorf("practice: published since: %w", err)
	}
	return publications(out.Items)
}

// publications decodes items. A type argument would keep all methods of a publication in every function
// that reads one, and with them the thesaurus.
func publications(items []dynamo.Item) ([]Publication, error) {
	all := make([]Publication, 0, len(items))
	for _, item := range items {
		it, err := dynamo.Decode[publicationItem](item)
		if err != nil {
			return nil, err
		}
		p, err := it.publication()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// All yields everything that is public, what was published last first, for indexes and dumps.
func (s *Store) All(ctx context.Context) func(yield func(Publication, error) bool) {
	const at = 100
	return func(yield func(Publication, error) bool) {
		for cursor, more := "", true; more; more = cursor != "" {
			page, next, err := s.Publications(ctx, cursor, at)
			if err != nil {
				yield(Publication{}, err)
				return
			}
			for _, p := range page {
				if !yield(p, nil) {
					return
				}
			}
			cursor = next
		}
	}
}
