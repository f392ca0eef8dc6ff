package dissemination

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// stored is the ledger's copy of a shard: writes demand the version, settlements do not.
type stored struct {
	outcomes []byte
	settled  []int
	version  int
}

// holder is a sender at work. It sends nothing that it has not saved as claimed.
type holder struct {
	sh    *shard
	saved bool
}

// machine lets any number of senders, some of them thought dead, and events in any order act on
// one shard.
type machine struct {
	ledger  stored
	holders []*holder
	sent    map[int]int // what the mail service did
	lost    int         // answers, and deliveries in hand at a take-over
}

func (m *machine) take(t *rapid.T) {
	if len(m.holders) > 4 {
		t.Skip("enough senders")
	}
	for _, o := range m.ledger.outcomes {
		if Outcome(o) == Claimed {
			m.lost++
		}
	}
	m.ledger.version++
	sh := &shard{
		outcomes: bytes.Clone(m.ledger.outcomes), reasons: map[string][]int{},
		settled: slices.Clone(m.ledger.settled), version: m.ledger.version,
	}
	sh.fold()
	sh.abandon()
	m.holders = append(m.holders, &holder{sh: sh})
}

func (m *machine) holder(t *rapid.T) *holder {
	if len(m.holders) == 0 {
		t.Skip("no sender")
	}
	return rapid.SampledFrom(m.holders).Draw(t, "holder")
}

func (m *machine) claim(t *rapid.T) {
	h := m.holder(t)
	for _, i := range h.sh.ready(rapid.IntRange(1, 4).Draw(t, "window")) {
		if rapid.IntRange(0, 9).Draw(t, "wanted") == 0 {
			h.sh.suppress(i, "left")
		} else {
			h.sh.claim(i)
		}
	}
	m.save(h)
}

// save is the conditional write; a holder who is refused stops.
func (m *machine) save(h *holder) {
	if h.sh.version != m.ledger.version {
		m.holders = slices.DeleteFunc(m.holders, func(other *holder) bool { return other == h })
		m.ledger.settled = append(m.ledger.settled, h.sh.proved...)
		return
	}
	m.ledger.version++
	m.ledger.outcomes = bytes.Clone(h.sh.outcomes)
	m.ledger.settled = slices.DeleteFunc(m.ledger.settled, func(i int) bool { return slices.Contains(h.sh.folded, i) })
	h.sh.version, h.sh.proved, h.sh.folded = m.ledger.version, nil, nil
	h.sh.settled = slices.Clone(m.ledger.settled)
	h.sh.fold()
	h.saved = true
}

func (m *machine) send(t *rapid.T) {
	h := m.holder(t)
	if !h.saved {
		t.Skip("nothing is claimed")
	}
	h.saved = false
	for i := range h.sh.outcomes {
		if h.sh.outcome(i) != Claimed {
			continue
		}
		switch rapid.SampledFrom([]string{"sent", "sent", "throttled", "refused", "lost", "lost answer"}).Draw(t, "answer") {
		case "sent":
			m.sent[i]++
			h.sh.sent(i)
		case "throttled":
			h.sh.unclaim(i)
		case "refused":
			h.sh.fail(i, "MessageRejected")
		case "lost":
			m.lost++
			h.sh.lose(i)
		case "lost answer":
			m.sent[i]++
			m.lost++
			h.sh.lose(i)
		}
	}
}

func (m *machine) mark(t *rapid.T) { m.save(m.holder(t)) }

func (m *machine) event(t *rapid.T) {
	if len(m.sent) == 0 {
		t.Skip("no mail went out")
	}
	i := rapid.SampledFrom(slices.Sorted(maps.Keys(m.sent))).Draw(t, "delivery")
	m.ledger.settled = append(m.ledger.settled, i)
}

func (m *machine) crash(t *rapid.T) {
	h := m.holder(t)
	m.holders = slices.DeleteFunc(m.holders, func(other *holder) bool { return other == h })
}

// view is what a reader of the ledger sees.
func (m *machine) view() *shard {
	sh := &shard{outcomes: bytes.Clone(m.ledger.outcomes), reasons: map[string][]int{}, settled: slices.Clone(m.ledger.settled)}
	sh.fold()
	return sh
}

func (m *machine) check(t *rapid.T) {
	sh := m.view()
	unknown := 0
	for i := range sh.outcomes {
		if m.sent[i] > 1 {
			t.Fatalf("delivery %d was sent %d times", i, m.sent[i])
		}
		switch o := sh.outcome(i); {
		case o == Sent && m.sent[i] == 0:
			t.Fatalf("delivery %d is marked as sent and was not", i)
		case (o == Ready || o == Failed || o == Suppressed) && m.sent[i] > 0:
			t.Fatalf("delivery %d was sent and is %c", i, o)
		case o == Unknown:
			unknown++
		}
	}
	if unknown > m.lost {
		t.Fatalf("%d are unknown, but only %d answers and claims were lost", unknown, m.lost)
	}
}

// Whatever senders, crashes and events do to a shard, nothing is sent twice and nothing that was
// sent is forgotten.
func TestShardStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{
			ledger: stored{outcomes: newShard("c", 1, rapid.IntRange(1, 12).Draw(t, "size")).outcomes},
			sent:   map[int]int{},
		}
		t.Repeat(map[string]func(*rapid.T){
			"take": m.take, "claim": m.claim, "send": m.send, "mark": m.mark,
			"event": m.event, "crash": m.crash, "": m.check,
		})
		// One more sender finishes what is left.
		m.holders = nil
		m.take(t)
		last := m.holders[0]
		for _, i := range last.sh.ready(len(last.sh.outcomes)) {
			last.sh.claim(i)
			m.sent[i]++
			last.sh.sent(i)
		}
		m.save(last)
		m.check(t)
		var counts Counts
		m.view().count(&counts)
		if counts.Ready+counts.Claimed != 0 || counts.Closed() != len(m.ledger.outcomes) {
			t.Fatalf("the shard of %d ended as %+v", len(m.ledger.outcomes), counts)
		}
	})
}

func TestDeliveryTags(t *testing.T) {
	for _, d := range []delivery{{"c", 1, 0}, {"import-7-1", 12345, 399}} {
		if got, err := parseDelivery(d.String()); err != nil || got != d {
			t.Errorf("%q reads as %v (%v)", d, got, err)
		}
	}
	for _, s := range []string{"", "test", "a_1", "a_1_2_3", "a_0_1", "a_1_-1", "a_1_400", "a_x_1", "_1_1", "a b_1_1", "a_1_99999999999999999999"} {
		if d, err := parseDelivery(s); err == nil {
			t.Errorf("%q reads as %v", s, d)
		}
	}
}
