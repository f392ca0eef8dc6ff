package members

import (
	"context"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
)

// tries is how often a change is tried that met another one, such as a profile saved at the same moment.
const tries = 20

// Decide takes an action on an organisation and on all of its people that the action is open for,
// in one transaction together with the writes in also (an audit entry). It returns the people whose
// state changed, to whom a mail is owed; the same transaction remembers that.
//
// When somebody else decided in the meantime, the fault is "decided-already" and names who.
func (s *Store) Decide(ctx context.Context, id string, d Decision, also ...types.TransactWriteItem) (org Organisation, changed []Person, err error) {
	for range tries {
		org, changed, err = s.decide(ctx, id, d, also)
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return org, changed, err
		}
	}
	return org, nil, errConflict
}

func (s *Store) decide(ctx context.Context, id string, d Decision, also []types.TransactWriteItem) (Organisation, []Person, error) {
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
	writes := transaction{items: slices.Clone(also)}
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
	return org, changed, s.write(ctx, writes)
}

// DecidePerson takes an action on one person: a colleague who asks to join a member organisation,
// or one who leaves. When the last person of an organisation leaves, it leaves as well.
func (s *Store) DecidePerson(ctx context.Context, ref Ref, d Decision, also ...types.TransactWriteItem) (person Person, err error) {
	for range tries {
		person, err = s.decidePerson(ctx, ref, d, also)
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return person, err
		}
	}
	return person, errConflict
}

func (s *Store) decidePerson(ctx context.Context, ref Ref, d Decision, also []types.TransactWriteItem) (Person, error) {
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
	writes := transaction{items: slices.Clone(also)}
	writes.add(s.owing(org.ID), nil)
	if d.Action == Leave {
		s.withdraw(&writes, person, now)
	}
	person = s.move(&writes, person, state, d)
	if d.Action == Leave && others == 0 && !org.State.ended() && org.ID != Secretariat {
		version := org.Version
		org.State, org.Decision, org.Version = Left, d, version+1
		writes.add(putVersion(s.table, org.item(now), version))
		writes.add(remove(s.table, nameKey(org.Profile), org.ID), nil)
	} else {
		writes.add(s.touch(org), nil)
	}
	return person, s.write(ctx, writes)
}

// touch returns the write that counts a change of an organisation's people. Whoever looked at them
// before, to decide about all of them or to be the last to leave, has to look again.
func (s *Store) touch(org Organisation) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: organisationKey(org.ID),
		UpdateExpression:          aws.String("SET version = version + :one"),
		ConditionExpression:       aws.String("version = :version"),
		ExpressionAttributeValues: dynamo.Item{":one": dynamo.N(1), ":version": dynamo.N(int64(org.Version))},
	}}
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
	i := slices.IndexFunc(people, func(p Person) bool { return p.Ref == ref })
	if i < 0 {
		return Person{}, 0, ErrNone
	}
	others := active(people)
	if !people[i].State.ended() {
		others--
	}
	return people[i], others, nil
}

// active counts the people who have not left or been declined.
func active(people []Person) int {
	n := 0
	for _, p := range people {
		if !p.State.ended() {
			n++
		}
	}
	return n
}

// errConflict says that a change met other ones until it gave up.
var errConflict = fault.New(http.StatusConflict, "conflict")

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
