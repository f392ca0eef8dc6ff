package dissemination

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Report says how a campaign stands.
type Report struct {
	Campaign
	Counts
	// Exceptions are the first of the deliveries that failed or are unknown.
	Exceptions []Exception
	Shards     []ShardReport
	// Bounced is how many bounced for good, Returned for now, Complained whose readers complained.
	// All of them are among Sent.
	Bounced, Returned, Complained int
	// Unsubscribed is how many left by a link in this campaign's mail.
	Unsubscribed int
	// PerSecond is how many deliveries are made in a second at present, Left how long it will take
	// at this rate, or 0 if that cannot be told.
	PerSecond float64
	Left      time.Duration
}

// Exception is a delivery that a person should look at.
type Exception struct {
	Recipient string
	Outcome   Outcome // Failed or Unknown
	Reason    string  // a code, for Failed
}

// ShardReport says how a shard stands.
type ShardReport struct {
	Number int
	Counts
	State ShardState

	shard *shard
}

// Delivery is what became of the mail to a shard's recipient, by their place in [Store.Recipients], from 0
// to Total. It names nobody.
func (r ShardReport) Delivery(i int) Delivery { return r.shard.delivery(i, "") }

// ShardState says whether somebody is at a shard.
type ShardState string

// The states.
const (
	Waiting ShardState = "waiting"
	Working ShardState = "working"
	Closed  ShardState = "closed" // all of its recipients are accounted for
)

func (s *shard) state(now time.Time) ShardState {
	switch {
	case s.holder != "" && s.until.After(now):
		return Working
	case s.due || s.open:
		return Waiting
	}
	return Closed
}

// Report reads a campaign and all its shards, with up to limit exceptions. It fails with ErrNone.
func (s *Store) Report(ctx context.Context, id string, limit int) (Report, error) {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return Report{}, err
	}
	report := Report{Campaign: c}
	for sh, err := range s.shards(ctx, id) {
		if err != nil {
			return report, err
		}
		report.add(sh, s.now())
		found, err := s.exceptions(ctx, sh, limit-len(report.Exceptions))
		if err != nil {
			return report, err
		}
		report.Exceptions = append(report.Exceptions, found...)
	}
	if report.PerSecond > 0 {
		report.Left = time.Duration(float64(report.Ready+report.Claimed) / report.PerSecond * float64(time.Second)).Round(time.Second)
	}
	report.Unsubscribed, err = s.unsubscribed(ctx, id)
	return report, err
}

func (r *Report) add(sh *shard, now time.Time) {
	one := ShardReport{Number: sh.number, State: sh.state(now), shard: sh}
	sh.count(&one.Counts)
	sh.count(&r.Counts)
	r.Shards = append(r.Shards, one)
	r.Bounced += len(sh.bounced)
	r.Returned += len(sh.returned)
	r.Complained += len(sh.complained)
	if one.State == Working {
		r.PerSecond += sh.rate
	}
}

// shards reads all shards of a campaign, in their order.
func (s *Store) shards(ctx context.Context, campaign string) iter.Seq2[*shard, error] {
	return func(yield func(*shard, error) bool) {
		pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :shard)"),
			ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(campaign), ":shard": dynamo.S(shardPrefix)},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, fmt.Errorf("dissemination: shards: %w", err))
				return
			}
			for _, item := range page.Items {
				if !yield(decodeShard(item)) {
					return
				}
			}
		}
	}
}

// exceptions returns up to limit failed and unknown deliveries of a shard.
func (s *Store) exceptions(ctx context.Context, sh *shard, limit int) ([]Exception, error) {
	var found []Exception
	var recipients []string
	for i := 0; i < len(sh.outcomes) && len(found) < limit; i++ {
		o := sh.outcome(i)
		if o != Failed && o != Unknown {
			continue
		}
		if recipients == nil {
			var err error
			if recipients, err = s.Recipients(ctx, sh.campaign, sh.number); err != nil {
				return nil, err
			}
		}
		found = append(found, Exception{Recipient: recipients[i], Outcome: o, Reason: sh.reason(i)})
	}
	return found, nil
}
