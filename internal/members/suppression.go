package members

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

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

func (s *Suppressions) key(address string) dynamo.Item {
	return dynamo.Key("suppressed#"+s.signer.KeyedHash("suppression", mail.Key(address)), "suppressed")
}

// Add suppresses an address for a reason, "bounce" or "complaint", and marks its holder.
func (s *Suppressions) Add(ctx context.Context, address, reason string) error {
	item := s.key(address)
	item["reason"], item["at"] = dynamo.S(reason), dynamo.S(s.store.now().UTC().Format(time.RFC3339))
	_, err := s.store.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.store.table, Item: item})
	if err != nil {
		return err
	}
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
