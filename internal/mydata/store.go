package mydata

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

// Store keeps requests and exports in the members table:
//
//	erasure#ID  job         an erasure
//	export#REF  job         a person's export, the latest one
//	export#REF  part#0001   what it has collected, packed
//
// The index "list" has those that are open, and the erasures that are done.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on the members table.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

var (
	// errNone says that there is no such request.
	errNone = errors.New("mydata: none")
	// errMoved says that another run works on a request.
	errMoved = errors.New("mydata: the request has moved on")
)

type jobItem struct {
	PK      string `json:"pk"`
	SK      string `json:"sk"`
	List    string `json:"list,omitempty"`
	ListKey string `json:"listKey,omitempty"`
	Expires int64  `json:"expires,omitempty"`
	Job
}

type partItem struct {
	PK      string `json:"pk"`
	SK      string `json:"sk"`
	Expires int64  `json:"expires"`
	Content []byte `json:"content"` // packed []Piece
}

func partition(k Kind, id string) string   { return string(k) + "#" + id }
func jobKey(k Kind, id string) dynamo.Item { return dynamo.Key(partition(k, id), "job") }
func partKey(number int) string            { return fmt.Sprintf("part#%04d", number) }
func jobList(k Kind, s State) string       { return "datarequest#" + string(k) + "#" + string(s) }
func (j *Job) own(pk string) bool          { return pk == partition(j.Kind, j.ID) }
func (j *Job) expires() int64              { return j.end().Unix() }

// end is when a job is deleted by itself; an erasure that is not done is not.
func (j *Job) end() time.Time {
	switch {
	case j.Kind == Export:
		return j.Asked.Add(keptExport)
	case j.State == Done:
		return j.Finished.Add(keptErasure)
	}
	return time.Unix(0, 0)
}

func (j *Job) item() (dynamo.Item, error) {
	it := jobItem{PK: partition(j.Kind, j.ID), SK: "job", Expires: j.expires(), Job: *j}
	if j.Kind == Erasure || j.State == Open {
		it.List, it.ListKey = jobList(j.Kind, j.State), j.Asked.Format(time.RFC3339Nano)+"#"+j.ID
	}
	return dynamo.Encode(it)
}

// create returns the write that keeps a new erasure, for the transaction in which its person leaves.
func (s *Store) create(j Job) (types.TransactWriteItem, error) {
	item, err := j.item()
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}}, err
}

// ask keeps a new export, unless the person has one that is open.
func (s *Store) ask(ctx context.Context, j Job) error {
	item, err := j.item()
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk) OR #state = :done"),
		ExpressionAttributeNames: map[string]string{"#state": "state"}, ExpressionAttributeValues: dynamo.Item{":done": dynamo.S(string(Done))},
	})
	if _, refused := dynamo.Refused(err); refused {
		return nil
	}
	return err
}

// write makes writes all at once.
func (s *Store) write(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

// save keeps how far a job is, and with it what an export has found. errMoved if another run did.
func (s *Store) save(ctx context.Context, j *Job, pieces []Piece) error {
	before := j.Version
	j.Version++
	var writes []types.TransactWriteItem
	if len(pieces) > 0 {
		j.Parts++
		packed, err := dynamo.Pack(pieces)
		if err != nil {
			return err
		}
		part, err := dynamo.Encode(partItem{partition(j.Kind, j.ID), partKey(j.Parts), j.expires(), packed})
		if err != nil {
			return err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: part}})
	}
	item, err := j.item()
	if err != nil {
		return err
	}
	writes = append(writes, types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("version = :before"),
		ExpressionAttributeValues: dynamo.Item{":before": dynamo.N(int64(before))},
	}})
	err = s.write(ctx, writes...)
	if _, moved := dynamo.Cancelled(err); moved {
		return errMoved
	}
	return err
}

// job returns a request, or errNone.
func (s *Store) job(ctx context.Context, k Kind, id string) (Job, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: jobKey(k, id), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return Job{}, fmt.Errorf("mydata: reading: %w", err)
	}
	if out.Item == nil {
		return Job{}, errNone
	}
	it, err := dynamo.Decode[jobItem](out.Item)
	if err == nil && it.Expires > 0 && it.Expires <= s.now().Unix() {
		err = errNone
	}
	return it.Job, err
}

// Jobs returns up to limit requests: those that are open, oldest first; others, latest first.
func (s *Store) Jobs(ctx context.Context, k Kind, state State, limit int32) ([]Job, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: &limit, ScanIndexForward: aws.Bool(state == Open),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(jobList(k, state))},
	})
	if err != nil {
		return nil, fmt.Errorf("mydata: list: %w", err)
	}
	jobs := make([]Job, len(out.Items))
	for i, item := range out.Items {
		it, err := dynamo.Decode[jobItem](item)
		if err != nil {
			return nil, err
		}
		jobs[i] = it.Job
	}
	return jobs, nil
}

// pieces returns the parts of an export from the one with a number on, up to most bytes of JSON, and the
// number of the next part or 0.
func (s *Store) pieces(ctx context.Context, j Job, from, most int) (all []Piece, next int, err error) {
	size := 0
	for number := from; number <= j.Parts; number++ {
		key := dynamo.Key(partition(j.Kind, j.ID), partKey(number))
		out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key})
		if err != nil {
			return nil, 0, fmt.Errorf("mydata: export: %w", err)
		}
		it, err := dynamo.Decode[partItem](out.Item)
		if err != nil {
			return nil, 0, err
		}
		var part []Piece
		if err := dynamo.Unpack(it.Content, &part); err != nil {
			return nil, 0, err
		}
		for _, p := range part {
			size += len(p.Data)
		}
		if all = append(all, part...); size > most && number < j.Parts {
			return all, number + 1, nil
		}
	}
	return all, 0, nil
}
