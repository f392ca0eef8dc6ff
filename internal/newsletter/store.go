package newsletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Store keeps the newsletters in DynamoDB.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

// ErrNone says that there is no such newsletter.
var ErrNone = errors.New("newsletter: none")

// Faults of two people at work on one newsletter.
var (
	ErrChanged   = fault.New(http.StatusConflict, "newsletter-changed")   // since the page was shown
	ErrScheduled = fault.New(http.StatusConflict, "newsletter-scheduled") // it cannot be edited any more
	ErrUnderWay  = fault.New(http.StatusConflict, "newsletter-under-way") // it cannot be cancelled any more
)

// Create makes a draft without texts. by is a name.
func (s *Store) Create(ctx context.Context, kind Kind, main language.Tag, by string) (Newsletter, error) {
	now := s.now().UTC()
	n := Newsletter{
		ID: newID(), Kind: kind, Main: main, State: Draft, Subjects: map[language.Tag]string{},
		CreatedAt: now, UpdatedAt: now, UpdatedBy: by, Version: 1,
	}
	item, err := dynamo.Encode(n.item())
	if err != nil {
		return n, err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	if err != nil {
		return n, fmt.Errorf("newsletter: create: %w", err)
	}
	return n, nil
}

// PageSize is how many newsletters a page of the list shows.
const PageSize = 25

// List returns one page of the newsletters, the latest first, and the cursor of the next or "".
func (s *Store) List(ctx context.Context, cursor string) ([]Newsletter, string, error) {
	start, err := dynamo.ParseCursor(cursor, "list", list)
	if err != nil {
		return nil, "", err
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(PageSize),
		ExclusiveStartKey: start, ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(list)},
	})
	if err != nil {
		return nil, "", fmt.Errorf("newsletter: list: %w", err)
	}
	var found []Newsletter
	for _, item := range out.Items {
		it, err := dynamo.Decode[newsletterItem](item)
		if err != nil {
			return nil, "", err
		}
		found = append(found, it.Newsletter)
	}
	return found, dynamo.Cursor(out.LastEvaluatedKey), nil
}

// Newsletter returns a newsletter and its texts, or ErrNone.
func (s *Store) Newsletter(ctx context.Context, id string) (Newsletter, map[language.Tag]Text, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(id)},
	})
	if err != nil {
		return Newsletter{}, nil, fmt.Errorf("newsletter: reading: %w", err)
	}
	n, texts, err := decodeAll(out.Items)
	if err == nil && n.ID == "" {
		err = ErrNone
	}
	return n, texts, err
}

// SaveSettings changes the kind and the main language of a draft that is still at this version.
func (s *Store) SaveSettings(ctx context.Context, id string, version int, kind Kind, main language.Tag, by string) error {
	update := s.update(id, version, by, ", kind = :kind, main = :main", dynamo.Item{
		":kind": dynamo.S(string(kind)), ":main": dynamo.S(string(main)),
	})
	return s.write(ctx, id, types.TransactWriteItem{Update: update})
}

// SaveAudience changes who gets a draft that is still at this version.
func (s *Store) SaveAudience(ctx context.Context, id string, version int, audience Audience, by string) error {
	encoded, err := dynamo.Encode(audience)
	if err != nil {
		return err
	}
	update := s.update(id, version, by, ", audience = :audience", dynamo.Item{":audience": &types.AttributeValueMemberM{Value: encoded}})
	return s.write(ctx, id, types.TransactWriteItem{Update: update})
}

// SaveText writes the text of a draft in one language if the text is still at its version, 0 for
// one that is new. An empty text takes the language out.
func (s *Store) SaveText(ctx context.Context, id string, tag language.Tag, text Text, by string) error {
	write, err := s.textWrite(id, tag, text, by)
	if err != nil {
		return err
	}
	// Texts in several languages may be written at once, so the newsletter's version is not asked for.
	update := s.update(id, 0, by, " REMOVE subjects.#tag", nil)
	if !text.Empty() {
		update = s.update(id, 0, by, ", subjects.#tag = :subject", dynamo.Item{":subject": dynamo.S(text.Subject)})
	}
	update.ExpressionAttributeNames["#tag"] = string(tag)
	return s.write(ctx, id, types.TransactWriteItem{Update: update}, write)
}

