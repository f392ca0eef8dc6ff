package members

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Secretariat is the identifier of the organisation that the first coordinator belongs to. It
// appears in no list of members.
const Secretariat = "SECRETARIAT"

// EnsureCoordinator makes whoever has this address a coordinator, and creates the secretariat for
// an address that nobody has. Sign-in calls it for the address that the template names. What also
// writes about whoever gets the role (an audit entry) joins the transaction.
func (s *Store) EnsureCoordinator(
	ctx context.Context, address string, tag language.Tag, also ...func(Person) types.TransactWriteItem,
) (Person, error) {
	p, err := s.PersonByAddress(ctx, address)
	switch {
	case errors.Is(err, ErrNone):
		return s.createCoordinator(ctx, address, tag, also)
	case err != nil:
		return p, err
	case p.State == AwaitingApproval:
		// Nobody else may be there to approve the first coordinator.
		if p, err = s.admit(ctx, p); err != nil {
			return p, err
		}
	}
	if p.Coordinator || p.State != Member {
		return p, nil
	}
	var writes []types.TransactWriteItem
	for _, write := range also {
		writes = append(writes, write(p))
	}
	_, err = s.ChangeRole(ctx, p.Ref, true, writes...)
	p.Coordinator = err == nil
	return p, err
}

// admit approves a person, and the organisation with whom they wait.
func (s *Store) admit(ctx context.Context, p Person) (Person, error) {
	approval := Decision{Action: Approve, By: "MuNet"}
	org, _, err := s.Organisation(ctx, p.Organisation)
	if err != nil {
		return p, err
	}
	if org.State == AwaitingApproval {
		_, _, err = s.Decide(ctx, p.Organisation, approval)
	} else {
		_, err = s.DecidePerson(ctx, p.Ref, approval)
	}
	if err != nil && !fault.Is(err, "decided-already") && !fault.Is(err, "organisation-not-member") {
		return p, err
	}
	return s.Person(ctx, p.Ref)
}

func (s *Store) createCoordinator(
	ctx context.Context, address string, tag language.Tag, also []func(Person) types.TransactWriteItem,
) (Person, error) {
	now := s.now().UTC()
	org := Organisation{
		ID: Secretariat, Profile: Profile{Name: "MuNet", Kind: "other"}, State: Member,
		CreatedAt: now, Since: now, Version: 1,
	}
	p := Person{
		Ref:     Ref{Secretariat, NewID()},
		Contact: Contact{Name: "MuNet", Address: address, Language: tag},
		State:   Member, Told: Member, Coordinator: true, CreatedAt: now, Version: 1,
		Preferences: Preferences{Newsletter: Never},
	}
	var writes transaction
	if _, _, err := s.Organisation(ctx, Secretariat); errors.Is(err, ErrNone) {
		writes.add(putNew(s.table, org.item(now)))
	}
	writes.add(putNew(s.table, p.item(now)))
	writes.add(putNew(s.table, lock(addressKey(address), p.Ref.String())))
	for _, write := range also {
		writes.items = append(writes.items, write(p))
	}
	err := s.write(ctx, writes)
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return s.PersonByAddress(ctx, address)
	}
	return p, err
}
