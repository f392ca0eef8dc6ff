package fundingimport

import (
	"net/netip"
	"testing"
)

// Of a hit of Interreg's index comes one record, which is valid, or one refusal.
func FuzzHit(f *testing.F) {
	for _, seed := range []string{
		`{"objectID":"1","title":"A","description":"<p>b</p>","callEligibleCountryNuts":["EL30","é"],"callDeadlineDate":"2027-03-01","callExternalUrl":"https://a.example"}`,
		`{"objectID":"1","title":["A"],"callDeadlineDate":[1807142400],"callExternalUrl":"javascript:x"}`, `{"objectID":1}`, `{}`, `null`, `{"objectID":"\u0000","title":"\u0001"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var page Page
		page.takeHit(InterregSource(), value, 1)
		if len(page.Records)+len(page.Refusals) != 1 {
			t.Errorf("%d records, %d refusals of one hit", len(page.Records), len(page.Refusals))
		}
		for _, r := range page.Records {
			if refused := r.Validate(); len(refused) > 0 || r.Clean().Checksum() != r.Checksum() {
				t.Errorf("%+v: %+v", r, refused)
			}
		}
	})
}

// No address that is allowed to be fetched is one of this machine, of a private network or of a cloud's
// own services, however it is written.
func FuzzPublic(f *testing.F) {
	for _, seed := range []string{
		"93.184.216.34:443", "169.254.169.254:80", "[::ffff:169.254.169.254]:80", "[fd00:ec2::254]:80", "[64:ff9b::a9fe:a9fe]:80", "[2002:a9fe:a9fe::]:80", "[2001:0:a9fe:a9fe::]:443",
		"127.1.1.1:443", "[::1]:443", "0.0.0.0:80", "100.100.100.200:80", "224.0.0.1:80", "255.255.255.255:443", "[2606:4700::1]:443", "[fe80::1%eth0]:80", "8.8.8.8:22", "[::a9fe:a9fe]:80",
	} {
		f.Add(seed)
	}
	closed := []netip.Prefix{}
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
		"::/3", "fc00::/7", "fe80::/10", "ff00::/8", "2001::/32", "2002::/16", "2001:db8::/32",
	} {
		closed = append(closed, netip.MustParsePrefix(s))
	}
	f.Fuzz(func(t *testing.T, written string) {
		at, err := netip.ParseAddrPort(written)
		if err != nil || !public(at) {
			return
		}
		for _, p := range closed {
			if a := at.Addr().Unmap().WithZone(""); p.Contains(a) {
				t.Errorf("%s is in %s", at, p)
			}
		}
	})
}
