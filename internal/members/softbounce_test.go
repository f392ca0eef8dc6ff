package members

import (
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/token"
)

// A mailbox that returns mail now and then goes on getting it; one that does so three times in a
// row does not.
func TestSoftBounces(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	client, tables := emulator.Tables(t, "MembersTable")
	now := time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	list := NewSuppressions(NewStore(client, tables["MembersTable"], func() time.Time { return now }), signer)
	for name, c := range map[string]struct {
		// events are what happens so long after the one before; a negative time is a delivery.
		events     []time.Duration
		suppressed bool
	}{
		"once":                    {[]time.Duration{0}, false},
		"twice in a row":          {[]time.Duration{0, day}, false},
		"three times in a row":    {[]time.Duration{0, day, 30 * day}, true},
		"three times on one day":  {[]time.Duration{0, time.Hour, time.Hour}, false},
		"a delivery in between":   {[]time.Duration{0, day, -day, day}, false},
		"again after a delivery":  {[]time.Duration{0, day, -day, day, day, day}, true},
		"years apart":             {[]time.Duration{0, 200 * day, 200 * day, 200 * day}, false},
		"an event that repeats":   {[]time.Duration{0, 0, 0, 0}, false},
		"nothing but a delivery":  {[]time.Duration{-day}, false},
		"a delivery after it all": {[]time.Duration{0, day, day, -day}, true},
	} {
		address := strings.ReplaceAll(name, " ", "-") + "@pafos.example"
		for _, after := range c.events {
			now = now.Add(after.Abs())
			err := list.Returned
			if after < 0 {
				err = list.Delivered
			}
			if err := err(t.Context(), address); err != nil {
				t.Fatal(err)
			}
		}
		reasons, err := list.Reasons(t.Context(), []string{address, strings.ToUpper(address), "nobody@pafos.example"})
		if err != nil {
			t.Fatal(err)
		}
		if got := reasons[address] == "bounce"; got != c.suppressed || reasons["nobody@pafos.example"] != "" {
			t.Errorf("%s: suppressed is %v, want %v", name, got, c.suppressed)
		}
	}
}
