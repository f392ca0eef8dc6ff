package web

import (
	"net/http"
	"testing"
)

func TestNetwork(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:80":                 "192.0.2.1/32",
		"[::ffff:192.0.2.1]:80":        "192.0.2.1/32",
		"[2001:db8:1:2:3:4:5:6]:0":     "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff:4:5:6]:99": "2001:db8:1:2::/64",
		"nonsense":                     "",
	} {
		if got := Network(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("Network(%s) = %s, want %s", remote, got, want)
		}
	}
}
