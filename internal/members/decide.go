package members

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
)

// Decide takes an action on an organisation and on all of its people that the action is open for,
// in one transaction together with the writes in also (an audit entry). It returns the people whose
// state changed, to whom a mail is owed; the same transaction remembers that.
//
// When somebody else decided in the meantime, the fault is "decided-already" and names who.
func (s *Store) Decide(ctx context.Context, id string, d Decision, also ...types.TransactWriteItem) (Organisation, []Person, error) {
	org, people, err := s.Organisation(ctx, id)
	if err != nil {
		return org, nil, err
	}
	now := s.now().UTC()
	d.At = now
	state, open := org.State.After(d.Action)
	if !open {
		return org, nil, decidedAlready(org.Decision)
	}
	version := org.Version
	org.State, org.Decision, org.Version = state, d, version+1
	if d.Action == Approve {
		org.Since = now
	}
	writes := transaction{items: also}
	writes.add(s.owing(org.ID), nil)
	writes.add(putVersion(s.table, org.item(now), version))
	if state.ended() {
		writes.add(remove(s.table, nameKey(org.Profile), org.ID), nil)
	}
	var changed []Person
	for _, p := range people {
		if next, open := p.State.After(d.Action); open {
			changed = append(changed, s.move(&writes, p, next, d))
		}
	}
	err = s.write(ctx, writes)
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		current, _, readErr := s.Organisation(ctx, id)
		if readErr != nil {
			return org, nil, readErr
		}
		return current, nil, decidedAlready(current.Decision)
	}
	return org, changed, err
}

// DecidePerson takes an action on one person: a colleague who asks to join a member organisation,
// or one who leaves. When the last person of an organisation leaves, it leaves as well.
func (s *Store) DecidePerson(ctx context.Context, ref Ref, d Decision, also ...types.TransactWriteItem) (Person, error) {
	org, people, err := s.Organisation(ctx, ref.Organisation)
	if err != nil {
		return Person{}, err
	}
	person, others, err := pick(people, ref)
	if err != nil {
		return Person{}, err
	}
	state, open := person.State.After(d.Action)
	if !open {
		return person, decidedAlready(person.Decision)
	}
	if d.Action == Approve && org.State != Member {
		return person, fault.New(http.StatusConflict, "organisation-not-member")
	}
	now := s.now().UTC()
	d.At = now
	writes := transaction{items: also}
	writes.add(s.owing(org.ID), nil)
	person = s.move(&writes, person, state, d)
	if d.Action == Leave && others == 0 && !org.State.ended() {
		version := org.Version
		org.State, org.Decision, org.Version = Left, d, version+1
		writes.add(putVersion(s.table, org.item(now), version))
		writes.add(remove(s.table, nameKey(org.Profile), org.ID), nil)
	}
	err = s.write(ctx, writes)
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		current, readErr := s.Person(ctx, ref)
		if readErr != nil {
			return person, readErr
		}
		return current, decidedAlready(current.Decision)
	}
	return person, err
}

// move adds the write that brings a person into a state. Whoever was a member only for a moment
// before leaving frees the address for a new application.
func (s *Store) move(writes *transaction, p Person, next State, d Decision) Person {
	version := p.Version
	p.State, p.Decision, p.Version = next, d, version+1
	if next.ended() {
		p.Coordinator = false
		writes.add(remove(s.table, addressKey(p.Address), p.Ref.String()), nil)
	}
	writes.add(putVersion(s.table, p.item(d.At), version))
	return p
}

// pick returns the person with this reference and how many others are still active.
func pick(people []Person, ref Ref) (Person, int, error) {
	var found *Person
	others := 0
	for i, p := range people {
		if p.Ref == ref {
			found = &people[i]
		} else if !p.State.ended() {
			others++
		}
	}
	if found == nil {
		return Person{}, 0, ErrNone
	}
	return *found, others, nil
}

func decidedAlready(d Decision) *fault.Error {
	return fault.New(http.StatusConflict, "decided-already").With("Name", d.By)
}

// Told records that a person was told of a state by mail.
func (s *Store) Told(ctx context.Context, ref Ref, state State) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: personKey(ref),
		UpdateExpression:          aws.String("SET told = :state"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":state": dynamo.S(string(state))},
	})
	return err
}
