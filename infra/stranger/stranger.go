// Package stranger is people who are not signed in and ask the local cloud about addresses: what the
// end-to-end tests compare byte by byte, and infra/bench/enumeration by time.
package stranger

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
)

// Crowd is strangers in as many networks as there are requests. The local gateway takes a caller's
// address from the connection, as API Gateway does, and all of 127/8 leads to it.
type Crowd struct {
	URL      string // of the site
	networks atomic.Uint32
}

// Answer is what a stranger gets.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Send sends a request from a network that has sent none before. Its header X-Forwarded-For names another
// one, which is not to be believed.
func (c *Crowd) Send(ctx context.Context, method, path, contentType, body string) (Answer, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: binary.BigEndian.AppendUint32(nil, 127<<24|1<<16+c.networks.Add(1))}}
	return send(ctx, c.URL, &dialer, method, path, contentType, body)
}

// SendFromHere sends a request from one network, the same each time, which its header X-Forwarded-For
// denies.
func (c *Crowd) SendFromHere(ctx context.Context, method, path, contentType, body string) (Answer, error) {
	return send(ctx, c.URL, &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 77)}}, method, path, contentType, body)
}

func send(ctx context.Context, site string, dialer *net.Dialer, method, path, contentType, body string) (Answer, error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, "tcp4", "127.0.0.1:"+port)
	}}
	r, err := http.NewRequestWithContext(ctx, method, site+path, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", rand.IntN(256))) //nolint:gosec // no secret
	w, err := transport.RoundTrip(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	return Answer{w.StatusCode, w.Header, string(text)}, err
}

// secrets are what differs between any two answers: request ids, random tokens and signed ones. How long
// they are is compared.
var secrets = regexp.MustCompile(`[A-Z2-7]{26}|[A-Za-z0-9_-]{60,}|[A-Z2-7]{15}=`)

// Shape is an answer without what differs between any two, each replaced by as many crosses, and without
// the address that was asked about, and the date.
func (a Answer) Shape(address string) string {
	header := a.Header.Clone()
	header.Del("Date")
	text := fmt.Sprintf("%d\n%v\n%s", a.Status, header, a.Body)
	text = strings.NewReplacer(address, "ADDRESS", url.QueryEscape(address), "ADDRESS").Replace(text)
	return secrets.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat("x", len(s)) })
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// Token is the token in a form of the page, or "".
func (a Answer) Token() string {
	found := tokenField.FindStringSubmatch(a.Body)
	if found == nil {
		return ""
	}
	return found[1]
}
