package dissemination

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Counts is how many deliveries have which outcome.
type Counts struct {
	Ready, Claimed, Sent, Failed, Suppressed, Unknown int
}

func (c *Counts) add(o Outcome) {
	switch o {
	case Ready:
		c.Ready++
	case Claimed:
		c.Claimed++
	case Sent:
		c.Sent++
	case Failed:
		c.Failed++
	case Suppressed:
		c.Suppressed++
	case Unknown:
		c.Unknown++
	}
}

// addChange adds what became of a shard's deliveries since before.
func (c *Counts) addChange(before Counts, sh *shard) {
	var now Counts
	sh.count(&now)
	c.Sent += now.Sent - before.Sent
	c.Failed += now.Failed - before.Failed
	c.Suppressed += now.Suppressed - before.Suppressed
	c.Unknown += now.Unknown - before.Unknown
}

// Closed is how many recipients have been dealt with.
func (c Counts) Closed() int { return c.Sent + c.Failed + c.Suppressed + c.Unknown }

// Exception is a delivery that a person should look at.
type Exception struct {
	Recipient string
	Outcome   Outcome // Failed or Unknown
	Reason    string  // a code, for Failed
}

// Report says how a campaign stands.
type Report struct {
	Campaign
	Counts
	// Exceptions are the first of the deliveries that failed or are unknown.
	Exceptions []Exception
}

// Report reads a campaign and all its shards, with up to limit exceptions. It fails with ErrNone.
func (s *Store) Report(ctx context.Context, id string, limit int) (Report, error) {
	c, err := s.Campaign(ctx, id)
	if err != nil {
		return Report{}, err
	}
	report := Report{Campaign: c}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :shard)"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(id), ":shard": dynamo.S(shardPrefix)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report, fmt.Errorf("dissemination: report: %w", err)
		}
		for _, item := range page.Items {
			sh, err := decodeShard(item)
			if err != nil {
				return report, err
			}
			sh.count(&report.Counts)
			found, err := s.exceptions(ctx, sh, limit-len(report.Exceptions))
			if err != nil {
				return report, err
			}
			report.Exceptions = append(report.Exceptions, found...)
		}
	}
	return report, nil
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
			if recipients, err = s.recipients(ctx, sh.campaign, sh.number); err != nil {
				return nil, err
			}
		}
		found = append(found, Exception{Recipient: recipients[i], Outcome: o, Reason: sh.reason(i)})
	}
	return found, nil
}
