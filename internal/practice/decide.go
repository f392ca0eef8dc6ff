package practice

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Decide gives a version that waits its decision, once, in one transaction with the writes in also
// (an audit entry). What is published is public and can be found from then on. The people of the
// owning organisation are owed a mail; see [Store.Tell]. Whoever comes too late gets ErrState, and
// nobody decides on their own organisation's practice: ErrOwnPractice.
func (s *Store) Decide(ctx context.Context, id string, number int, d Decision, also ...types.TransactWriteItem) error {
	return s.change(ctx, id, d.Name, func(p *Practice, writes *transaction) error {
		if d.By.Organisation == p.Organisation {
			return ErrOwnPractice
		}
		var err error
		if p.Submitted != number {
			return ErrState
		}
		if p.State, err = after(p.State, Action(d.Outcome)); err != nil {
			return err
		}
		d.At = s.now().UTC()
		writes.items = append(writes.items, also...)
		writes.add(s.decideVersion(id, number, d))
		writes.add(s.owing(*p, d))
		if d.Outcome == Publish {
			return s.publish(ctx, p, writes)
		}
		return nil
	})
}

// publish adds the writes that make the version handed in last the public one.
func (s *Store) publish(ctx context.Context, p *Practice, writes *transaction) error {
	v, err := s.Version(ctx, p.ID, p.Submitted)
	if err != nil {
		return err
	}
	now := s.now().UTC()
	since := now
	switch last, err := s.published(ctx, p.ID); {
	case err == nil:
		since = last.PublishedAt
	case !errors.Is(err, ErrNone):
		return err
	}
	p.Published = p.Submitted
	pub := Publication{
		ID: p.ID, Organisation: p.Organisation, OrganisationName: p.OrganisationName, Contact: p.Contact,
		Version: p.Published, Content: v.Content, PublishedAt: since, UpdatedAt: now,
	}
	packed, err := pack(v.Content)
	writes.err = errors.Join(writes.err, err)
	writes.add(put(s.table, publicationItem{
		PK: partition(p.ID), SK: publicKey, List: publicList, ListKey: listKey(since, p.ID), Content: packed,
		ID: p.ID, Title: p.Title, Organisation: pub.Organisation, OrganisationName: pub.OrganisationName, Contact: pub.Contact,
		Version: pub.Version, PublishedAt: since, UpdatedAt: now,
	}, -1))
	writes.add(s.remove(p.ID, draftKey), nil)
	writes.add(s.index.Change(pub.Document()))
	return nil
}

// Archive takes a published practice from the library, in one transaction with the writes in also.
// Its address says so from then on; its owners may propose it again.
func (s *Store) Archive(ctx context.Context, id string, d Decision, also ...types.TransactWriteItem) error {
	return s.change(ctx, id, d.Name, func(p *Practice, writes *transaction) error {
		var err error
		if p.Published == 0 {
			return ErrState
		}
		if p.State, err = after(p.State, Archive); err != nil {
			return err
		}
		now := s.now().UTC()
		d.At, d.Outcome = now, Outcome(Archive)
		writes.add(s.unfindable(id, p.Published), nil)
		p.Published = 0
		writes.items = append(writes.items, also...)
		writes.add(types.TransactWriteItem{Update: &types.Update{
			TableName: &s.table, Key: keyOf(id, publicKey),
			UpdateExpression:          aws.String("SET archivedAt = :now REMOVE #list, listKey"),
			ConditionExpression:       aws.String("attribute_exists(#list)"),
			ExpressionAttributeNames:  map[string]string{"#list": "list"},
			ExpressionAttributeValues: dynamo.Item{":now": dynamo.S(sortable(now))},
		}}, nil)
		writes.add(s.owing(*p, d))
		return nil
	})
}

// SetContact changes who gets what readers write about a practice; the zero Ref is nobody.
func (s *Store) SetContact(ctx context.Context, id string, ref members.Ref, who Author) error {
	return s.change(ctx, id, who.Name, func(p *Practice, writes *transaction) error {
		p.Contact = ref
		if p.Published == 0 {
			return nil
		}
		encoded, err := dynamo.Encode(ref)
		writes.add(types.TransactWriteItem{Update: &types.Update{
			TableName: &s.table, Key: keyOf(id, publicKey),
			UpdateExpression:          aws.String("SET contact = :contact"),
			ConditionExpression:       aws.String("attribute_exists(pk)"),
			ExpressionAttributeValues: dynamo.Item{":contact": &types.AttributeValueMemberM{Value: encoded}},
		}}, err)
		return nil
	})
}

// Forget ends what a person who leaves the network did for practices: being the contact person, and
// following themes. The practices stay their organisation's.
func (s *Store) Forget(ctx context.Context, ref members.Ref) error {
	for cursor, more := "", true; more; more = cursor != "" {
		page, next, err := s.OfOrganisation(ctx, ref.Organisation, cursor)
		if err != nil {
			return err
		}
		for _, p := range page {
			if p.Contact != ref {
				continue
			}
			if err := s.SetContact(ctx, p.ID, members.Ref{}, Author{Ref: ref, Name: p.UpdatedBy}); err != nil {
				return err
			}
		}
		cursor = next
	}
	return s.Follow(ctx, ref, nil)
}
