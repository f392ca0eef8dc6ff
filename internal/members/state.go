package members

// State is where an organisation or a person stands on the way into the network and out of it.
type State string

// The states. An application awaits its confirmation; everything else has been confirmed.
const (
	AwaitingConfirmation State = "awaitingConfirmation"
	AwaitingApproval     State = "awaitingApproval"
	Member               State = "member"
	Declined             State = "declined"
	Suspended            State = "suspended"
	Left                 State = "left"
)

// States are the states that an organisation can be listed by, in the order of the way.
var States = []State{AwaitingApproval, Member, Suspended, Declined, Left}

// Action moves an organisation or a person from one state to the next.
type Action string

// The actions.
const (
	Approve   Action = "approve"
	Decline   Action = "decline"
	Suspend   Action = "suspend"
	Reinstate Action = "reinstate"
	Leave     Action = "leave"
)

var transitions = map[Action]map[State]State{
	Approve:   {AwaitingApproval: Member},
	Decline:   {AwaitingApproval: Declined},
	Suspend:   {Member: Suspended},
	Reinstate: {Suspended: Member},
	Leave:     {AwaitingApproval: Left, Member: Left, Suspended: Left},
}

// After returns the state that an action leads to, or false if the action is not open.
func (s State) After(a Action) (State, bool) {
	next, ok := transitions[a][s]
	return next, ok
}

// Actions returns the actions that coordinators may take in this state.
func (s State) Actions() []Action {
	var open []Action
	for _, a := range []Action{Approve, Decline, Suspend, Reinstate} {
		if _, ok := s.After(a); ok {
			open = append(open, a)
		}
	}
	return open
}

// ended reports whether the address and the organisation's name are free again.
func (s State) ended() bool { return s == Declined || s == Left }
