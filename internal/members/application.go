package members

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Application is a request to join that awaits the confirmation of its address. It locks nothing:
// a stranger who applies in somebody's name keeps nobody out.
type Application struct {
	ID string `json:"id"`
	// Profile is the organisation's, Contact the representative's.
	Profile     Profile     `json:"profile"`
	Contact     Contact     `json:"contact"`
	Preferences Preferences `json:"preferences"`
	// Texts are the hashes of the words that were consented to, by purpose.
	Texts map[Purpose]string `json:"texts"`
	// TextsIn is the language in which the words were shown.
	TextsIn language.Tag `json:"textsIn"`
	Asked   time.Time    `json:"asked"`
	// InvitedBy names the coordinator who invited the address; such an application is approved.
	InvitedBy string `json:"invitedBy"`
	// Revision counts how often the application was sent again with other content.
	Revision int `json:"revision"`

	inVain bool // see [Store.ApplyInVain]
}

func (a Application) key() dynamo.Item {
	if a.inVain {
		return inVainKey(a.ID)
	}
	return applicationKey(a.ID)
}

// How long an application lives.
const (
	// LinkAge is how long the link in the confirmation mail works.
	LinkAge = 7 * 24 * time.Hour
	// keptUnconfirmed is how long an application waits; until then an expired link offers a new one.
	keptUnconfirmed = 30 * 24 * time.Hour
	// keptInVain is how long it is remembered that a member's address was registered again.
	keptInVain = 24 * time.Hour
)

// ErrNone says that there is no such organisation, person or application.
var ErrNone = errors.New("members: none")

// Apply keeps an application, in place of an earlier one from the same address.
func (s *Store) Apply(ctx context.Context, a Application) (Application, error) {
	a.ID, a.InvitedBy = ApplicationID(a.Contact.Address), ""
	return s.writeApplication(ctx, a, nil, nil)
}

// ApplyInVain does for an address that is a person's already what Apply does for others, so that the
// time tells nothing. What was typed is not kept; [Store.Withdraw] takes the result as well.
func (s *Store) ApplyInVain(ctx context.Context, address string) (Application, error) {
	return s.writeApplication(ctx, Application{ID: ApplicationID(address), inVain: true}, nil, nil)
}

func (s *Store) writeApplication(ctx context.Context, a Application, condition *string, conditionValues dynamo.Item) (Application, error) {
	now, list, kept := s.now(), applicationList, keptUnconfirmed
	if a.inVain {
		list, kept = inVainList, keptInVain
	}
	content, err := dynamo.Encode(a)
	if err != nil {
		return a, err
	}
	values := dynamo.Item{
		":one": dynamo.N(1), ":zero": dynamo.N(0), ":expires": dynamo.Time(now.Add(kept)),
		":list": dynamo.S(list), ":listKey": dynamo.S(now.UTC().Format(time.RFC3339) + "#" + a.ID),
	}
	set := "SET #list = :list, listKey = :listKey, expires = :expires, revision = if_not_exists(revision, :zero) + :one"
	for _, name := range []string{"id", "profile", "contact", "preferences", "texts", "textsIn", "asked", "invitedBy"} {
		values[":"+name] = content[name]
		set += ", " + name + " = :" + name
	}
	maps.Copy(values, conditionValues)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: a.key(),
		UpdateExpression: &set, ConditionExpression: condition,
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: values,
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err != nil {
		return a, fmt.Errorf("members: apply: %w", err)
	}
	it, err := dynamo.Decode[applicationItem](out.Attributes)
	it.inVain = a.inVain
	return it.Application, err
}

// Withdraw forgets an application whose mail could not be sent, so that nothing stays half done.
// An application that has since been sent again is left alone.
func (s *Store) Withdraw(ctx context.Context, a Application) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: a.key(),
		ConditionExpression:       aws.String("revision = :revision"),
		ExpressionAttributeValues: dynamo.Item{":revision": dynamo.N(int64(a.Revision))},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// Invite keeps an application that a coordinator makes for somebody else. It reports false if the
// address is a member's already or has an application of its own, which is left as it is.
func (s *Store) Invite(ctx context.Context, a Application) (Application, bool, error) {
	a.ID = ApplicationID(a.Contact.Address)
	if _, err := s.holder(ctx, addressKey(a.Contact.Address)); !errors.Is(err, ErrNone) {
		return a, false, err
	}
	stored, err := s.writeApplication(ctx, a, aws.String("attribute_not_exists(pk) OR expires <= :now"), dynamo.Item{":now": dynamo.Time(s.now())})
	if _, refused := dynamo.Refused(err); refused {
		return a, false, nil
	}
	return stored, err == nil, err
}

