package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/search"
)

// SearchStore returns the index of all calls, which is kept in the same table.
func SearchStore(client *dynamo.Client, table string, now func() time.Time) *search.Store {
	return search.NewStore(client, table, "calls", now)
}

// Facets of the search index. A status is no facet, because it changes with the clock: ranges of the
// numbers find it.
const (
	FacetProgramme = "programme"
	FacetKind      = "kind"
	FacetTopic     = "topic"
	FacetApplicant = "applicant" // kinds of organisation; [AnyValue] where the source does not say
	FacetCountry   = "country"   // as above
	FacetLanguage  = "language"
	FacetModel     = "model"
	FacetPartners  = "partners"  // "search": the source lets organisations look for partners
	FacetWithdrawn = "withdrawn" // "true" or "false"
)

// AnyValue stands in facets of eligibility for what a source does not say: whoever filters by a
// country asks for it as well, or misses every call that is open to all.
const AnyValue = "any"

// Numbers of the search index, to sort by and for ranges. Times are seconds since 1970.
const (
	NumberOpens = "opens" // 0 if it is not said
	// NumberDeadline is the next deadline, of a call that is over the last; [NoDeadline] if none is known.
	NumberDeadline = "deadline"
	NumberLast     = "last" // the last deadline
	// NumberEntry is until when somebody new can apply: of a call in two stages the first deadline, else
	// the last; [NoDeadline] if none is known.
	NumberEntry   = "entry"
	NumberBudget  = "budget"
	NumberGrant   = "grant" // the most that one grant may be
	NumberSeen    = "seen"
	NumberChanged = "changed"
)

// NoDeadline is the deadline of calls that have none, after every other.
const NoDeadline = 1 << 40

// document is how a call is found, as it is at this time. Its version is the call's revision.
func (c *Call) document(now time.Time) search.Document {
	d := search.Document{
		ID: c.ID, Version: int64(c.Revision), Language: c.Language,
		Facets: map[string][]string{
			FacetProgramme: one(c.Programme), FacetKind: one(string(c.Kind)), FacetTopic: words(c.Topics), FacetLanguage: one(c.Language),
			FacetApplicant: orAny(words(c.Eligibility.Applicants)), FacetCountry: orAny(c.Eligibility.Countries), FacetModel: one(string(c.Model)),
			FacetWithdrawn: {strconv.FormatBool(c.Withdrawn)},
		},
		Numbers: map[string]int64{
			NumberDeadline: NoDeadline, NumberLast: NoDeadline, NumberEntry: NoDeadline, NumberBudget: c.Budget.Amount, NumberGrant: c.MostGrant.Amount,
			NumberSeen: c.SeenAt.Unix(), NumberChanged: c.ChangedAt.Unix(), NumberOpens: 0,
		},
		Texts: []search.Text{
			{Field: search.Title, Text: c.Title}, {Field: search.Summary, Text: c.Summary},
			{Field: search.Keywords, Text: c.Reference}, {Field: search.Keywords, Text: c.Programme},
			{Field: search.Body, Text: string(c.Text)}, {Field: search.Body, Text: string(c.Eligibility.Notes)},
		},
		Show: c.show(),
	}
	if c.PartnerSearch {
		d.Facets[FacetPartners] = []string{"search"}
	}
	if opens := c.Opens.Time(); !opens.IsZero() {
		d.Numbers[NumberOpens] = opens.Unix()
	}
	if last := len(c.Deadlines) - 1; last >= 0 {
		at := c.Deadlines[last].At().Unix()
		d.Numbers[NumberDeadline], d.Numbers[NumberLast], d.Numbers[NumberEntry] = at, at, at
		if c.Model == TwoStage {
			d.Numbers[NumberEntry] = c.Deadlines[0].At().Unix()
		}
	}
	if next, ahead := c.Next(now); ahead {
		d.Numbers[NumberDeadline] = next.At().Unix()
	}
	return d
}

func orAny(values []string) []string {
	if len(values) == 0 {
		return []string{AnyValue}
	}
	return values
}

// Hit is what lists show of a call that was found: its content without text, notes and links.
type Hit struct {
	ID string `json:"id"`
	Content
	SeenAt    time.Time `json:"seenAt"`
	ChangedAt time.Time `json:"changedAt"`
}

// maxShown is how much of a summary a list shows, in bytes.
const maxShown = 500

// show writes what lists show within the bound of the index.
func (c *Call) show() []byte {
	h := Hit{ID: c.ID, Content: c.Content, SeenAt: c.SeenAt.Truncate(time.Second), ChangedAt: c.ChangedAt.Truncate(time.Second)}
	h.Text, h.Eligibility.Notes, h.Links, h.Summary = "", "", nil, Cut(c.Summary, maxShown)
	packed, err := json.Marshal(h)
	if err == nil && len(packed) <= search.MaxShow {
		return packed
	}
	// A call with more cut-offs or countries than fit: its page has them all.
	h.Summary, h.Eligibility.Countries, h.Deadlines = "", nil, h.Deadlines[max(len(h.Deadlines)-10, 0):]
	packed, err = json.Marshal(h)
	if err != nil || len(packed) > search.MaxShow {
		return nil
	}
	return packed
}

// ReadHit reads what the index hands back of a call that was found.
func ReadHit(show []byte) (Hit, error) {
	var h Hit
	if err := json.Unmarshal(show, &h); err != nil {
		return h, fmt.Errorf("call: what was found cannot be read: %w", err)
	}
	return h, nil
}

// findable is the write by which a search finds a call as it is now, or finds it no longer.
func (s *Store) findable(c Call) (types.TransactWriteItem, error) {
	if c.MergedInto != "" {
		return s.index.Remove(c.ID, int64(c.Revision)), nil
	}
	return s.index.Change(c.document(s.now()))
}

// Compact keeps the search index short; readers would otherwise read every change since.
func (s *Store) Compact(ctx context.Context) error {
	err := s.index.Compact(ctx)
	if errors.Is(err, search.ErrBusy) {
		return nil // somebody else does it
	}
	return err
}
