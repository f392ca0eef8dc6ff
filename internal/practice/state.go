package practice

import (
	"net/http"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// State is where the work on a practice stands. Whether the public sees a version of it is another
// question: see [Practice].Published.
type State string

// The states of a practice.
//
//	draft ──submit──► submitted ──publish──► published ──edit──► draft (the published version stays)
//	  ▲                 │  │ │                    │
//	  └──withdraw───────┘  │ └─decline─► declined │ archive
//	changesAsked ◄─────────┘                 │    ▼
//	  └──submit──► submitted        edit─► draft  archived ──edit──► draft
const (
	Drafted      State = "draft"
	Submitted    State = "submitted"
	ChangesAsked State = "changesAsked"
	Published    State = "published"
	Declined     State = "declined"
	Archived     State = "archived"
)

// Action moves a practice from one state to another.
type Action string

// The actions of owners and coordinators.
const (
	Edit     Action = "edit" // save a draft
	Submit   Action = "submit"
	Withdraw Action = "withdraw" // take back what was handed in
	Discard  Action = "discard"  // throw the draft away
	Archive  Action = "archive"  // take it from the library; its address tells so
)

// ErrState says that an action does not fit where the practice stands, because somebody else acted
// meanwhile or the page was old.
var ErrState = fault.New(http.StatusConflict, "practice-state")

// after returns the state that an action or outcome leads to.
func after(s State, do Action) (State, error) {
	switch {
	case do == Edit && s != Submitted:
		if s == ChangesAsked {
			return ChangesAsked, nil
		}
		return Drafted, nil
	case do == Submit && (s == Drafted || s == ChangesAsked):
		return Submitted, nil
	case do == Withdraw && s == Submitted:
		return Drafted, nil
	case do == Action(Publish) && s == Submitted:
		return Published, nil
	case do == Action(AskChanges) && s == Submitted:
		return ChangesAsked, nil
	case do == Action(Decline) && s == Submitted:
		return Declined, nil
	case do == Archive && s != Archived && s != Submitted:
		return Archived, nil
	}
	return s, ErrState
}