// Application returns an application by its identifier, or ErrNone.
func (s *Store) Application(ctx context.Context, id string) (Application, error) {
	item, err := s.get(ctx, applicationKey(id))
	if err != nil {
		return Application{}, err
	}
	it, err := dynamo.Decode[applicationItem](item)
	if err == nil && it.Expires <= s.now().Unix() {
		return Application{}, ErrNone
	}
	return it.Application, err
}

// ApplicationOf returns the application from an address, or ErrNone.
func (s *Store) ApplicationOf(ctx context.Context, address string) (Application, error) {
	return s.Application(ctx, ApplicationID(address))
}

// ErrChanged says that an application was sent again with other content since the page was shown.
var ErrChanged = fault.New(http.StatusConflict, "application-changed")

// ErrConfirmed comes with what the application was turned into before: whoever sees it need not tell
// anybody again.
var ErrConfirmed = errors.New("members: confirmed before")

// Confirm turns an application into an organisation and its representative, or into one more
// representative of an organisation that is known by that name in that country. An invited
// representative of a new or a member organisation is a member at once; everybody else awaits
// approval.
//
// Of several confirmations at once, one makes them and the others return them with [ErrConfirmed].
func (s *Store) Confirm(ctx context.Context, a Application, how string) (Organisation, Person, error) {
	for range tries {
		id, err := s.holder(ctx, nameKey(a.Profile))
		if err != nil && !errors.Is(err, ErrNone) {
			return Organisation{}, Person{}, err
		}
		org, person, err := s.confirm(ctx, a, id, how)
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return org, person, err
		}
		// Either somebody confirmed first, or the organisation came or went meanwhile.
		if person, err := s.PersonByAddress(ctx, a.Contact.Address); err == nil {
			org, _, err := s.Organisation(ctx, person.Organisation)
			return org, person, errors.Join(ErrConfirmed, err)
		}
		if current, err := s.Application(ctx, a.ID); err != nil || current.Revision != a.Revision {
			return Organisation{}, Person{}, errors.Join(ErrChanged, err)
		}
	}
	return Organisation{}, Person{}, errConflict
}

func (s *Store) confirm(ctx context.Context, a Application, known, how string) (Organisation, Person, error) {
	now := s.now().UTC()
	org := Organisation{ID: NewID(), Profile: a.Profile, State: AwaitingApproval, CreatedAt: now, Version: 1}
	var existing []Person
	if known != "" {
		var err error
		if org, existing, err = s.Organisation(ctx, known); err != nil {
			return org, Person{}, err
		}
		if active(existing) >= MaxPeople {
			return org, Person{}, fault.New(http.StatusConflict, "organisation-full")
		}
	}
	state, decision := AwaitingApproval, Decision{}
	if a.InvitedBy != "" && (known == "" || org.State == Member) {
		state, decision = Member, Decision{Action: Approve, By: a.InvitedBy, At: now}
	}
	var writes transaction
	if known != "" {
		writes.add(s.touch(org), nil)
	} else {
		if state == Member {
			org.State, org.Decision, org.Since = Member, decision, now
		}
		writes.add(putNew(s.table, org.item(now)))
		writes.add(putNew(s.table, lock(nameKey(a.Profile), org.ID)))
	}
	person := Person{
		Ref: Ref{org.ID, NewID()}, Contact: a.Contact, State: state, Preferences: a.Preferences,
		CreatedAt: now, Decision: decision, Version: 1,
	}
	writes.add(putNew(s.table, person.item(now)))
	writes.add(s.owing(org.ID), nil)
	writes.add(putNew(s.table, lock(addressKey(a.Contact.Address), person.Ref.String())))
	writes.add(types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.table, Key: applicationKey(a.ID),
		ConditionExpression:       aws.String("revision = :revision"),
		ExpressionAttributeValues: dynamo.Item{":revision": dynamo.N(int64(a.Revision))},
	}}, nil)
	for purpose, text := range a.Texts {
		writes.add(consentWrite(s.table, person.Ref, Consent{
			Purpose: purpose, Given: true, Text: text, Language: a.TextsIn, How: how, Asked: a.Asked, At: now,
		}))
	}
	return org, person, s.write(ctx, writes)
}
