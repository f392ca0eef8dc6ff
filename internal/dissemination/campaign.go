package dissemination

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// State is where a campaign stands.
type State string

// The states. A campaign with an explicit list begins as Sending. Nothing leads out of Cancelled, and
// out of Done only the decision to send once more to those whose mail is UNKNOWN.
const (
	Scheduled State = "scheduled" // waits until it is due
	Expanding State = "expanding" // its recipients are being written down; the first may be mailed already
	Sending   State = "sending"
	Done      State = "done"      // nobody is left to be mailed
	Cancelled State = "cancelled" // nobody will be mailed any more; Finished says that all are accounted for
)

// Campaign is one mail going out to many.
type Campaign struct {
	// ID is made of letters, digits and hyphens, at most 64.
	ID string
	// Kind is the name of a [Kind], Subject names what is sent in the kind's own terms.
	Kind, Subject string
	State         State
	// Due is when sending may begin.
	Due time.Time
	// Recipients is how many there are, as far as they are written down.
	Recipients int
	// Parked is until when nothing is sent because the account's daily quota is used up.
	Parked time.Time
	// Finished is when the last recipient was dealt with, or zero.
	Finished time.Time
	// Paused is since when nothing is sent because a person or too many complaints stopped it, or
	// zero; PausedWhy is ByCoordinator, ByBounces or ByComplaints.
	Paused    time.Time
	PausedWhy string

	cursor  string // where the kind's list of recipients goes on
	shards  int    // how many are written
	open    int    // how many of them need work
	errand  errand // what an engine has to do for it next
	from    int    // the shard from which the errand goes on
	before  Tally  // what the automatic pause does not count any more
	holder  string
	version int
}

// running reports whether there may be something left to send.
func (c Campaign) running() bool { return c.State == Expanding || c.State == Sending }

// sends reports whether mail of the campaign may go out now.
func (c Campaign) sends() bool { return c.running() && c.Paused.IsZero() }

// expands reports whether recipients are still to be written down.
func (c Campaign) expands() bool {
	return (c.State == Scheduled || c.State == Expanding) && c.Paused.IsZero()
}

const (
	// shardSize is how many recipients share a shard. Their letters, and the few exceptions that
	// are usual, fit into one write unit (1 KB).
	shardSize = 400
	// maxShards is how many shards one transaction can hold beside the campaign.
	maxShards = 48
	// MaxRecipients is how long an explicit list may be. A longer one makes several campaigns.
	MaxRecipients = maxShards * shardSize
	maxID         = 64
)

// DeliveryTag is the name of the message tag by which events name a delivery.
const DeliveryTag = "delivery"

const campaignTag = "campaign"

// A delivery is one recipient of one campaign.
type delivery struct {
	campaign string
	shard    int
	index    int
}

// String writes a delivery in the characters that SES allows in a tag.
func (d delivery) String() string {
	return d.campaign + "_" + strconv.Itoa(d.shard) + "_" + strconv.Itoa(d.index)
}

// parseDelivery reads what String writes.
func parseDelivery(s string) (delivery, error) {
	parts := strings.Split(s, "_")
	if len(parts) != 3 || !validID(parts[0]) {
		return delivery{}, fmt.Errorf("dissemination: %.80q is not a delivery", s)
	}
	shard, err := strconv.Atoi(parts[1])
	index, err2 := strconv.Atoi(parts[2])
	if err != nil || err2 != nil || shard < 1 || index < 0 || index >= shardSize {
		return delivery{}, fmt.Errorf("dissemination: %.80q is not a delivery", s)
	}
	return delivery{parts[0], shard, index}, nil
}

func validID(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
