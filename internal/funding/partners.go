package funding

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Offer is an organisation that looks for partners on a call. Each has one at most on a call.
type Offer struct {
	Call         string `json:"call"`
	Organisation string `json:"organisation"`
	// Person gets what others write. Their address is never shown.
	Person members.Ref `json:"person"`
	Idea   string      `json:"idea"`  // what they have in mind
	Looks  string      `json:"looks"` // whom they look for
	Brings string      `json:"brings"`
	At     time.Time   `json:"at"`
	// Version counts changes, so that two colleagues who edit at once notice each other.
	Version int `json:"version"`
}

// maxOffer is how long each text of an offer may be, in characters.
const maxOffer = 1000

// validate returns the fields that are refused.
func (o Offer) validate() []fault.Field {
	var refused []fault.Field
	for _, f := range []struct {
		name, text string
		required   bool
	}{{"idea", o.Idea, true}, {"looks", o.Looks, false}, {"brings", o.Brings, false}} {
		switch {
		case f.required && f.text == "":
			refused = append(refused, fault.Field{Name: f.name, Code: "required"})
		case utf8.RuneCountInString(f.text) > maxOffer:
			refused = append(refused, fault.Field{Name: f.name, Code: "too-long", Args: map[string]any{"Limit": maxOffer}})
		}
	}
	return refused
}

// Refused is why a member put a call aside, for coordinators to read.
type Refused struct {
	Call         string `json:"call"`
	Title        string `json:"title"`
	Organisation string `json:"organisation"` // its name
	// Person is who did, so that their words can be found when they ask for them or are forgotten. Nobody
	// is shown it.
	Person members.Ref `json:"person"`
	Why    string      `json:"why"`  // a code, or ""
	Note   string      `json:"note"` // in the member's words
	At     time.Time   `json:"at"`
}

// Partners keeps in the interests table what organisations say to each other and to the desk about
// calls: offers of partners, and why calls were put aside.
type Partners struct {
	client *dynamo.Client
	table  string
	now    func() time.Time
}

// NewPartners returns a store on the interests table.
func NewPartners(client *dynamodb.Client, table string, now func() time.Time) *Partners {
	return &Partners{dynamo.NewClient(client), table, now}
}

type (
	offerItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Expires int64  `json:"expires"`
		Offer
	}
	refusedItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Expires int64  `json:"expires"`
		Refused
	}
)

const (
	partnersPrefix = "partners#"
	refusedPK      = "refused"
	// kept is how long offers and reasons stay: calls are decided within a year.
	kept = 400 * 24 * time.Hour
	// maxOffers is how many offers a call's page shows.
	maxOffers = 100
)

// errEdited says that a colleague changed the same meanwhile.
var errEdited = fault.New(http.StatusConflict, "edited")

func offerKey(call, organisation string) dynamo.Item {
	return dynamo.Key(partnersPrefix+call, organisation)
}

// Offers returns the offers on a call.
func (s *Partners) Offers(ctx context.Context, call string) ([]Offer, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), Limit: aws.Int32(maxOffers),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(partnersPrefix + call)},
	})
	if err != nil {
		return nil, fmt.Errorf("funding: offers: %w", err)
	}
	var found []Offer
	for _, item := range out.Items {
		it, err := dynamo.Decode[offerItem](item)
		if err != nil {
			return nil, err
		}
		found = append(found, it.Offer)
	}
	return found, nil
}

// Offer returns an organisation's offer on a call; without one it has version 0.
func (s *Partners) Offer(ctx context.Context, call, organisation string) (Offer, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: offerKey(call, organisation), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return Offer{}, fmt.Errorf("funding: offer: %w", err)
	}
	if out.Item == nil {
		return Offer{Call: call, Organisation: organisation}, nil
	}
	it, err := dynamo.Decode[offerItem](out.Item)
	return it.Offer, err
}

// Save stores an offer that is still at its version.
func (s *Partners) Save(ctx context.Context, o Offer) error {
	before := o.Version
	o.Version++
	o.At = s.now().UTC()
	item, err := dynamo.Encode(offerItem{partnersPrefix + o.Call, o.Organisation, o.At.Add(kept).Unix(), o})
	if err != nil {
		return err
	}
	put := &dynamodb.PutItemInput{TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if before > 0 {
		put.ConditionExpression = aws.String("version = :before")
		put.ExpressionAttributeValues = dynamo.Item{":before": dynamo.N(int64(before))}
	}
	_, err = s.client.PutItem(ctx, put)
	if _, refused := dynamo.Refused(err); refused {
		return errEdited
	}
	if err != nil {
		return fmt.Errorf("funding: saving an offer: %w", err)
	}
	return nil
}

// Withdraw deletes an organisation's offer; one that is gone already is no error.
func (s *Partners) Withdraw(ctx context.Context, call, organisation string) error {
	if _, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: offerKey(call, organisation)}); err != nil {
		return fmt.Errorf("funding: withdrawing an offer: %w", err)
	}
	return nil
}

// Move brings the offers on a call to the one that it was merged into. An organisation that has one
// there already keeps that one.
func (s *Partners) Move(ctx context.Context, from, into string) error {
	all, err := s.Offers(ctx, from)
	if err != nil {
		return err
	}
	for _, o := range all {
		o.Call, o.Version = into, 0
		if err := s.Save(ctx, o); err != nil && !errors.Is(err, errEdited) {
			return err
		}
		if err := s.Withdraw(ctx, from, o.Organisation); err != nil {
			return err
		}
	}
	return nil
}

// Refuse keeps why a call was put aside.
func (s *Partners) Refuse(ctx context.Context, r Refused) error {
	r.At = s.now().UTC()
	item, err := dynamo.Encode(refusedItem{refusedPK, r.At.Format("2006-01-02T15:04:05.000Z") + "#" + rand.Text()[:8], r.At.Add(kept).Unix(), r})
	if err != nil {
		return err
	}
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		return fmt.Errorf("funding: why a call was put aside: %w", err)
	}
	return nil
}

// refusedPage is how many reasons a page of the desk shows.
const refusedPage = 50

// AllRefused returns a page of the reasons, the latest first, and where the next one begins, or "".
func (s *Partners) AllRefused(ctx context.Context, after string) ([]Refused, string, error) {
	if after == "" {
		after = "~" // behind every time
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk AND sk < :after"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(refusedPage),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(refusedPK), ":after": dynamo.S(after)},
	})
	if err != nil {
		return nil, "", fmt.Errorf("funding: why calls were put aside: %w", err)
	}
	var found []Refused
	next := ""
	for _, item := range out.Items {
		it, err := dynamo.Decode[refusedItem](item)
		if err != nil {
			return nil, "", err
		}
		found, next = append(found, it.Refused), it.SK
	}
	if out.LastEvaluatedKey == nil {
		next = ""
	}
	return found, next, nil
}

// typedText is a text of several lines as it was typed, without spaces around it.
func typedText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
