package practice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// PageSize is how many practices a page of a list holds.
const PageSize = 25

// WaitingVersion is what the queue of coordinators shows of a version.
type WaitingVersion struct {
	Practice         string    `json:"practice"`
	Number           int       `json:"number"`
	Title            string    `json:"title"` // in the original language
	Organisation     string    `json:"organisation"`
	OrganisationName string    `json:"organisationName"`
	Country          string    `json:"country"`
	SubmittedAt      time.Time `json:"submittedAt"`
	Submitter        string    `json:"submitter"` // a name
	Note             string    `json:"note"`
	// Update says that an earlier version is public.
	Update bool `json:"update"`
	// Reviewers are the names of those who review it, by their references.
	Reviewers map[string]string `json:"reviewers"`
}

// Submit hands the draft in, if it is still at this revision and complete. It stays the draft, which
// cannot be edited until the version is decided or withdrawn.
func (s *Store) Submit(ctx context.Context, id string, revision int, note string, who Author) (Version, error) {
	var v Version
	err := s.change(ctx, id, who.Name, func(p *Practice, writes *transaction) error {
		var err error
		if p.State, err = after(p.State, Submit); err != nil {
			return err
		}
		d, err := s.expect(ctx, *p, revision)
		if err != nil {
			return err
		}
		if err := d.Check(); err != nil {
			return err
		}
		packed, err := pack(d.Content)
		if err != nil {
			return err
		}
		p.Submitted++
		p.OrganisationName = who.OrganisationName
		now := s.now().UTC()
		it := versionItem{
			PK: partition(id), SK: versionKey(p.Submitted), List: waitingList, ListKey: listKey(now, id), Content: packed,
			WaitingVersion: WaitingVersion{
				Practice: id, Number: p.Submitted, Title: p.Title, Organisation: p.Organisation, OrganisationName: p.OrganisationName,
				Country: d.Country, SubmittedAt: now, Submitter: who.Name, Note: plainText(note), Update: p.Published > 0,
				Reviewers: map[string]string{},
			},
			SubmittedBy: who.Ref,
		}
		v, err = it.version()
		writes.err = err
		writes.add(put(s.table, it, 0))
		return nil
	})
	return v, err
}

// Withdraw takes back what was handed in and waits; it is a draft again.
func (s *Store) Withdraw(ctx context.Context, id string, who Author) error {
	return s.change(ctx, id, who.Name, func(p *Practice, writes *transaction) error {
		var err error
		if p.State, err = after(p.State, Withdraw); err != nil {
			return err
		}
		writes.add(s.decideVersion(id, p.Submitted, Decision{Outcome: Withdrawn, By: who.Ref, Name: who.Name, At: s.now().UTC()}))
		return nil
	})
}

// decideVersion returns the write that gives a waiting version its decision and takes it out of the
// queue.
func (s *Store) decideVersion(id string, number int, d Decision) (types.TransactWriteItem, error) {
	encoded, err := dynamo.Encode(d)
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: keyOf(id, versionKey(number)),
		UpdateExpression:          aws.String("SET decision = :decision REMOVE #list, listKey"),
		ConditionExpression:       aws.String("attribute_exists(#list)"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":decision": &types.AttributeValueMemberM{Value: encoded}},
	}}, err
}

// Waiting returns one page of the versions that wait for a decision, the oldest first, and the cursor
// of the next page or "".
func (s *Store) Waiting(ctx context.Context, cursor string) ([]WaitingVersion, string, error) {
	items, next, err := s.list(ctx, waitingList, cursor, PageSize, false)
	if err != nil {
		return nil, "", err
	}
	all, err := decodeAll(items, func(it versionItem) (WaitingVersion, error) { return it.WaitingVersion, nil })
	return all, next, err
}

