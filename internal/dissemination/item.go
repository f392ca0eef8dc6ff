package dissemination

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// kept is how long the record of a campaign is kept. It names people by reference only.
const kept = 400 * 24 * time.Hour

const (
	campaignKey     = "campaign"
	shardPrefix     = "shard#"
	recipientPrefix = "recipients#"
	// dueList is the only partition of the index "due".
	dueList = "due"
	// sortable writes a time in UTC so that the order of texts is the order of times.
	sortable = "2006-01-02T15:04:05.000Z"
)

func shardKey(number int) string     { return fmt.Sprintf("%s%04d", shardPrefix, number) }
func recipientsKey(shard int) string { return fmt.Sprintf("%s%04d", recipientPrefix, shard) }

func stamp(t time.Time) types.AttributeValue { return dynamo.S(t.UTC().Format(sortable)) }

func optional(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(sortable)
}

// What the deliveries table holds.
type (
	campaignItem struct {
		PK         string `dynamodbav:"pk"`
		SK         string `dynamodbav:"sk"`
		DueList    string `dynamodbav:"due,omitempty"`
		DueAt      string `dynamodbav:"dueAt,omitempty"`
		Kind       string `dynamodbav:"kind"`
		Subject    string `dynamodbav:"subject"`
		State      State  `dynamodbav:"state"`
		Begin      string `dynamodbav:"begin"`
		Recipients int    `dynamodbav:"recipients"`
		Parked     string `dynamodbav:"parked,omitempty"`
		Finished   string `dynamodbav:"finished,omitempty"`
		Paused     string `dynamodbav:"paused,omitempty"`
		PausedWhy  string `dynamodbav:"pausedWhy,omitempty"`
		Errand     errand `dynamodbav:"errand,omitempty"`
		From       int    `dynamodbav:"errandFrom,omitempty"`
		Before     Tally  `dynamodbav:"forgiven"`
		Cursor     string `dynamodbav:"cursor"`
		Shards     int    `dynamodbav:"shards"`
		Open       int    `dynamodbav:"open"`
		Holder     string `dynamodbav:"holder,omitempty"`
		Version    int    `dynamodbav:"version"`
		Expires    int64  `dynamodbav:"expires"`
	}
	shardItem struct {
		PK         string           `dynamodbav:"pk"`
		SK         string           `dynamodbav:"sk"`
		DueList    string           `dynamodbav:"due,omitempty"`
		DueAt      string           `dynamodbav:"dueAt,omitempty"`
		Outcomes   string           `dynamodbav:"outcomes"`
		Reasons    map[string][]int `dynamodbav:"reasons"`
		Settled    []int            `dynamodbav:"settled,numberset,omitempty"`
		Refused    []int            `dynamodbav:"refused,numberset,omitempty"`
		Returned   []int            `dynamodbav:"returned,numberset,omitempty"`
		Bounced    []int            `dynamodbav:"bounced,numberset,omitempty"`
		Complained []int            `dynamodbav:"complained,numberset,omitempty"`
		Rate       float64          `dynamodbav:"rate,omitempty"`
		Holder     string           `dynamodbav:"holder,omitempty"`
		Version    int              `dynamodbav:"version"`
		Expires    int64            `dynamodbav:"expires"`
	}
	recipientsItem struct {
		PK         string   `dynamodbav:"pk"`
		SK         string   `dynamodbav:"sk"`
		Recipients []string `dynamodbav:"recipients"`
		Expires    int64    `dynamodbav:"expires"`
	}
)

func (c Campaign) item() campaignItem {
	it := campaignItem{
		PK: c.ID, SK: campaignKey,
		Kind: c.Kind, Subject: c.Subject, State: c.State, Begin: optional(c.Due),
		Recipients: c.Recipients, Cursor: c.cursor, Shards: c.shards, Open: c.open,
		Version: c.version, Expires: c.Due.Add(kept).Unix(),
	}
	if c.State == Scheduled {
		it.DueList, it.DueAt = dueList, optional(c.Due)
	}
	return it
}

func (it campaignItem) campaign() Campaign {
	c := Campaign{
		ID: it.PK, Kind: it.Kind, Subject: it.Subject, State: it.State,
		Due: parseTime(it.Begin), Recipients: it.Recipients, Parked: parseTime(it.Parked), Finished: parseTime(it.Finished),
		cursor: it.Cursor, shards: it.Shards, open: it.Open, errand: it.Errand, from: it.From, before: it.Before,
		holder: it.Holder, version: it.Version,
	}
	if c.running() {
		c.Paused, c.PausedWhy = parseTime(it.Paused), it.PausedWhy
	}
	return c
}

// item is a new shard, due from a time on.
func (s *shard) item(due time.Time, expires int64) shardItem {
	return shardItem{
		PK: s.campaign, SK: shardKey(s.number), DueList: dueList, DueAt: optional(due),
		Outcomes: string(s.outcomes), Reasons: s.reasons, Version: s.version, Expires: expires,
	}
}

func (it shardItem) shard() (*shard, error) {
	s := &shard{
		campaign: it.PK, outcomes: []byte(it.Outcomes), reasons: it.Reasons,
		settled: it.Settled, refused: it.Refused, returned: it.Returned, bounced: it.Bounced, complained: it.Complained,
		due: it.DueList != "", open: strings.ContainsRune(it.Outcomes, rune(Ready)), rate: it.Rate, holder: it.Holder, version: it.Version, until: parseTime(it.DueAt),
	}
	if s.reasons == nil {
		s.reasons = map[string][]int{}
	}
	_, err := fmt.Sscanf(it.SK, shardPrefix+"%d", &s.number)
	if err != nil {
		return nil, fmt.Errorf("dissemination: %q is not a shard: %w", it.SK, err)
	}
	s.fold()
	return s, nil
}

// parseTime reads what optional writes; anything else is the zero time.
func parseTime(s string) time.Time {
	t, err := time.Parse(sortable, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func decode[T any](item dynamo.Item) (T, error) {
	var v T
	if err := attributevalue.UnmarshalMap(item, &v); err != nil {
		return v, fmt.Errorf("dissemination: decoding: %w", err)
	}
	return v, nil
}

func decodeShard(item dynamo.Item) (*shard, error) {
	it, err := decode[shardItem](item)
	if err != nil {
		return nil, err
	}
	return it.shard()
}

// lists are lists of numbers by name as DynamoDB holds them.
func lists(named map[string][]int) types.AttributeValue {
	all := &types.AttributeValueMemberM{Value: dynamo.Item{}}
	for name, list := range named {
		values := &types.AttributeValueMemberL{}
		for _, n := range list {
			values.Value = append(values.Value, dynamo.N(int64(n)))
		}
		all.Value[name] = values
	}
	return all
}
