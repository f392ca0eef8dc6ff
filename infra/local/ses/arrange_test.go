package ses

import (
	"testing"
)

func TestEventsAreLostDoubledAndReversed(t *testing.T) {
	t.Parallel()
	all := Fault{Probability: 1}
	for name, c := range map[string]struct {
		faults Faults
		want   []string
	}{
		"none":     {Faults{}, []string{"Send", "Delivery"}},
		"lost":     {Faults{LoseEvents: all}, nil},
		"doubled":  {Faults{DoubleEvents: all}, []string{"Send", "Delivery", "Send", "Delivery"}},
		"reversed": {Faults{DelayEvents: all, DelaySeconds: 0.01}, []string{"Delivery", "Send"}},
	} {
		e := newFaults(c.faults).choose([]string{"a@example.org"})
		var got []string
		if !e.loseEvents {
			for _, event := range e.arrange([]publishedEvent{{EventType: "Send"}, {EventType: "Delivery"}}) {
				got = append(got, event.EventType)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}
