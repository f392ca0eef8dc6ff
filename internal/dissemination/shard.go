package dissemination

import (
	"slices"
	"time"
)

// Outcome is what became of one recipient's mail.
type Outcome byte

// The outcomes, as the letters that the ledger holds.
const (
	Ready      Outcome = 'R' // not yet sent
	Claimed    Outcome = 'C' // being sent by whoever holds the shard
	Sent       Outcome = 'S'
	Failed     Outcome = 'F' // certainly not sent, and never will be
	Suppressed Outcome = 'X' // not sent because of what the recipient wants or is
	Unknown    Outcome = 'U' // claimed, and no proof whether it was sent
)

// What the ledger itself gives as a reason.
const (
	cancelled = "cancelled" // the campaign was, before this mail was sent
	rejected  = "rejected"  // SES took the message and did not send it
)

// shard is the state of up to shardSize deliveries of a campaign.
type shard struct {
	campaign string
	number   int // from 1

	outcomes []byte
	// reasons says for the exceptions why: the indexes by code.
	reasons map[string][]int
	// settled are deliveries that events proved to be sent, refused those that SES accepted and then
	// did not send. These sets, and the ones below, are written without a version.
	settled, refused []int
	// returned are deliveries that bounced for now, bounced those that bounced for good.
	returned, bounced, complained []int
	// folded are those of settled that outcomes know by now; the next write takes them out.
	folded []int

	holder  string
	version int
	until   time.Time // the end of the holder's lease
	due     bool      // there is work left, or somebody is at it
	open    bool      // as it is stored, something is READY: it was not finished
	rate    float64   // deliveries a second in the holder's hands

	taken  time.Time // since when the holder has it
	closed int       // how many deliveries were made by then

	// unsaved says that outcomes has what the ledger has not; proved are those among it that were
	// sent.
	unsaved bool
	proved  []int
}

func newShard(campaign string, number, size int) *shard {
	s := &shard{campaign: campaign, number: number, outcomes: make([]byte, size), reasons: map[string][]int{}}
	for i := range s.outcomes {
		s.outcomes[i] = byte(Ready)
	}
	return s
}

func (s *shard) outcome(i int) Outcome { return Outcome(s.outcomes[i]) }

// reason returns why a delivery failed or was suppressed.
func (s *shard) reason(i int) string {
	for code, indexes := range s.reasons {
		if slices.Contains(indexes, i) {
			return code
		}
	}
	return ""
}

// speed is how many deliveries a second the holder has made since it took the shard.
func (s *shard) speed(now time.Time) float64 {
	var counts Counts
	s.count(&counts)
	return float64(counts.Closed()-s.closed) / max(now.Sub(s.taken).Seconds(), 1)
}

// close decides that nothing READY is to be made any more.
func (s *shard) close(reason string) {
	for _, i := range s.ready(len(s.outcomes)) {
		s.suppress(i, reason)
	}
}

// ready returns up to n deliveries that are still to be made.
func (s *shard) ready(n int) []int {
	var found []int
	for i := 0; i < len(s.outcomes) && len(found) < n; i++ {
		if s.outcome(i) == Ready {
			found = append(found, i)
		}
	}
	return found
}

// count adds the number of deliveries by outcome.
func (s *shard) count(counts *Counts) {
	for i := range s.outcomes {
		counts.add(s.outcome(i))
	}
}

// claim takes a delivery in hand, or reports false if it is not READY.
func (s *shard) claim(i int) bool { return s.move(i, Ready, Claimed) }

// suppress decides that a READY delivery is not to be made.
func (s *shard) suppress(i int, reason string) {
	if s.move(i, Ready, Suppressed) {
		s.reasons[reason] = append(s.reasons[reason], i)
	}
}

// sent, unclaim, fail and lose say how sending a CLAIMED delivery ended. A delivery that an event
// settled in the meantime stays settled.
func (s *shard) unclaim(i int) { s.move(i, Claimed, Ready) }
func (s *shard) lose(i int)    { s.move(i, Claimed, Unknown) }
func (s *shard) sent(i int) {
	if s.move(i, Claimed, Sent) {
		s.proved = append(s.proved, i)
	}
}
func (s *shard) fail(i int, reason string) {
	if s.move(i, Claimed, Failed) {
		s.reasons[reason] = append(s.reasons[reason], i)
	}
}

// abandon is what a new holder makes of the last one's claims: nobody knows how they ended.
func (s *shard) abandon() {
	for i := range s.outcomes {
		s.lose(i)
	}
}

// unclaimAll is for claims of which none is being sent.
func (s *shard) unclaimAll() {
	for i := range s.outcomes {
		s.unclaim(i)
	}
}

// fold brings what events proved into the outcomes.
func (s *shard) fold() {
	for _, i := range s.settled {
		if i < 0 || i >= len(s.outcomes) {
			continue
		}
		if from := s.outcome(i); from == Ready || from == Claimed || from == Unknown {
			s.move(i, from, Sent)
		}
		s.folded = append(s.folded, i)
	}
	s.settled = nil
	for _, i := range s.refused {
		if i >= 0 && i < len(s.outcomes) && s.outcome(i) != Failed && s.outcome(i) != Suppressed {
			s.move(i, s.outcome(i), Failed)
			s.reasons[rejected] = append(s.reasons[rejected], i)
		}
	}
}

// again makes UNKNOWN deliveries READY once more: somebody decided that.
func (s *shard) again() (changed bool) {
	for i := range s.outcomes {
		changed = s.move(i, Unknown, Ready) || changed
	}
	return changed
}

func (s *shard) move(i int, from, to Outcome) bool {
	if s.outcome(i) != from {
		return false
	}
	s.outcomes[i] = byte(to)
	s.unsaved = true
	return true
}
