package call

import (
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// What the table holds.
type (
	// headItem is a call as lists show it, without its text, which is with its records.
	headItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list,omitempty"`
		ListKey string `json:"listKey,omitempty"`
		Call
	}
	curationItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		Curation
	}
	recordItem struct {
		PK    string    `json:"pk"`
		SK    string    `json:"sk"`
		Added time.Time `json:"added"`
		Record
	}
	versionItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		Version
	}
	// identityItem leads from a key of a source to the call. That of a record's own identity knows
	// what was imported last, and by which run with what outcome: an import that is repeated after it
	// died says the same again.
	identityItem struct {
		PK       string `json:"pk"`
		SK       string `json:"sk"`
		Call     string `json:"call"`
		Checksum string `json:"checksum,omitempty"`
		Run      string `json:"run,omitempty"`
		Outcome  Effect `json:"outcome,omitempty"`
	}
	changeItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Expires int64  `json:"expires"`
		Change
	}
)

// Keys within a call's partition. What a call is made of sorts before its history.
const (
	callPrefix    = "call#"
	headKey       = "call"
	curationKey   = "curation"
	recordPrefix  = "record#"
	versionPrefix = "version#"
	identityKey   = "identity"

	identityPrefix = "identity#"
)

// Partitions of the index "list", both in the order of deadlines.
const (
	aheadList = "ahead" // by the next deadline when it was written; without one at the end
	pastList  = "past"  // by the last deadline
	noDate    = "9999"
)

func headKeyOf(id string) dynamo.Item         { return dynamo.Key(callPrefix+id, headKey) }
func identityKeyOf(key string) dynamo.Item    { return dynamo.Key(identityPrefix+key, identityKey) }
func recordKey(r Record) string               { return recordPrefix + r.Source + "#" + r.ID }
func versionKey(number int) string            { return fmt.Sprintf("%s%06d", versionPrefix, number) }
func (r Record) identity() string             { return r.Source + "#" + r.ID }
func (i identityItem) same(sum string) bool   { return i.Call != "" && i.Checksum == sum }
func sortableTime(t time.Time) string         { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
func listTime(at time.Time, id string) string { return at.UTC().Format(time.RFC3339) + "#" + id }

// head is the item of a call, in the list where it belongs at this time.
func (c Call) head(now time.Time) headItem {
	h := headItem{PK: callPrefix + c.ID, SK: headKey, Call: c}
	h.Text, h.Eligibility.Notes = "", ""
	if c.MergedInto != "" {
		return h
	}
	h.List, h.ListKey = aheadList, noDate+"#"+c.ID
	if next, ahead := c.Next(now); ahead {
		h.ListKey = listTime(next.At(), c.ID)
	}
	if s := c.Status(now); s == Closed || s == Withdrawn {
		h.List = pastList
		if last := len(c.Deadlines) - 1; last >= 0 {
			h.ListKey = listTime(c.Deadlines[last].At(), c.ID)
		}
	}
	return h
}