func (s *Store) textWrite(id string, tag language.Tag, text Text, by string) (types.TransactWriteItem, error) {
	condition, values := aws.String("attribute_not_exists(pk)"), dynamo.Item(nil)
	if text.Version > 0 {
		condition, values = aws.String("version = :version"), dynamo.Item{":version": dynamo.N(int64(text.Version))}
	}
	if text.Empty() {
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.table, Key: textKey(id, tag), ConditionExpression: condition, ExpressionAttributeValues: values,
		}}, nil
	}
	text.Version, text.UpdatedAt, text.UpdatedBy = text.Version+1, s.now().UTC(), by
	item, err := dynamo.Encode(textItem{id, textPrefix + string(tag), text})
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: condition, ExpressionAttributeValues: values,
	}}, err
}

// Schedule freezes a draft that is still at this version, together with the writes in also: its
// campaign and an audit entry.
func (s *Store) Schedule(ctx context.Context, n Newsletter, also ...types.TransactWriteItem) error {
	update := s.update(n.ID, n.Version, n.UpdatedBy, ", #state = :scheduled, due = :due, attempt = :attempt", dynamo.Item{
		":scheduled": dynamo.S(string(Scheduled)), ":attempt": dynamo.N(int64(n.Attempt)),
		":due": dynamo.S(n.Due.UTC().Format(time.RFC3339Nano)),
	})
	if n.Kind.archived() {
		issue, err := s.publish(n)
		if err != nil {
			return err
		}
		also = append(also, issue)
	}
	return s.write(ctx, n.ID, append([]types.TransactWriteItem{{Update: update}}, also...)...)
}

// Unschedule makes a scheduled newsletter a draft again, together with the writes in also: the end
// of its campaign and an audit entry. It fails with ErrUnderWay if sending has begun.
func (s *Store) Unschedule(ctx context.Context, n Newsletter, by string, also ...types.TransactWriteItem) error {
	update := s.update(n.ID, n.Version, by, ", #state = :draft", nil)
	update.ConditionExpression = aws.String("#state = :scheduled AND version = :version")
	update.ExpressionAttributeValues[":scheduled"] = dynamo.S(string(Scheduled))
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: append([]types.TransactWriteItem{{Update: update}, s.withdraw(n.ID)}, also...),
	})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return ErrUnderWay.Because(err)
	}
	return err
}

// update is a change to a draft; version 0 accepts any. more goes on the expression, values are
// those that it needs.
func (s *Store) update(id string, version int, by, more string, values dynamo.Item) *types.Update {
	all := dynamo.Item{
		":draft": dynamo.S(string(Draft)), ":one": dynamo.N(1), ":by": dynamo.S(by),
		":now": dynamo.S(s.now().UTC().Format(time.RFC3339Nano)),
	}
	maps.Copy(all, values)
	condition := "#state = :draft"
	if version != 0 {
		condition += " AND version = :version"
		all[":version"] = dynamo.N(int64(version))
	}
	return &types.Update{
		TableName: &s.table, Key: keyOf(id),
		UpdateExpression:          aws.String("SET version = version + :one, updatedAt = :now, updatedBy = :by" + more),
		ConditionExpression:       &condition,
		ExpressionAttributeNames:  map[string]string{"#state": "state"},
		ExpressionAttributeValues: all,
	}
}

// write makes a transaction on a draft and says in words why it was refused.
func (s *Store) write(ctx context.Context, id string, writes ...types.TransactWriteItem) error {
	const tries = 4
	for try := 1; ; try++ {
		_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return err
		}
		n, _, readErr := s.Newsletter(ctx, id)
		switch {
		case readErr != nil:
			return readErr
		case n.State != Draft:
			return ErrScheduled.Because(err)
		case !conflict(err) || try == tries:
			return ErrChanged.Because(err)
		}
	}
}

// conflict reports whether a transaction only met another one at the same moment.
func conflict(err error) bool {
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for _, reason := range e.CancellationReasons {
		if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
			return false
		}
	}
	return true
}

// parseVersion reads the version that a form was shown with; anything else is one that nothing has.
func parseVersion(s string) int {
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 {
		return -1
	}
	return v
}
