// Package town is a local cloud with as many members as a test of bulk mail needs.
package town

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Options of Build.
type Options struct {
	Recipients int    // how many members there are
	Template   string // another template than the checkout's
	Body       string // of the newsletters, in Markdown; empty is a short one
	Log        io.Writer
}

// Town is a local cloud with members.
type Town struct {
	*cloud.Cloud
	People []Person
	ByRef  map[string]int // index in People
	Links  maillink.Links
	Ledger *dissemination.Store

	options     Options
	newsletters *newsletter.Store
}

// Person is a member, with the items that the members table holds of them.
type Person struct {
	Ref, Address string
	items        []dynamo.Item
}

// Build starts a local cloud, without schedules, and enrols members who want every newsletter.
func Build(ctx context.Context, o Options) (*Town, error) {
	c, err := cloud.Start(ctx, cloud.Options{NoSchedules: true, Log: o.Log, Template: o.Template})
	if err != nil {
		return nil, err
	}
	t := &Town{
		Cloud: c, options: o, ByRef: map[string]int{},
		newsletters: newsletter.NewStore(c.DynamoDB(), c.Tables["NewslettersTable"], time.Now),
		Ledger:      dissemination.NewStore(c.DynamoDB(), c.Tables["DeliveriesTable"], time.Now),
	}
	if err := t.populate(ctx); err != nil {
		_ = c.Close() // the first error is the one to tell
		return nil, err
	}
	return t, nil
}

func (t *Town) populate(ctx context.Context) error {
	signer, err := token.NewSigner(t.environment()["NETWORK_KEY"])
	if err != nil {
		return err
	}
	t.Links = maillink.Links{Site: t.URL, Signer: signer}
	first, err := t.enrolOne(ctx)
	if err != nil {
		return fmt.Errorf("enrolling the first member: %w", err)
	}
	t.People = append(t.People, first)
	for i := 1; i < t.options.Recipients; i++ {
		t.People = append(t.People, first.twin(i))
	}
	for i, p := range t.People {
		t.ByRef[p.Ref] = i
	}
	return t.SettleIn(ctx, t.People[1:])
}

const (
	organisationName = "Organisation 000000"
	addressOfFirst   = "member000000@crowd.example"
)

// enrolOne makes the first member as every member is made.
func (t *Town) enrolOne(ctx context.Context) (Person, error) {
	table := t.Tables["MembersTable"]
	store := members.NewStore(t.DynamoDB(), table, time.Now)
	a, _, err := store.Invite(ctx, members.Application{
		Profile:     members.Profile{Kind: "ngo", Name: organisationName, Country: "CY"},
		Contact:     members.Contact{Name: "Member", Address: addressOfFirst, Language: "en"},
		Preferences: members.Preferences{Newsletter: members.Every}, InvitedBy: "Test",
	})
	if err != nil {
		return Person{}, err
	}
	org, p, err := store.Confirm(ctx, a, "invitation")
	if err != nil {
		return Person{}, err
	}
	out, err := t.DynamoDB().Query(ctx, &dynamodb.QueryInput{
		TableName: &table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S("organisation#" + org.ID)},
	})
	if err != nil {
		return Person{}, err
	}
	return Person{p.Ref.String(), p.Address, out.Items}, nil
}

// twin is a member like another one, in an organisation of their own: what DynamoDB holds of them
// with other names in it. Ten thousand cost less this way than a hundred who confirm.
func (p Person) twin(number int) Person {
	n := fmt.Sprintf("%06d", number)
	ref, err := members.ParseRef(p.Ref)
	if err != nil {
		panic(err) // it was written by String
	}
	other := strings.NewReplacer(
		ref.Organisation, ref.Organisation[:10]+n, ref.Person, ref.Person[:10]+n,
		addressOfFirst, "member"+n+"@crowd.example", organisationName, "Organisation "+n,
		strings.ToLower(organisationName), "organisation "+n,
	)
	q := Person{Ref: other.Replace(p.Ref), Address: other.Replace(p.Address)}
	for _, item := range p.items {
		q.items = append(q.items, renamed(item, other))
	}
	return q
}

