package fundingimport

import (
	"net/netip"
	"slices"
)

// reserved are the ranges that are no public hosts although they look like some (the special-purpose
// registries of RFC 6890). Those that net/netip knows by a method are not repeated.
func reserved() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		// Of IPv6, what holds an IPv4 address that would go unchecked: Teredo, 6to4; and examples.
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

// public reports whether an address is that of a host in the public internet, on a port of the web.
// Private networks, this machine, link-local addresses such as the metadata service of a cloud, and
// every way of writing these in IPv6 are not.
func public(at netip.AddrPort) bool {
	addr := at.Addr().Unmap()
	global := netip.MustParsePrefix("2000::/3")
	switch {
	case at.Port() != 80 && at.Port() != 443,
		!addr.IsValid(), addr.Zone() != "", !addr.IsGlobalUnicast(), addr.IsPrivate(), addr.IsLoopback(),
		addr.Is6() && !global.Contains(addr):
		return false
	}
	return !slices.ContainsFunc(reserved(), func(p netip.Prefix) bool { return p.Contains(addr) })
}
