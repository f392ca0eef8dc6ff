package members

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Suppressions remembers addresses that no bulk mail may go to, by a keyed hash that outlives the
// person's data: an address that complained stays suppressed when it is imported again.
type Suppressions struct {
	store  *Store
	signer *token.Signer
}

// NewSuppressions returns the list kept in the members table.
func NewSuppressions(store *Store, signer *token.Signer) *Suppressions {
	return &Suppressions{store, signer}
}

// Hash is the keyed hash under which an address is remembered.
func (s *Suppressions) Hash(address string) string {
	return s.signer.KeyedHash("suppression", mail.Key(address))
}

func (s *Suppressions) key(address string) dynamo.Item {
	return dynamo.Key("suppressed#"+s.Hash(address), "suppressed")
}

// Erased is the reason for an address whose owner asked to be forgotten.
const Erased = "erased"

// Erase returns the write that remembers that the owner of an address is forgotten, so that nobody invites
// them again. An address that came back or complained stays one that did.
func (s *Suppressions) Erase(address string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.store.table, Key: s.key(address),
		UpdateExpression:         aws.String("SET reason = if_not_exists(reason, :erased), #at = if_not_exists(#at, :now)"),
		ExpressionAttributeNames: map[string]string{"#at": "at"},
		ExpressionAttributeValues: dynamo.Item{
			":erased": dynamo.S(Erased), ":now": dynamo.S(s.store.now().UTC().Format(time.RFC3339)),
		},
	}}
}

// Welcome is for somebody who registered and has confirmed the address: whoever was forgotten and comes
// back by themselves may be written to. What came back or was complained of before still is not.
func (s *Suppressions) Welcome(ctx context.Context, address string) error {
	reason, err := s.Reason(ctx, address)
	if err != nil || reason == "" {
		return err
	}
	if reason != Erased {
		return s.mark(ctx, address, reason)
	}
	_, err = s.store.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.store.table, Key: s.key(address),
		ConditionExpression: aws.String("reason = :erased"), ExpressionAttributeValues: dynamo.Item{":erased": dynamo.S(Erased)},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// Add suppresses an address for a reason, "bounce" or "complaint", and marks its holder.
func (s *Suppressions) Add(ctx context.Context, address, reason string) error {
	item := s.key(address)
	item["reason"], item["at"] = dynamo.S(reason), dynamo.S(s.store.now().UTC().Format(time.RFC3339))
	_, err := s.store.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.store.table, Item: item})
	if err != nil {
		return err
	}
	return s.mark(ctx, address, reason)
}

// mark tells the person who has an address why no bulk mail goes there.
func (s *Suppressions) mark(ctx context.Context, address, reason string) error {
	p, err := s.store.PersonByAddress(ctx, address)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.store.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.store.table, Key: personKey(p.Ref),
		UpdateExpression:          aws.String("SET suppressed = :reason, version = version + :one"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":reason": dynamo.S(reason), ":one": dynamo.N(1)},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// Reasons returns by address why it is suppressed. Addresses that are not are left out.
func (s *Suppressions) Reasons(ctx context.Context, addresses []string) (map[string]string, error) {
	keys := make(map[string]dynamo.Item, len(addresses))
	for _, address := range addresses {
		keys[mail.Key(address)] = s.key(address)
	}
	found, err := s.store.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	reasons := make(map[string]string, len(found))
	for _, address := range addresses {
		item := found[mail.Key(address)]
		if item == nil {
			continue
		}
		it, err := dynamo.Decode[suppressed](item)
		if err != nil {
			return nil, err
		}
		reasons[address] = it.Reason
	}
	return reasons, nil
}

type suppressed struct {
	Reason string `json:"reason"`
}

// Reason returns why an address is suppressed, or "" if it is not.
func (s *Suppressions) Reason(ctx context.Context, address string) (string, error) {
	item, err := s.store.get(ctx, s.key(address))
	if errors.Is(err, ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	it, err := dynamo.Decode[suppressed](item)
	return it.Reason, err
}
