package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// seenEvery is how often the time of the last request is written.
const seenEvery = 5 * time.Minute

// ErrEnded says that there is no such session any more.
var ErrEnded = errors.New("session: ended")

// Store keeps the sessions in DynamoDB. It implements [web.Sessions].
type Store struct {
	client *dynamo.Client
	table  string
	// person reads the members. It is a function for the reason that package dynamo gives: the store
	// of the members would bring all its methods into every function.
	person func(context.Context, members.Ref) (members.Person, error)
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, people *members.Store, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, people.Person, now}
}

// Begin returns a new session's id and the write that begins it, to be made in
// the transaction that uses up what the person signed in with.
func (s *Store) Begin(p members.Person, organisation, userAgent string) (id string, write types.TransactWriteItem, err error) {
	id = token.New()
	now := s.now()
	browser := ParseBrowser(userAgent)
	attributes, err := attributevalue.MarshalMap(item{
		PK:           prefix + token.Hash(id),
		Person:       p.String(),
		Organisation: organisation,
		CreatedAt:    now.Unix(), SeenAt: now.Unix(),
		Browser: browser.Name, System: browser.System,
		Expires: lifetimeOf(p.Coordinator).end(now, now).Unix(),
	})
	if err != nil {
		return "", types.TransactWriteItem{}, fmt.Errorf("session: encoding: %w", err)
	}
	return id, types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: attributes, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}, nil
}

// Replaced returns the write that ends the session which the browser sent
// with a request, if it sent one: a browser has one session at a time.
func (s *Store) Replaced(r *http.Request) []types.TransactWriteItem {
	hash, ok := hashOf(r)
	if !ok {
		return nil
	}
	return []types.TransactWriteItem{{Delete: &types.Delete{TableName: &s.table, Key: key(hash)}}}
}

// Identify returns whom a request's session belongs to, or nil if it has none
// that is alive. It reads the person as they are now, so that a suspension or
// a changed role counts at once.
func (s *Store) Identify(r *http.Request) (*web.Identity, error) {
	hash, ok := hashOf(r)
	if !ok {
		return nil, nil
	}
	ctx := r.Context()
	it, err := s.read(ctx, hash)
	if errors.Is(err, ErrEnded) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ref, err := members.ParseRef(it.Person)
	if err != nil {
		return nil, err
	}
	person, err := s.person(ctx, ref)
	if errors.Is(err, members.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	if !Admits(person.State) || it.over(person.Coordinator, now) {
		return nil, nil
	}
	if now.Sub(time.Unix(it.SeenAt, 0)) >= seenEvery {
		s.see(ctx, it, person.Coordinator, now)
	}
	approved := person.State == members.Member
	return &web.Identity{
		Session: hash, Member: person.String(),
		Organisation: it.Organisation, Name: person.Name, Address: person.Address, Language: person.Language,
		Approved: approved, Coordinator: approved && person.Coordinator, Factor: it.factor(),
	}, nil
}

// read returns the session under a hash as it is stored.
func (s *Store) read(ctx context.Context, hash string) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key(hash), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return item{}, fmt.Errorf("session: reading: %w", err)
	}
	if out.Item == nil {
		return item{}, ErrEnded
	}
	return decode(out.Item)
}

// Confirm returns a new id for the session under a hash, whose coordinator passes the second factor
// now, and the writes that put it into the old one's place, to be made in the transaction that uses up
// what was passed with: an id that somebody saw before opens nothing that needs the factor. The error
// is [ErrEnded] if there is no such session.
func (s *Store) Confirm(ctx context.Context, hash string) (id string, writes []types.TransactWriteItem, err error) {
	it, err := s.read(ctx, hash)
	if err != nil {
		return "", nil, err
	}
	id = token.New()
	now := s.now()
	it.PK = prefix + token.Hash(id)
	it.SeenAt, it.Factor = now.Unix(), now.Unix()
	it.Expires = coordinatorLifetime.end(time.Unix(it.CreatedAt, 0), now).Unix()
	attributes, err := attributevalue.MarshalMap(it)
	if err != nil {
		return "", nil, fmt.Errorf("session: encoding: %w", err)
	}
	return id, []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: key(hash), ConditionExpression: aws.String("attribute_exists(pk)")}},
		{Put: &types.Put{TableName: &s.table, Item: attributes, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
	}, nil
}

// see writes that a session was used now. A session that is revoked at the
// same moment stays revoked, and a failure costs only the time of the last
// request, so the request goes on.
func (s *Store) see(ctx context.Context, it item, coordinator bool, now time.Time) {
	end := lifetimeOf(coordinator).end(time.Unix(it.CreatedAt, 0), now)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Item{"pk": dynamo.S(it.PK)},
		UpdateExpression:          aws.String("SET seenAt = :now, expires = :end"),
		ConditionExpression:       aws.String("seenAt = :before"),
		ExpressionAttributeValues: dynamo.Item{":now": dynamo.Time(now), ":end": dynamo.Time(end), ":before": dynamo.N(it.SeenAt)},
	})
	if _, refused := dynamo.Refused(err); err != nil && !refused {
		slog.WarnContext(ctx, "session: last use not written", "requestId", web.RequestID(ctx), "cause", err)
	}
}

// Of lists the sessions of a person, given by reference, the one used last
// first. The index behind it may lag behind the table by a moment.
func (s *Store) Of(ctx context.Context, person string) ([]Session, error) {
	var all []Session
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("person"),
		KeyConditionExpression:    aws.String("person = :person"),
		ExpressionAttributeValues: dynamo.Item{":person": dynamo.S(person)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("session: listing: %w", err)
		}
		for _, attributes := range page.Items {
			it, err := decode(attributes)
			if err != nil {
				return nil, err
			}
			if it.Expires > s.now().Unix() {
				all = append(all, it.session())
			}
		}
	}
	slices.SortFunc(all, func(a, b Session) int { return b.SeenAt.Compare(a.SeenAt) })
	return all, nil
}

// Revoke ends one session of a person. Ending one that is gone, or one of
// somebody else, changes nothing and is no error.
func (s *Store) Revoke(ctx context.Context, person, hash string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: key(hash),
		ConditionExpression:       aws.String("person = :person"),
		ExpressionAttributeValues: dynamo.Item{":person": dynamo.S(person)},
	})
	if _, refused := dynamo.Refused(err); err != nil && !refused {
		return fmt.Errorf("session: revoking: %w", err)
	}
	return nil
}

// RevokeAll ends all sessions of a person.
func (s *Store) RevokeAll(ctx context.Context, person string) error {
	return s.RevokeOthers(ctx, person, "")
}

// RevokeOthers ends a person's sessions except the one with the hash keep.
func (s *Store) RevokeOthers(ctx context.Context, person, keep string) error {
	sessions, err := s.Of(ctx, person)
	if err != nil {
		return err
	}
	for _, session := range sessions {
		if session.Hash == keep {
			continue
		}
		if err := s.Revoke(ctx, person, session.Hash); err != nil {
			return err
		}
	}
	return nil
}

// End ends the session that the browser sent with a request.
func (s *Store) End(r *http.Request) error {
	hash, ok := hashOf(r)
	if !ok {
		return nil
	}
	_, err := s.client.DeleteItem(r.Context(), &dynamodb.DeleteItemInput{TableName: &s.table, Key: key(hash)})
	if err != nil {
		return fmt.Errorf("session: ending: %w", err)
	}
	return nil
}
