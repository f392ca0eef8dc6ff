package memberimport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Store keeps the imports in the members table, each in a partition of its own:
//
//	import#ID  job             the Job
//	import#ID  file            the file as it was sent; a request's limit keeps it within an item's
//	import#ID  results#OFFSET  the results of one batch of rows
//
// The index "list" has the jobs of each state in the order of their creation.
type Store struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewStore returns a store on the members table.
func NewStore(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{dynamo.NewClient(client), table, now}
}

// ErrNone says that there is no such import, or not any more.
var ErrNone = errors.New("memberimport: none")

// errMoved says that a job is not where the caller believed: another run works on it.
var errMoved = errors.New("memberimport: the job has moved on")

type jobItem struct {
	PK      string `dynamodbav:"pk"`
	SK      string `dynamodbav:"sk"`
	List    string `dynamodbav:"list"`
	ListKey string `dynamodbav:"listKey"`
	Expires int64  `dynamodbav:"expires"`
	Job
}

type resultsItem struct {
	PK      string   `dynamodbav:"pk"`
	SK      string   `dynamodbav:"sk"`
	Expires int64    `dynamodbav:"expires"`
	Results []Result `dynamodbav:"results"`
}

func partition(id string) string    { return "import#" + id }
func jobKey(id string) dynamo.Item  { return dynamo.Key(partition(id), "job") }
func fileKey(id string) dynamo.Item { return dynamo.Key(partition(id), "file") }
func jobList(s State) string        { return "import#" + string(s) }

func (j Job) item() jobItem {
	keep := kept
	if j.State == Checked {
		keep = keptUnconfirmed
	}
	return jobItem{
		PK: partition(j.ID), SK: "job",
		List: jobList(j.State), ListKey: j.CreatedAt.UTC().Format(time.RFC3339) + "#" + j.ID,
		Expires: j.CreatedAt.Add(keep).Unix(),
		Job:     j,
	}
}

// put returns the write that stores a job if the condition holds. values are the condition's.
func (s *Store) put(j Job, condition string, values dynamo.Item) (types.TransactWriteItem, error) {
	item, err := attributevalue.MarshalMap(j.item())
	put := &types.Put{TableName: &s.table, Item: item, ConditionExpression: &condition, ExpressionAttributeValues: values}
	if len(values) > 0 {
		put.ExpressionAttributeNames = map[string]string{"#state": "state"}
	}
	return types.TransactWriteItem{Put: put}, err
}

func (s *Store) write(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return errMoved
	}
	return err
}

// Create keeps a file without problems as a job that is checked, and returns the job.
func (s *Store) Create(ctx context.Context, j Job, content []byte) (Job, error) {
	j.ID, j.State, j.CreatedAt = members.NewID(), Checked, s.now().UTC()
	job, err := s.put(j, "attribute_not_exists(pk)", nil)
	if err != nil {
		return j, err
	}
	file := fileKey(j.ID)
	file["content"] = &types.AttributeValueMemberB{Value: content}
	file["expires"] = dynamo.N(j.item().Expires)
	return j, s.write(ctx, job, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: file}})
}

// Job returns an import, or ErrNone.
func (s *Store) Job(ctx context.Context, id string) (Job, error) {
	var it jobItem
	if err := s.get(ctx, jobKey(id), &it); err != nil {
		return Job{}, err
	}
	if it.ID == "" || it.Expires <= s.now().Unix() {
		return Job{}, ErrNone
	}
	return it.Job, nil
}

// File returns the rows of an import.
func (s *Store) File(ctx context.Context, id string) (File, error) {
	var it struct {
		Content []byte `dynamodbav:"content"`
	}
	if err := s.get(ctx, fileKey(id), &it); err != nil {
		return File{}, err
	}
	if it.Content == nil {
		return File{}, ErrNone
	}
	return Parse(it.Content), nil
}

func (s *Store) get(ctx context.Context, key dynamo.Item, v any) error {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return fmt.Errorf("memberimport: reading: %w", err)
	}
	return attributevalue.UnmarshalMap(out.Item, v)
}

// Confirm lets a checked job run, together with the writes in also (an audit entry). A job that was
// confirmed before stays as it is, and Confirm reports false.
func (s *Store) Confirm(ctx context.Context, j Job, also ...types.TransactWriteItem) (bool, error) {
	j.State, j.ConfirmedAt = Running, s.now().UTC().Truncate(time.Second)
	job, err := s.put(j, "#state = :before", dynamo.Item{":before": dynamo.S(string(Checked))})
	if err != nil {
		return false, err
	}
	file := types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: fileKey(j.ID),
		UpdateExpression:          aws.String("SET expires = :expires"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":expires": dynamo.N(j.item().Expires)},
	}}
	err = s.write(ctx, append([]types.TransactWriteItem{job, file}, also...)...)
	if errors.Is(err, errMoved) {
		_, err := s.Job(ctx, j.ID)
		return false, err
	}
	return err == nil, err
}

