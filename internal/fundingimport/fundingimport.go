// Package fundingimport reads calls for funding from their sources, each on its own schedule, and
// writes what they say into the calls table.
//
// Sources are not trusted: what they answer is bounded in size and time, read as a stream, and
// becomes plain text and checked values before anybody sees it. A run that dies goes on at the page
// where it stopped, and a call that a source no longer lists stays as it is.
package fundingimport

import (
	"context"
	"fmt"

	"github.com/municipalitiesnet/munet/internal/call"
)

// Adapter reads one kind of source.
type Adapter struct {
	// Page reads the page of a source at a cursor; "" is the first. With an error it still tells what
	// the attempt cost.
	Page func(ctx context.Context, source call.Source, cursor string) (Page, error)
	// Details reads what the pages leave out of a call that is new or has changed: a record of its own
	// at most. It may be nil.
	Details func(ctx context.Context, r call.Record) (Page, error)
}

// Page is one page of a source.
type Page struct {
	Records  []call.Record
	Refusals []call.Refusal
	// Next is the cursor of the next page, "" after the last.
	Next string
	// Total is how many calls the source says it has, -1 if it does not say.
	Total int
	Cost  Cost
}

// Cost is what reading took.
type Cost struct {
	Requests int
	Bytes    int64
}

// Trouble says why a source could not be read.
type Trouble struct {
	// Reason is a code, the catalogues' "source.failed."+Reason.
	Reason string
	// Passing says that another attempt in a moment may succeed.
	Passing bool
	Cause   error
}

// The reasons.
const (
	reasonDown      = "down"      // no connection, or an error of the server
	reasonSlow      = "slow"      // no answer in time
	reasonRefused   = "refused"   // it does not want us
	reasonTruncated = "truncated" // the answer ends in the middle
	reasonEmpty     = "empty"     // an answer without calls where there must be some
	reasonType      = "type"      // a web page, say, where data was asked for
	reasonShape     = "shape"     // data of another form
	reasonLarge     = "large"     // more than we take
	reasonAddress   = "address"   // the address leads where we do not go
)

func (t *Trouble) Error() string { return fmt.Sprintf("fundingimport: %s: %v", t.Reason, t.Cause) }

// Unwrap returns the cause.
func (t *Trouble) Unwrap() error { return t.Cause }
