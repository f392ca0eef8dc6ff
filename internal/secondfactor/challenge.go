package secondfactor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// challengeAge is how long a person has to answer a passkey's question.
const challengeAge = 5 * time.Minute

// A ceremony is what a challenge is for (the word of WebAuthn).
type ceremony string

const (
	passing ceremony = "pass"
	adding  ceremony = "add"
)

// errNoChallenge says that the session has no challenge that waits for this answer.
var errNoChallenge = errors.New("secondfactor: no challenge, or one that was answered or is too old")

// challenge is a pending challenge as the table holds it. A session has one of a kind at most.
type challenge struct {
	PK      string `json:"pk"`
	Data    []byte `json:"data"` // of the library, as JSON
	Expires int64  `json:"expires"`
}

// challengeKey binds a challenge to the session that asked, by the hash of its id.
func challengeKey(session string, c ceremony) string { return "challenge#" + string(c) + "#" + session }

// keepChallenge keeps a challenge until it is answered, in place of an earlier one.
func (s *Store) keepChallenge(ctx context.Context, session string, c ceremony, data *webauthn.SessionData) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("secondfactor: challenge: %w", err)
	}
	item, err := dynamo.Encode(challenge{challengeKey(session, c), text, s.now().Add(challengeAge).Unix()})
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		return fmt.Errorf("secondfactor: challenge: %w", err)
	}
	return nil
}

// takeChallenge returns a challenge once: it is gone afterwards, whatever the answer is worth.
func (s *Store) takeChallenge(ctx context.Context, session string, c ceremony) (data webauthn.SessionData, err error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: key(challengeKey(session, c)), ConditionExpression: aws.String("attribute_exists(pk)"),
		ReturnValues: types.ReturnValueAllOld,
	})
	if _, refused := dynamo.Refused(err); refused {
		return data, errNoChallenge
	}
	if err != nil {
		return data, fmt.Errorf("secondfactor: challenge: %w", err)
	}
	taken, err := dynamo.Decode[challenge](out.Attributes)
	if err != nil {
		return data, err
	}
	if s.now().Unix() >= taken.Expires {
		return data, errNoChallenge
	}
	if err := json.Unmarshal(taken.Data, &data); err != nil {
		return data, fmt.Errorf("secondfactor: challenge: %w", err)
	}
	return data, nil
}
