package members

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// ErrEdited says that a colleague saved the same profile since it was shown.
var ErrEdited = fault.New(http.StatusConflict, "edited")

// SaveOrganisation replaces an organisation's profile if it is still at this version. A new name
// that another organisation of the country has is refused as a field.
func (s *Store) SaveOrganisation(ctx context.Context, org Organisation, profile Profile) (Organisation, error) {
	before, version := org.Profile, org.Version
	org.Profile, org.Version = profile, version+1
	var writes transaction
	writes.add(putVersion(s.table, org.item(s.now()), version))
	renamed := before.Country != profile.Country || Fold(before.Name) != Fold(profile.Name)
	if renamed {
		writes.add(putNew(s.table, lock(nameKey(profile), org.ID)))
		writes.add(remove(s.table, nameKey(before), org.ID), nil)
	}
	err := s.write(ctx, writes)
	failed, cancelled := dynamo.Cancelled(err)
	switch {
	case cancelled && !failed[0] && renamed && failed[1]:
		return org, fault.Invalid(fault.Field{Name: "name", Code: "taken"})
	case cancelled:
		return org, ErrEdited
	}
	return org, err
}

// SaveContact replaces a person's name, role and language; the address stays, see [Store.MoveAddress].
func (s *Store) SaveContact(ctx context.Context, p Person, c Contact) (Person, error) {
	version := p.Version
	c.Address = p.Address
	p.Contact, p.Version = c, version+1
	var writes transaction
	writes.add(putVersion(s.table, p.item(s.now()), version))
	err := s.write(ctx, writes)
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		return p, ErrEdited
	}
	return p, err
}

// AskAddress remembers an address that a person wants instead of theirs, until they confirm it.
func (s *Store) AskAddress(ctx context.Context, ref Ref, address string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: personKey(ref),
		UpdateExpression:          aws.String("SET newAddress = :address, version = version + :one"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: dynamo.Item{":address": dynamo.S(address), ":one": dynamo.N(1)},
	})
	return err
}

// MoveAddress gives a person the new address that they have shown to read. A bounce of the old
// address is forgotten with it.
func (s *Store) MoveAddress(ctx context.Context, p Person) (Person, error) {
	version, old, address := p.Version, p.Address, p.NewAddress
	p.Address, p.NewAddress, p.Suppressed, p.Version = address, "", "", version+1
	var writes transaction
	writes.add(putVersion(s.table, p.item(s.now()), version))
	writes.add(putNew(s.table, lock(addressKey(address), p.Ref.String())))
	writes.add(remove(s.table, addressKey(old), p.Ref.String()), nil)
	err := s.write(ctx, writes)
	failed, cancelled := dynamo.Cancelled(err)
	switch {
	case cancelled && !failed[0] && failed[1]:
		return p, fault.Invalid(fault.Field{Name: "address", Code: "taken"})
	case cancelled:
		return p, ErrEdited
	}
	return p, err
}

// Consenting says how somebody changed their mind about mail.
type Consenting struct {
	// How is the way: "preferences" or "one-click".
	How      string
	Language language.Tag
	// Texts are the hashes of the words shown, by purpose.
	Texts map[Purpose]string
}

// SavePreferences replaces what mail a person wants, and records each consent that was given or
// withdrawn by it. The last one to save wins: there is nothing to lose in a choice.
func (s *Store) SavePreferences(ctx context.Context, ref Ref, prefs Preferences, tag language.Tag, c Consenting) error {
	return s.changePreferences(ctx, ref, c, func(p *Person) { p.Preferences, p.Language = prefs, tag })
}

// Unsubscribe stops the mail of one purpose and leaves everything else as it is, whatever else
// changes at the same moment. Doing it again changes nothing.
func (s *Store) Unsubscribe(ctx context.Context, ref Ref, purpose Purpose, c Consenting) error {
	return s.changePreferences(ctx, ref, c, func(p *Person) {
		switch purpose {
		case ForNewsletter:
			p.Preferences.Newsletter = Never
		case ForAnnouncements:
			p.Preferences.Announcements = false
		case ForPractices:
			p.Preferences.Practices = false
		case ForFunding:
			p.Preferences.Funding = false
		}
	})
}

// Subscribe begins the mail that somebody asked for where they chose what it is about: ForPractices
// with the themes that they follow, ForFunding with an interest. Doing it again changes nothing.
func (s *Store) Subscribe(ctx context.Context, ref Ref, purpose Purpose, c Consenting) error {
	return s.changePreferences(ctx, ref, c, func(p *Person) {
		switch purpose {
		case ForPractices:
			p.Preferences.Practices = true
		case ForFunding:
			p.Preferences.Funding = true
		}
	})
}

func (s *Store) changePreferences(ctx context.Context, ref Ref, c Consenting, change func(*Person)) error {
	for range tries {
		before, err := s.Person(ctx, ref)
		if err != nil {
			return err
		}
		after := before
		if change(&after); after == before {
			return nil
		}
		err = s.write(ctx, s.preferenceWrites(before, after, c))
		if _, cancelled := dynamo.Cancelled(err); !cancelled {
			return err
		}
	}
	return errConflict
}

// preferenceWrites are refused if the person has changed, so that the consent record tells exactly
// what each change was.
func (s *Store) preferenceWrites(before, after Person, c Consenting) transaction {
	now := s.now().UTC()
	var writes transaction
	encoded, err := dynamo.Encode(after.Preferences)
	writes.add(types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: personKey(after.Ref),
		UpdateExpression:         aws.String("SET preferences = :preferences, #language = :language, version = version + :one"),
		ConditionExpression:      aws.String("version = :version"),
		ExpressionAttributeNames: map[string]string{"#language": "language"},
		ExpressionAttributeValues: dynamo.Item{
			":preferences": &types.AttributeValueMemberM{Value: encoded}, ":language": dynamo.S(string(after.Language)),
			":version": dynamo.N(int64(before.Version)), ":one": dynamo.N(1),
		},
	}}, err)
	for purpose, given := range before.Preferences.changes(after.Preferences) {
		writes.add(consentWrite(s.table, after.Ref, Consent{
			Purpose: purpose, Given: given, Text: c.Texts[purpose], Language: c.Language, How: c.How, Asked: now, At: now,
		}))
	}
	return writes
}

// Consents returns a person's consent record, oldest first.
func (s *Store) Consents(ctx context.Context, ref Ref) ([]Consent, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S("consent#" + ref.String())},
	})
	if err != nil {
		return nil, err
	}
	consents := make([]Consent, 0, len(out.Items))
	for _, item := range out.Items {
		it, err := dynamo.Decode[consentItem](item)
		if err != nil {
			return nil, err
		}
		consents = append(consents, it.Consent)
	}
	return consents, nil
}
