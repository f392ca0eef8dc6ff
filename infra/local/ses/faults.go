package ses

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Faults are what SendRawEmail may meet. Each message meets at most one of
// them (and those of events besides), and only if nothing else is wrong with it. The
// JSON form is what
// POST /_local/faults takes under "ses":
//
//	{"ses": {"seed": 7, "drop": {"probability": 0.01}, "throttle": {"count": 3}}}
type Faults struct {
	// Seed makes the probabilities repeatable.
	Seed uint64 `json:"seed"`
	// Throttle refuses with "Maximum sending rate exceeded.".
	Throttle Fault `json:"throttle"`
	// DailyQuota refuses with "Daily message quota exceeded.".
	DailyQuota Fault `json:"dailyQuota"`
	// Reject refuses the message for its content: MessageRejected, status 400.
	Reject Fault `json:"reject"`
	// Fail answers with status 503 and does not accept the message. The
	// client cannot know that.
	Fail Fault `json:"fail"`
	// Hangup closes the connection without an answer and does not accept the
	// message.
	Hangup Fault `json:"hangup"`
	// Drop accepts the message and closes the connection without an answer.
	Drop Fault `json:"drop"`
	// Stall accepts the message and answers only after StallSeconds.
	Stall        Fault   `json:"stall"`
	StallSeconds float64 `json:"stallSeconds"`
	// LoseEvents accepts the message and publishes no event about it.
	LoseEvents Fault `json:"loseEvents"`
	// DoubleEvents publishes each event about the message twice.
	DoubleEvents Fault `json:"doubleEvents"`
	// DelayEvents publishes the events about the message in the reverse order, after up to
	// DelaySeconds.
	DelayEvents  Fault   `json:"delayEvents"`
	DelaySeconds float64 `json:"delaySeconds"`

	// MaxRate is how many recipients a second are accepted, 1,000 if it is
	// not set, and Quota how many in 24 hours, 1,000,000 if it is not set.
	MaxRate *float64 `json:"maxRate"`
	Quota   *int     `json:"quota"`
}

// A Fault says which messages meet it. The zero value: none.
type Fault struct {
	// Probability is the chance of each message, from 0 to 1. If it is 0 and
	// Count is set, every message meets the fault.
	Probability float64 `json:"probability"`
	// Count is how many messages meet the fault before it ends; 0 is no limit.
	Count int `json:"count"`
	// To limits the fault to recipients whose address contains this.
	To string `json:"to"`
}

// faults are Faults at work. Their user holds a lock.
type faults struct {
	Faults
	random *rand.Rand
}

func newFaults(f Faults) *faults {
	return &faults{f, rand.New(rand.NewPCG(f.Seed, 0))} //nolint:gosec // tests need it repeatable
}

// An effect is what happens to one message.
type effect struct {
	refuse error // instead of accepting the message
	hangup bool  // close the connection instead
	drop   bool  // accept the message and close the connection
	stall  time.Duration

	loseEvents, doubleEvents, reverseEvents bool
	delayEvents                             time.Duration
}

// choose decides the effect on the next message.
func (f *faults) choose(to []string) effect {
	e := f.chooseOne(to)
	e.loseEvents = f.meets(&f.LoseEvents, to)
	e.doubleEvents = f.meets(&f.DoubleEvents, to)
	if f.meets(&f.DelayEvents, to) {
		e.reverseEvents = true
		e.delayEvents = time.Duration(f.random.Float64() * f.DelaySeconds * float64(time.Second))
	}
	return e
}

func (f *faults) chooseOne(to []string) effect {
	switch {
	case f.meets(&f.Throttle, to):
		return effect{refuse: errRate}
	case f.meets(&f.DailyQuota, to):
		return effect{refuse: errQuota}
	case f.meets(&f.Reject, to):
		return effect{refuse: refusal(http.StatusBadRequest, "MessageRejected", "Message rejected by a fault that was set.")}
	case f.meets(&f.Fail, to):
		return effect{refuse: refusal(http.StatusServiceUnavailable, "ServiceUnavailable", "Service is unavailable.")}
	case f.meets(&f.Hangup, to):
		return effect{hangup: true}
	case f.meets(&f.Drop, to):
		return effect{drop: true}
	case f.meets(&f.Stall, to):
		return effect{stall: time.Duration(f.StallSeconds * float64(time.Second))}
	}
	return effect{}
}

func (f *faults) meets(one *Fault, to []string) bool {
	if one.Probability == 0 && one.Count == 0 || one.Count < 0 || !strings.Contains(strings.Join(to, " "), one.To) {
		return false
	}
	if one.Probability > 0 && f.random.Float64() >= one.Probability {
		return false
	}
	if one.Count == 1 {
		one.Count = -1 // used up
	} else if one.Count > 1 {
		one.Count--
	}
	return true
}

// before is what happens before a message is accepted.
func (e effect) before() error {
	if e.hangup {
		panic(http.ErrAbortHandler) // the server's way to close a connection
	}
	return e.refuse
}

// after is what happens between accepting a message and answering.
func (e effect) after() {
	if e.drop {
		panic(http.ErrAbortHandler)
	}
	time.Sleep(e.stall)
}
