package members

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
)

// ChangeRole gives a member the role of a coordinator or takes it away, together with the writes in
// also (an audit entry). It reports false, and writes nothing, if that is so already. Somebody who
// is no member is ErrNone.
func (s *Store) ChangeRole(ctx context.Context, ref Ref, coordinator bool, also ...types.TransactWriteItem) (bool, error) {
	writes := transaction{items: []types.TransactWriteItem{{Update: &types.Update{
		TableName: &s.table, Key: personKey(ref),
		UpdateExpression:         aws.String("SET coordinator = :coordinator, version = version + :one"),
		ConditionExpression:      aws.String("#state = :member AND coordinator <> :coordinator"),
		ExpressionAttributeNames: map[string]string{"#state": "state"},
		ExpressionAttributeValues: dynamo.Item{
			":coordinator": dynamo.Bool(coordinator), ":member": dynamo.S(string(Member)), ":one": dynamo.N(1),
		},
	}}}}
	writes.items = append(writes.items, also...)
	err := s.write(ctx, writes)
	if _, cancelled := dynamo.Cancelled(err); !cancelled {
		return err == nil, err
	}
	p, err := s.Person(ctx, ref)
	switch {
	case err != nil:
		return false, err
	case p.State != Member:
		return false, ErrNone
	case p.Coordinator != coordinator:
		return false, fault.New(http.StatusConflict, "conflict")
	}
	return false, nil
}

// ignore returns err unless it is the one that the caller expects.
func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
