package e2e

import (
	"net"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/ses"
)

// TestAnUpgradeLosesNothing replaces all processes in the middle of a newsletter, as a deployment does,
// only at once: whoever is signed in stays so, and the new processes send the rest, to nobody twice.
func TestAnUpgradeLosesNothing(t *testing.T) {
	t.Parallel()
	const crowd = 60
	data, port := t.TempDir(), "127.0.0.1:0"
	version := func() *site {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", port)
		if err != nil {
			t.Fatal(err)
		}
		port = listener.Addr().String() // every version of a site has the same address
		c, err := launch(t.Context(), cloud.Options{Listener: listener, Data: data})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		return &site{c, newClient()}
	}
	before := version()
	before.enrol(t, crowd)
	c := before.visitor(t)
	c.signIn(coordinator)
	id := c.newsletter("Across versions", "Από έκδοση σε έκδοση")
	before.SetFaults(ses.Faults{Seed: 1, Stall: ses.Fault{Probability: 1}, StallSeconds: 0.02})
	before.runAndKill(t, 10)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	after := version()
	c.site = after
	c.open("/desk/newsletters/" + id + "/progress?lang=en")
	if c.sees("Across versions"); strings.HasPrefix(c.path, "/sign-in") {
		t.Error("the session did not survive")
	}
	counts := after.sendAll(t, id).Counts
	if counts.Ready != 0 || counts.Claimed != 0 || counts.Closed() != crowd {
		t.Errorf("not everybody is accounted for: %+v", counts)
	}
	copies := map[string]int{}
	all, err := after.Accepted()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if to := m.To[0]; strings.HasSuffix(to, crowdDomain) {
			if copies[to]++; copies[to] == 2 {
				t.Errorf("%s got two copies", to)
			}
		}
	}
	if crowd-len(copies) > counts.Unknown {
		t.Errorf("%d of %d got it, and only %d are uncertain", len(copies), crowd, counts.Unknown)
	}
}