func renamed(item dynamo.Item, names *strings.Replacer) dynamo.Item {
	copied := maps.Clone(item)
	for name, value := range item {
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			copied[name] = dynamo.S(names.Replace(v.Value))
		case *types.AttributeValueMemberM:
			copied[name] = &types.AttributeValueMemberM{Value: renamed(v.Value, names)}
		}
	}
	return copied
}

// SettleIn writes all that the table holds of people, as it was in the beginning.
func (t *Town) SettleIn(ctx context.Context, people []Person) error {
	const most = 25 // DynamoDB's limit of one call
	var writes []types.WriteRequest
	for _, p := range people {
		for _, item := range p.items {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for len(writes) > 0 {
		batch := writes[:min(most, len(writes))]
		writes = writes[len(batch):]
		group.Go(func() error {
			for len(batch) > 0 {
				table := t.Tables["MembersTable"]
				out, err := t.DynamoDB().BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: batch}})
				if err != nil {
					return err
				}
				batch = out.UnprocessedItems[table]
			}
			return nil
		})
	}
	return group.Wait()
}

// Schedule writes a newsletter to everybody that is due now, and returns its campaign.
func (t *Town) Schedule(ctx context.Context, subject string) (string, error) {
	const by = "Test"
	body := t.options.Body
	if body == "" {
		body = "Good news."
	}
	n, err := t.newsletters.Create(ctx, newsletter.Special, "en", by)
	if err != nil {
		return "", err
	}
	err = t.newsletters.SaveText(ctx, n.ID, "en", newsletter.Text{Subject: subject, Body: body}, by)
	if err != nil {
		return "", err
	}
	if n, _, err = t.newsletters.Newsletter(ctx, n.ID); err != nil {
		return "", err
	}
	n.Attempt, n.Due, n.UpdatedBy = 1, time.Now(), by
	writes, err := t.Ledger.Writes(dissemination.Campaign{ID: n.ID, Kind: newsletter.CampaignKind, Subject: n.ID, Due: n.Due}, nil)
	if err != nil {
		return "", err
	}
	return n.ID, t.newsletters.Schedule(ctx, n, writes...)
}

// Mail is the message that the first member gets of a campaign that was scheduled, as it goes over the
// wire.
func (t *Town) Mail(ctx context.Context, campaign string) ([]byte, error) {
	c, err := t.Ledger.Campaign(ctx, campaign)
	if err != nil {
		return nil, err
	}
	environment := t.environment()
	store := members.NewStore(t.DynamoDB(), t.Tables["MembersTable"], time.Now)
	kind := &newsletter.Bulk{
		Newsletters: t.newsletters, Members: store, Suppressions: members.NewSuppressions(store, t.Links.Signer),
		Layout: newsletter.Layout{
			Site:  mail.Site{Name: "MuNet", URL: t.URL, PostalAddress: environment["POSTAL_ADDRESS"]},
			From:  mail.Address{Name: "MuNet", Email: environment["NEWSLETTER_FROM"]},
			Links: t.Links,
		},
	}
	content, err := kind.Kind().Open(ctx, c)
	if err != nil {
		return nil, err
	}
	drafts, err := content.Compose(ctx, []string{t.People[0].Ref})
	if err != nil {
		return nil, err
	}
	m := drafts[0].Message
	m.ConfigurationSet = environment["CONFIGURATION_SET"]
	m.Tags = map[string]string{"campaign": campaign}
	return m.MIME()
}

// environment is that of the function that sends.
func (t *Town) environment() map[string]string {
	for _, f := range t.Template.Functions {
		if f.LogicalID == "DisseminationFunction" {
			return f.Environment
		}
	}
	return nil
}
