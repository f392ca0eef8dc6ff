package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/limit"
)

const (
	// requestAge is how long a link and its code work.
	requestAge = 10 * time.Minute
	// maxAttempts is how many codes may be tried for one request. It belongs
	// to one browser's request, so that no stranger can use it up.
	maxAttempts = 5
	// redeemTries is how often a redemption is tried that met another write.
	redeemTries = 3
)

// request is a browser's wish to sign in, an item of the sessions table. A
// browser has one at most. Neither link nor code can be read from it.
type request struct {
	PK      string `dynamodbav:"pk"`
	Address string `dynamodbav:"address"`
	Next    string `dynamodbav:"next"`
	// Link and Code are hashes, absent when no mail was sent for the request.
	Link     string `dynamodbav:"link,omitempty"`
	Code     string `dynamodbav:"code,omitempty"`
	Limit    string `dynamodbav:"limit"` // the key under which its mail was counted
	Attempts int    `dynamodbav:"attempts"`
	Used     bool   `dynamodbav:"used"`
	Ends     int64  `dynamodbav:"ends"`    // when link and code stop working
	Expires  int64  `dynamodbav:"expires"` // later, so that a page can say what happened

	limit limit.Count // what its mail counts as
	known bool        // the address signed in on this browser before
}

// The ways in which a request cannot be redeemed.
var (
	errNone     = errors.New("signin: this browser asked for no mail, or for another one")
	errExpired  = errors.New("signin: link and code have expired")
	errUsed     = errors.New("signin: link or code has been used")
	errAttempts = errors.New("signin: too many wrong codes")
	errWrong    = errors.New("signin: wrong code")
	errBusy     = errors.New("signin: the request is being redeemed elsewhere")
)

// Store keeps requests in the sessions table.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on a table laid out as template.yaml says.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

const requestPrefix = "signin#"

func requestKey(browserHash string) string { return requestPrefix + browserHash }

// put keeps a browser's request in place of an earlier one.
func (s *Store) put(ctx context.Context, r request) error {
	return s.write(ctx, r, nil, nil)
}

// putUnlessWaiting keeps a request for which no mail was sent, unless the
// browser has one for the same address whose mail is on its way.
func (s *Store) putUnlessWaiting(ctx context.Context, r request) error {
	err := s.write(ctx, r,
		aws.String("attribute_not_exists(pk) OR address <> :address OR ends <= :now OR used = :used"),
		dynamo.Item{":address": dynamo.S(r.Address), ":now": dynamo.Time(s.now()), ":used": dynamo.Bool(true)})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

func (s *Store) write(ctx context.Context, r request, condition *string, values dynamo.Item) error {
	now := s.now()
	r.Ends, r.Expires = now.Add(requestAge).Unix(), now.Add(24*time.Hour).Unix()
	item, err := attributevalue.MarshalMap(r)
	if err != nil {
		return fmt.Errorf("signin: encoding: %w", err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: condition, ExpressionAttributeValues: values,
	})
	if err != nil {
		return fmt.Errorf("signin: writing: %w", err)
	}
	return nil
}

// get returns the browser's request, or errNone. It may have ended.
func (s *Store) get(ctx context.Context, browserHash string) (request, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: dynamo.Item{"pk": dynamo.S(requestKey(browserHash))}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return request{}, fmt.Errorf("signin: reading: %w", err)
	}
	if out.Item == nil {
		return request{}, errNone
	}
	return decode(out.Item)
}

func decode(item dynamo.Item) (request, error) {
	var r request
	if err := attributevalue.UnmarshalMap(item, &r); err != nil {
		return request{}, fmt.Errorf("signin: decoding: %w", err)
	}
	return r, nil
}

// state says why a request cannot be redeemed any more, or nil.
func (r request) state(now time.Time) error {
	switch {
	case r.Used:
		return errUsed
	case now.Unix() >= r.Ends:
		return errExpired
	case r.Attempts >= maxAttempts:
		return errAttempts
	}
	return nil
}

// try counts one attempt to type a code before the code is looked at, so that
// many guesses at once are no more than many guesses in a row.
func (s *Store) try(ctx context.Context, browserHash, code string) (request, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: dynamo.Item{"pk": dynamo.S(requestKey(browserHash))},
		UpdateExpression:    aws.String("ADD attempts :one"),
		ConditionExpression: aws.String("attribute_exists(pk) AND attempts < :most AND ends > :now AND used = :used"),
		ExpressionAttributeValues: dynamo.Item{
			":one": dynamo.N(1), ":most": dynamo.N(maxAttempts), ":now": dynamo.Time(s.now()), ":used": dynamo.Bool(false),
		},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if found, refused := dynamo.Refused(err); refused {
		if found == nil {
			return request{}, errNone
		}
		r, err := decode(found)
		if err != nil {
			return request{}, err
		}
		return r, r.state(s.now())
	}
	if err != nil {
		return request{}, fmt.Errorf("signin: counting: %w", err)
	}
	r, err := decode(out.Attributes)
	switch {
	case err != nil:
		return request{}, err
	case subtle.ConstantTimeCompare([]byte(r.Code), []byte(code)) == 1:
		return r, nil
	case r.Attempts >= maxAttempts:
		return r, errAttempts
	}
	return r, errWrong
}

// redeem uses a request up and makes the other writes, all or nothing: of
// many redemptions at once exactly one succeeds. The last allowed attempt at
// a code has been counted already, so the number of attempts is no condition.
func (s *Store) redeem(ctx context.Context, r request, also ...types.TransactWriteItem) error {
	writes := append([]types.TransactWriteItem{
		{Update: &types.Update{
			TableName: &s.table, Key: dynamo.Item{"pk": dynamo.S(r.PK)},
			UpdateExpression:    aws.String("SET used = :true REMOVE code"),
			ConditionExpression: aws.String("used = :false AND ends > :now AND link = :link"),
			ExpressionAttributeValues: dynamo.Item{
				":true": dynamo.Bool(true), ":false": dynamo.Bool(false), ":now": dynamo.Time(s.now()), ":link": dynamo.S(r.Link),
			},
		}},
	}, also...)
	for range redeemTries {
		_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		if err == nil {
			return nil
		}
		failed, cancelled := dynamo.Cancelled(err)
		if !cancelled {
			return fmt.Errorf("signin: redeeming: %w", err)
		}
		if !failed[0] {
			continue // somebody counted a mail to the address at the same moment
		}
		// Used, or only busy with a transaction that may come to nothing.
		now, err := s.get(ctx, strings.TrimPrefix(r.PK, requestPrefix))
		switch {
		case err != nil:
			return err
		case now.Link != r.Link:
			return errNone
		case now.Used, s.now().Unix() >= now.Ends:
			return now.state(s.now())
		}
	}
	return errBusy
}
