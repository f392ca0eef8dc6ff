package newsletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// origins says of a shard's recipients, in their order, in which country their organisation is and which
// language they read. Both are "" for whoever had left when that was looked up.
type origins struct{ countries, languages []string }

// originsItem is what the table holds of it: it is looked up once, so that a report about very many
// recipients does not read them all each time.
type originsItem struct {
	PK        string `json:"pk"`
	SK        string `json:"sk"`
	Countries string `json:"countries"` // with spaces between them
	Languages string `json:"languages"`
	Expires   int64  `json:"expires"`
}

const (
	// originsKept is how long origins are kept: as long as the ledger that they belong to.
	originsKept = 400 * 24 * time.Hour
	// placingTime is how long one request looks up the origins that are missing before it answers with
	// what there is.
	placingTime = 200 * time.Millisecond
	// placingAtOnce is how many shards are looked up at a time.
	placingAtOnce = 2
	// lookup is how many people or organisations DynamoDB returns at once.
	lookup = 100
)

func originsPK(campaign string) string { return "origins#" + campaign }
func originsSK(shard int) string       { return fmt.Sprintf("%04d", shard) }

// saveOrigins keeps those of a shard.
func (s *Store) saveOrigins(ctx context.Context, campaign string, shard int, o origins) error {
	item, err := dynamo.Encode(originsItem{
		PK: originsPK(campaign), SK: originsSK(shard), Expires: s.now().Add(originsKept).Unix(),
		Countries: strings.Join(o.countries, " "), Languages: strings.Join(o.languages, " "),
	})
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		return fmt.Errorf("newsletter: origins: %w", err)
	}
	return nil
}

// origins returns what is known of a campaign's recipients, by shard.
func (s *Store) origins(ctx context.Context, campaign string) (map[int]origins, error) {
	found := map[int]origins{}
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(originsPK(campaign))},
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("newsletter: origins: %w", err)
		}
		for _, item := range out.Items {
			it, err := dynamo.Decode[originsItem](item)
			if err != nil {
				return nil, err
			}
			var shard int
			if _, err := fmt.Sscanf(it.SK, "%d", &shard); err != nil {
				return nil, fmt.Errorf("newsletter: origins of %q: %w", it.SK, err)
			}
			found[shard] = origins{strings.Split(it.Countries, " "), strings.Split(it.Languages, " ")}
		}
	}
	return found, nil
}

// origins returns what is known of a campaign's recipients, by shard, and looks up some of what is
// missing: with a hundred thousand recipients, several requests come to the end of it.
func (s *Service) origins(ctx context.Context, campaign string, shards []dissemination.ShardReport) (map[int]origins, error) {
	known, err := s.Newsletters.origins(ctx, campaign)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	end := s.Now().Add(placingTime)
	missing := make(chan int)
	var mu sync.Mutex // guards known
	var group sync.WaitGroup
	for range placingAtOnce {
		group.Go(func() {
			for shard := range missing {
				found, err := s.place(ctx, campaign, shard)
				if err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				known[shard] = found
				mu.Unlock()
			}
		})
	}
	for _, shard := range unplaced(shards, known) {
		if s.Now().After(end) || ctx.Err() != nil {
			break
		}
		missing <- shard
	}
	close(missing)
	group.Wait()
	return known, context.Cause(ctx)
}

func unplaced(shards []dissemination.ShardReport, known map[int]origins) []int {
	var missing []int
	for _, sh := range shards {
		if _, ok := known[sh.Number]; !ok {
			missing = append(missing, sh.Number)
		}
	}
	return missing
}

// place looks up the origins of a shard's recipients, and keeps them.
func (s *Service) place(ctx context.Context, campaign string, shard int) (origins, error) {
	all, err := s.recipients(ctx, campaign, shard)
	if err != nil {
		return origins{}, err
	}
	o := origins{make([]string, len(all)), make([]string, len(all))}
	for i, r := range all {
		o.countries[i], o.languages[i] = r.organisation.Country, string(r.person.Language)
	}
	return o, s.Newsletters.saveOrigins(ctx, campaign, shard, o)
}

// recipient is somebody in the ledger as they are now. A person who has left since has no name.
type recipient struct {
	person       members.Person
	organisation members.Organisation
}

// recipients returns who a shard's recipients are, in their order.
func (s *Service) recipients(ctx context.Context, campaign string, shard int) ([]recipient, error) {
	refs, err := s.Ledger.Recipients(ctx, campaign, shard)
	if err != nil {
		return nil, err
	}
	var all []recipient
	for chunk := range slices.Chunk(refs, lookup) {
		found, err := s.identify(ctx, chunk)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// identify returns who up to 100 recipients are, in their order.
func (s *Service) identify(ctx context.Context, written []string) ([]recipient, error) {
	var refs []members.Ref
	for _, w := range written {
		if ref, err := members.ParseRef(w); err == nil {
			refs = append(refs, ref)
		}
	}
	found := make([]recipient, len(written))
	if len(refs) == 0 {
		return found, nil
	}
	people, err := s.Members.People(ctx, refs)
	if err != nil {
		return nil, err
	}
	organisations, err := s.Members.OrganisationsOf(ctx, people)
	if err != nil {
		return nil, err
	}
	known := make(map[string]members.Person, len(people))
	for _, p := range people {
		known[p.Ref.String()] = p
	}
	for i, w := range written {
		p := known[w]
		found[i] = recipient{p, organisations[p.Ref.Organisation]}
	}
	return found, nil
}