// CountWaiting returns how many versions wait for a decision. It counts up to 4 MB of them, hundreds.
func (s *Store) CountWaiting(ctx context.Context) (int, error) {
	const reads = 4
	in := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Select: types.SelectCount,
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(waitingList)},
	}
	count := 0
	for range reads {
		out, err := s.client.Query(ctx, in)
		if err != nil {
			return 0, fmt.Errorf("practice: counting: %w", err)
		}
		count += int(out.Count)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			break
		}
	}
	return count, nil
}

// Version returns one version, or ErrNone.
func (s *Store) Version(ctx context.Context, id string, number int) (Version, error) {
	if number < 1 {
		return Version{}, ErrNone
	}
	item, err := s.read(ctx, id, versionKey(number))
	if err != nil {
		return Version{}, err
	}
	it, err := dynamo.Decode[versionItem](item)
	if err != nil {
		return Version{}, err
	}
	return it.version()
}

// Versions returns all versions of a practice, the oldest first.
func (s *Store) Versions(ctx context.Context, id string) ([]Version, error) {
	items, err := s.readAll(ctx, id, versionPrefix)
	if err != nil {
		return nil, err
	}
	return decodeAll(items, versionItem.version)
}

// SaveReview keeps what a coordinator thinks of a version that waits, if it is still at the revision
// that it was shown with, 0 for a new one; else it answers ErrEdited. What does not wait any more is
// ErrState; what the coordinator's own organisation handed in is ErrOwnPractice.
func (s *Store) SaveReview(ctx context.Context, r Review) (Review, error) {
	before := r.Revision
	r.Revision, r.At = before+1, s.now().UTC()
	for try := 1; ; try++ {
		var writes transaction
		writes.add(put(s.table, reviewItem{partition(r.Practice), reviewsOf(r.Version) + r.By.String(), r}, before))
		writes.add(s.reviewedBy(r), nil)
		err := s.write(ctx, writes)
		failed, cancelled := dynamo.Cancelled(err)
		if !cancelled {
			return r, err
		}
		p, readErr := s.Get(ctx, r.Practice)
		switch {
		case readErr != nil:
			return r, readErr
		case p.Organisation == r.By.Organisation:
			return r, ErrOwnPractice
		case p.State != Submitted || p.Submitted != r.Version:
			return r, ErrState
		}
		mine, readErr := s.review(ctx, r)
		switch {
		case readErr != nil:
			return r, readErr
		case mine.Revision != before:
			return r, ErrEdited.With("By", mine.Name).With("At", mine.At)
		case try == tries || (!failed[0] && !failed[1]):
			return r, ErrState.Because(err)
		}
	}
}

// reviewedBy returns the write that names a reviewer in the queue. It fails if the version does not
// wait, or is of the reviewer's own organisation.
func (s *Store) reviewedBy(r Review) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: keyOf(r.Practice, versionKey(r.Version)),
		UpdateExpression:         aws.String("SET reviewers.#by = :name"),
		ConditionExpression:      aws.String("attribute_exists(#list) AND organisation <> :own"),
		ExpressionAttributeNames: map[string]string{"#list": "list", "#by": r.By.String()},
		ExpressionAttributeValues: dynamo.Item{
			":name": dynamo.S(r.Name), ":own": dynamo.S(r.By.Organisation),
		},
	}}
}

// review returns the stored review of the same coordinator and version, or the zero Review.
func (s *Store) review(ctx context.Context, r Review) (Review, error) {
	item, err := s.read(ctx, r.Practice, reviewsOf(r.Version)+r.By.String())
	if errors.Is(err, ErrNone) {
		return Review{}, nil
	}
	if err != nil {
		return Review{}, err
	}
	it, err := dynamo.Decode[reviewItem](item)
	return it.Review, err
}

// Reviews returns all reviews of a version, in an order that does not change.
func (s *Store) Reviews(ctx context.Context, id string, number int) ([]Review, error) {
	items, err := s.readAll(ctx, id, reviewsOf(number))
	if err != nil {
		return nil, err
	}
	return decodeAll(items, func(it reviewItem) (Review, error) { return it.Review, nil })
}
