package members

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Purpose is what a person's data may be used for.
type Purpose string

// The purposes that people are asked for, each on its own (GDPR, article 6(1)(a) and (b)).
const (
	ForMembership    Purpose = "membership"
	ForNewsletter    Purpose = "newsletter"
	ForAnnouncements Purpose = "announcements"
	// ForContact is to get what readers write about a practice; How names the practice.
	ForContact Purpose = "contact"
	// ForPractices is to get the mail about new practices on the themes that one follows.
	ForPractices Purpose = "practices"
	// ForFunding is to get the mail about calls that fit one's interests.
	ForFunding Purpose = "funding"
)

// Consent is one line of the append-only record: that a person gave or withdrew consent, to which
// words in which language, and how (GDPR, article 7(1): consent must be demonstrable).
type Consent struct {
	Purpose  Purpose      `json:"purpose"`
	Given    bool         `json:"given"`
	Text     string       `json:"text"` // SHA-256 of the words that were shown
	Language language.Tag `json:"language"`
	How      string       `json:"how"` // "registration", "invitation", "preferences", "one-click", "leaving"
	Asked    time.Time    `json:"asked"`
	At       time.Time    `json:"at"`
}

// TextHash identifies the words that a person consented to.
func TextHash(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:])
}

type consentItem struct {
	PK string `dynamodbav:"pk"`
	SK string `dynamodbav:"sk"`
	Consent
}

func consentWrite(table string, ref Ref, c Consent) (types.TransactWriteItem, error) {
	return putNew(table, consentItem{
		PK:      "consent#" + ref.String(),
		SK:      c.At.UTC().Format("2006-01-02T15:04:05.000000Z") + "#" + string(c.Purpose) + "#" + NewID(),
		Consent: c,
	})
}

// Record adds a line to a person's record, for a purpose that another package than this one acts on.
// The line gets the present time.
func (s *Store) Record(ctx context.Context, ref Ref, c Consent) error {
	c.At = s.now().UTC()
	if c.Asked.IsZero() {
		c.Asked = c.At
	}
	var writes transaction
	writes.add(consentWrite(s.table, ref, c))
	return s.write(ctx, writes)
}

// withdraw adds the withdrawal of every consent that a person who leaves has given.
func (s *Store) withdraw(writes *transaction, p Person, now time.Time) {
	given := p.Preferences.changes(Preferences{Newsletter: Never})
	given[ForMembership] = false
	for purpose := range given {
		writes.add(consentWrite(s.table, p.Ref, Consent{Purpose: purpose, Language: p.Language, How: "leaving", Asked: now, At: now}))
	}
}

// changes returns the consents that differ between two preferences.
func (p Preferences) changes(to Preferences) map[Purpose]bool {
	changed := map[Purpose]bool{}
	if (p.Newsletter == Never) != (to.Newsletter == Never) {
		changed[ForNewsletter] = to.Newsletter != Never
	}
	if p.Announcements != to.Announcements {
		changed[ForAnnouncements] = to.Announcements
	}
	if p.Practices != to.Practices {
		changed[ForPractices] = to.Practices
	}
	if p.Funding != to.Funding {
		changed[ForFunding] = to.Funding
	}
	return changed
}
