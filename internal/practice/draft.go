package practice

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Author is who acts for the organisation that owns a practice.
type Author struct {
	members.Ref
	Name             string
	OrganisationName string
}

// Create begins a practice with a draft.
func (s *Store) Create(ctx context.Context, who Author, c Content) (Practice, Draft, error) {
	c = c.Clean()
	if err := c.CheckDraft(); err != nil {
		return Practice{}, Draft{}, err
	}
	now := s.now().UTC()
	p := Practice{
		ID: members.NewID(), Organisation: who.Organisation, OrganisationName: who.OrganisationName, State: Drafted,
		Title: c.Texts[c.Original].Title, CreatedAt: now, UpdatedAt: now, UpdatedBy: who.Name, Revision: 1,
	}
	d := Draft{Content: c, Revision: p.Revision, SavedAt: now, SavedBy: who.Name}
	var writes transaction
	writes.add(put(s.table, p.item(), 0))
	s.putDraft(&writes, p.ID, d, 0)
	return p, d, s.write(ctx, writes)
}

// putDraft adds the write of a draft that was at a revision before, 0 if there was none.
func (s *Store) putDraft(writes *transaction, id string, d Draft, before int) {
	packed, err := pack(d.Content)
	writes.err = errors.Join(writes.err, err)
	writes.add(put(s.table, draftItem{
		PK: partition(id), SK: draftKey, Content: packed, Revision: d.Revision, SavedAt: d.SavedAt, SavedBy: d.SavedBy,
	}, before))
}

// Get returns what is known of a practice, or ErrNone.
func (s *Store) Get(ctx context.Context, id string) (Practice, error) {
	item, err := s.read(ctx, id, headKey)
	if err != nil {
		return Practice{}, err
	}
	it, err := dynamo.Decode[headItem](item)
	return it.Practice, err
}

// Draft returns what the owners of a practice work on. If nobody has begun to change what was
// published last, that is its content, with the revision 0.
func (s *Store) Draft(ctx context.Context, id string) (Draft, error) {
	d, err := s.draft(ctx, id)
	if !errors.Is(err, ErrNone) {
		return d, err
	}
	last, err := s.published(ctx, id)
	if err != nil {
		return d, err
	}
	d.Content, err = unpack(last.Content)
	d.SavedAt = last.UpdatedAt
	return d, err
}

func (s *Store) draft(ctx context.Context, id string) (Draft, error) {
	item, err := s.read(ctx, id, draftKey)
	if err != nil {
		return Draft{}, err
	}
	it, err := dynamo.Decode[draftItem](item)
	if err != nil {
		return Draft{}, err
	}
	return it.draft()
}

// expect returns the draft if it is at the revision that a page was shown with, else ErrEdited. The
// draft that is not there has the revision 0.
func (s *Store) expect(ctx context.Context, p Practice, revision int) (Draft, error) {
	d, err := s.draft(ctx, p.ID)
	if errors.Is(err, ErrNone) {
		d, err = Draft{SavedAt: p.UpdatedAt, SavedBy: p.UpdatedBy}, nil
	}
	if err == nil && d.Revision != revision {
		err = ErrEdited.With("By", d.SavedBy).With("At", d.SavedAt)
	}
	return d, err
}

// Save replaces the draft if it is still at the revision that it was shown with, else it answers
// ErrEdited. What was handed in cannot be edited: ErrState.
func (s *Store) Save(ctx context.Context, id string, c Content, revision int, who Author) (Draft, error) {
	c = c.Clean()
	if err := c.CheckDraft(); err != nil {
		return Draft{}, err
	}
	var d Draft
	err := s.change(ctx, id, who.Name, func(p *Practice, writes *transaction) error {
		if _, err := s.expect(ctx, *p, revision); err != nil {
			return err
		}
		var err error
		if p.State, err = after(p.State, Edit); err != nil {
			return err
		}
		d = Draft{Content: c, Revision: p.Revision + 1, SavedAt: s.now().UTC(), SavedBy: who.Name}
		p.Title, p.OrganisationName = c.Texts[c.Original].Title, who.OrganisationName
		s.putDraft(writes, id, d, revision)
		return nil
	})
	return d, err
}

// Discard throws the draft away. A practice that was never published goes with all that it had; of
// another one only the update goes.
func (s *Store) Discard(ctx context.Context, id string, who Author) error {
	var rest []types.TransactWriteItem
	err := s.change(ctx, id, who.Name, func(p *Practice, writes *transaction) error {
		if _, err := s.draft(ctx, id); err != nil || p.State == Submitted {
			return ErrState.Because(err)
		}
		writes.add(s.remove(id, draftKey), nil)
		switch published, err := s.published(ctx, id); {
		case errors.Is(err, ErrNone):
			writes.gone = true
			rest, err = s.history(ctx, id)
			return err
		case err != nil:
			return err
		case published.archived():
			p.State, p.Title = Archived, published.Title
		default:
			p.State, p.Title = Published, published.Title
		}
		return nil
	})
	// Nothing leads to these any more; whatever a crash leaves of them is not shown anywhere.
	for part := range slices.Chunk(rest, dynamo.MaxTransaction) {
		err = errors.Join(err, s.write(ctx, transaction{items: part}))
	}
	return err
}

// history returns the writes that delete a practice's versions, their reviews and owed mails.
func (s *Store) history(ctx context.Context, id string) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	for _, prefix := range []string{versionPrefix, reviewPrefix, owedKey} {
		items, err := s.readAll(ctx, id, prefix)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{
				TableName: &s.table, Key: dynamo.Item{"pk": item["pk"], "sk": item["sk"]},
			}})
		}
	}
	return writes, nil
}

// OfOrganisation returns one page of an organisation's practices, the latest change first, and the
// cursor of the next page or "".
func (s *Store) OfOrganisation(ctx context.Context, organisation, cursor string) ([]Practice, string, error) {
	items, next, err := s.list(ctx, organisationList(organisation), cursor, PageSize, true)
	if err != nil {
		return nil, "", err
	}
	all, err := decodeAll(items, func(it headItem) (Practice, error) { return it.Practice, nil })
	return all, next, err
}
