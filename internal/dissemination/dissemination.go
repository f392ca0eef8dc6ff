// Package dissemination sends bulk mail: each message once, whatever crashes, and for every
// recipient it can say afterwards what became of theirs.
//
// # The ledger
//
// A [Campaign] is one mail going out to many. Its partition of the deliveries table holds
//
//	campaign          what goes out, its state, how far the list of recipients is written
//	recipients#0001   up to 400 recipients; never changed
//	shard#0001        one letter for each of them: what became of their mail
//
// A shard stays around 1 KB, so that one write, which costs one write unit, can move a whole
// window of deliveries. What needs work has the attributes due and dueAt, the keys of the index
// "due"; everything else is not in that index, so that a run with nothing to do costs one query.
//
// # Leases
//
// Whoever works on a campaign or a shard first takes it: dueAt moves into the future, where it is
// the end of the lease. When a holder dies, the item is simply due again. The attribute version is
// the fencing number: every taking and every write of a holder counts it up and demands the value
// last seen, so that a holder who was thought dead cannot write any more.
//
// # The states of a delivery
//
//	READY → CLAIMED → SENT | FAILED | UNKNOWN | READY
//	READY → SUPPRESSED
//
// A delivery is claimed before it is sent, and sent without hidden retries. A refusal that certainly
// sent nothing and may pass makes it READY again; whatever is uncertain (a lost answer, a holder
// that died) makes it UNKNOWN and never READY: nobody gets two by a guess. An event from SES that
// proves the mail went out settles it as SENT. Events are kept in the set settled, which only
// grows and needs no version, so that neither an event nor a holder can lose what the other wrote. So
// are refused (SES took a message and then did not send it: FAILED, whatever was known before),
// returned (bounced for now), bounced (for good) and complained.
//
// # Errands
//
// People, and the automatic pause, change a campaign with one write each. What follows for its many
// shards is an errand that the next engine does under the campaign's lease: see control.go.
//
// # Kinds
//
// What is sent to whom is the business of a [Kind]: newsletters, invitations. The kind says who
// the recipients are or is given an explicit list, and looks at each recipient again at the moment
// before the claim, so that leaving and unsubscribing act at once.
package dissemination

import (
	"context"
	"time"

	"github.com/municipalitiesnet/munet/internal/mail"
)

// Kind is one sort of bulk mail. It is made of functions for the reason that package dynamo gives: an
// interface would keep all methods of the stores behind it in the sender.
type Kind struct {
	// Open returns what a campaign of this kind sends.
	Open func(ctx context.Context, c Campaign) (Content, error)
	// Unknown is what becomes of deliveries of which nobody knows whether they were made.
	Unknown Policy
}

// Policy is what a kind wants for its UNKNOWN deliveries. No policy sends anything again by itself.
type Policy int

// The policies.
const (
	// Leave keeps them UNKNOWN until an event settles them. Writing again is done in another way,
	// as by inviting somebody once more.
	Leave Policy = iota
	// Resend lets a coordinator have them sent once more, when events have had [Settling] to prove
	// that they went out. It suits mail that is worth a second copy.
	Resend
	// Drop keeps them UNKNOWN, and nobody is asked to look at them: a reminder of yesterday.
	Drop
)

// Settling is how long after the end of a campaign its UNKNOWN deliveries cannot be sent again: by
// then SES has reported nearly all of them as delivered, delayed or returned.
const Settling = 15 * time.Minute

// Content is what one campaign sends. It is used by one goroutine and not kept for long.
type Content struct {
	// Recipients returns the next recipients, at most limit, and the cursor to go on from, or ""
	// after the last ones. The first call has the cursor "". A page may be empty and yet have a
	// next one. It is not called for a campaign with an explicit list.
	Recipients func(ctx context.Context, cursor string, limit int) (recipients []string, next string, err error)
	// Compose looks at recipients as they are now, at most 100, and returns a draft for each, in
	// their order. A draft is sent within moments or composed again.
	Compose func(ctx context.Context, recipients []string) ([]Draft, error)
}

// Draft is one recipient's mail, or the reason why there is none.
type Draft struct {
	// Message is sent unless Reason is set. The engine adds the tags.
	Message mail.Message
	// Reason is a code that says why this recipient gets nothing, such as "unsubscribed".
	Reason string
}
