package practice

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Follower is a member who wants to hear of new practices on some themes.
type Follower struct {
	Ref    members.Ref     `json:"ref"`
	Themes []members.Topic `json:"themes"`
}

func followerPartition(ref members.Ref) dynamo.Item {
	return dynamo.Key("follower#"+ref.String(), followerKey)
}

// Follow replaces the themes that a member follows; none ends it.
func (s *Store) Follow(ctx context.Context, ref members.Ref, themes []members.Topic) error {
	if len(themes) == 0 {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: followerPartition(ref)})
		return err
	}
	item, err := dynamo.Encode(followerItem{
		PK: "follower#" + ref.String(), SK: followerKey, List: followerList, ListKey: ref.String(), Follower: Follower{ref, themes},
	})
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item})
	return err
}

// Following returns the themes that a member follows.
func (s *Store) Following(ctx context.Context, ref members.Ref) ([]members.Topic, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: followerPartition(ref)})
	if err != nil || out.Item == nil {
		return nil, err
	}
	it, err := dynamo.Decode[followerItem](out.Item)
	return it.Themes, err
}

// FollowingOf returns the themes that members follow, at most 100 members. Who follows none is left out.
func (s *Store) FollowingOf(ctx context.Context, refs []members.Ref) (map[members.Ref][]members.Topic, error) {
	keys := make([]dynamo.Item, len(refs))
	for i, ref := range refs {
		keys[i] = followerPartition(ref)
	}
	following := make(map[members.Ref][]members.Topic, len(refs))
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys, ConsistentRead: aws.Bool(true)}},
		})
		if err != nil {
			return nil, fmt.Errorf("practice: followers: %w", err)
		}
		for _, item := range out.Responses[s.table] {
			it, err := dynamo.Decode[followerItem](item)
			if err != nil {
				return nil, err
			}
			following[it.Ref] = it.Themes
		}
		keys = out.UnprocessedKeys[s.table].Keys
	}
	return following, nil
}

// Followers returns one page of all followers in an order that never changes, and the cursor of the
// next page or "".
func (s *Store) Followers(ctx context.Context, cursor string, limit int) ([]Follower, string, error) {
	items, next, err := s.list(ctx, followerList, cursor, limit, false)
	if err != nil {
		return nil, "", err
	}
	all, err := decodeAll(items, func(it followerItem) (Follower, error) { return it.Follower, nil })
	return all, next, err
}
