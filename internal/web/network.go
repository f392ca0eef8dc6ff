package web

import (
	"net/http"
	"net/netip"
)

// Network returns the network that a request came from, for limits: the caller's address itself,
// or the /64 that one IPv6 customer has at least.
func Network(r *http.Request) string {
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	bits := 32
	if caller.Addr().Unmap().Is6() {
		bits = 64
	}
	network, err := caller.Addr().Unmap().Prefix(bits)
	if err != nil {
		return ""
	}
	return network.String()
}