// attempt counts a run of a job, before it does anything.
func (s *Store) attempt(ctx context.Context, j Job) (Job, error) {
	before := j.Attempts
	j.Attempts++
	return j, s.advance(ctx, j, j.Done, before)
}

// step stores the results of a batch of rows together with the job's progress.
func (s *Store) step(ctx context.Context, j Job, results []Result) (Job, error) {
	before, attempts := j.Done, j.Attempts
	j.Done, j.Attempts = j.Done+len(results), 0
	j.Counts = add(j.Counts, results)
	item, err := attributevalue.MarshalMap(resultsItem{
		PK: partition(j.ID), SK: fmt.Sprintf("results#%06d", before), Expires: j.item().Expires, Results: results,
	})
	if err != nil {
		return j, err
	}
	return j, s.advance(ctx, j, before, attempts, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: item}})
}

func add(counts map[Outcome]int, results []Result) map[Outcome]int {
	sum := map[Outcome]int{}
	for outcome, n := range counts {
		sum[outcome] = n
	}
	for _, r := range results {
		sum[r.Outcome]++
	}
	return sum
}

// finish ends a job whose invitations are on their way.
func (s *Store) finish(ctx context.Context, j Job) error {
	j.State, j.FinishedAt = Done, s.now().UTC()
	return s.advance(ctx, j, j.Done, j.Attempts)
}

// advance stores a running job if no other run has moved it since it was read.
func (s *Store) advance(ctx context.Context, j Job, done, attempts int, also ...types.TransactWriteItem) error {
	job, err := s.put(j, "#state = :running AND done = :done AND attempts = :attempts", dynamo.Item{
		":running": dynamo.S(string(Running)), ":done": dynamo.N(int64(done)), ":attempts": dynamo.N(int64(attempts)),
	})
	if err != nil {
		return err
	}
	return s.write(ctx, append(also, job)...)
}

// Results returns what became of the rows that are done, in the order of the file.
func (s *Store) Results(ctx context.Context, id string) ([]Result, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :results)"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(partition(id)), ":results": dynamo.S("results#")},
	}
	var all []Result
	for pages := dynamodb.NewQueryPaginator(s.client, in); pages.HasMorePages(); {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("memberimport: results: %w", err)
		}
		var items []resultsItem
		if err := attributevalue.UnmarshalListOfMaps(out.Items, &items); err != nil {
			return nil, err
		}
		for _, it := range items {
			all = append(all, it.Results...)
		}
	}
	return all, nil
}

// Jobs returns up to limit imports in a state: those that run, oldest first; others, latest first.
func (s *Store) Jobs(ctx context.Context, state State, limit int32) ([]Job, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: &limit, ScanIndexForward: aws.Bool(state == Running),
		KeyConditionExpression:    aws.String("#list = :list"),
		FilterExpression:          aws.String("expires > :now"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(jobList(state)), ":now": dynamo.Time(s.now())},
	})
	if err != nil {
		return nil, fmt.Errorf("memberimport: list: %w", err)
	}
	var items []jobItem
	if err := attributevalue.UnmarshalListOfMaps(out.Items, &items); err != nil {
		return nil, err
	}
	jobs := make([]Job, len(items))
	for i, it := range items {
		jobs[i] = it.Job
	}
	return jobs, nil
}

// Open returns the imports that run, oldest first, and then those that wait for a confirmation, the
// latest first: up to ten of each.
func (s *Store) Open(ctx context.Context) ([]Job, error) {
	running, err := s.Jobs(ctx, Running, 10)
	if err != nil {
		return nil, err
	}
	checked, err := s.Jobs(ctx, Checked, 10)
	return append(running, checked...), err
}

// Drop forgets the people whom an import names, because one of them is forgotten: the file of one that is
// done, and all of one that waits for its confirmation. It reports false for one that runs.
func (s *Store) Drop(ctx context.Context, id string) (bool, error) {
	j, err := s.Job(ctx, id)
	if err != nil && !errors.Is(err, ErrNone) {
		return false, err
	}
	if err == nil && j.State == Running {
		return false, nil
	}
	writes := []types.TransactWriteItem{{Delete: &types.Delete{TableName: &s.table, Key: fileKey(id)}}}
	if err == nil && j.State == Checked {
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.table, Key: jobKey(id), ConditionExpression: aws.String("#state = :checked"),
			ExpressionAttributeNames:  map[string]string{"#state": "state"},
			ExpressionAttributeValues: dynamo.Item{":checked": dynamo.S(string(Checked))},
		}})
	}
	err = s.write(ctx, writes...)
	if errors.Is(err, errMoved) {
		return false, nil
	}
	return err == nil, err
}
