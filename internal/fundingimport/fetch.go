package fundingimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// Limits of what is fetched.
const (
	// maxRedirects is how often a source may send us on.
	maxRedirects = 3
	// connectTimeout bounds the connection, answerTimeout a whole answer. The portal takes up to ten
	// seconds for a page.
	connectTimeout = 5 * time.Second
	answerTimeout  = 60 * time.Second
	// maxAnswer is the most that is read of one answer, in bytes; a page of the portal has two million.
	maxAnswer = 64 << 20
)

// Fetcher gets answers of sources.
type Fetcher struct {
	client *http.Client
	// limit is the most that is read of one answer, in bytes.
	limit int64
}

// NewFetcher returns a fetcher that goes to the hosts of these addresses and to no other, not even
// when it is sent on. They are configuration, so that it does not ask what hosts these are.
func NewFetcher(addresses ...string) (*Fetcher, error) {
	var hosts []string
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("fundingimport: %q is no address of a source", a)
		}
		hosts = append(hosts, u.Host)
	}
	known := func(u *url.URL) error {
		if !slices.Contains(hosts, u.Host) {
			return fmt.Errorf("%w: %s is not among the sources", errAddress, u.Host)
		}
		return nil
	}
	return newFetcher(known, nil), nil
}

// NewPublicFetcher returns a fetcher for addresses that people typed: it connects to public hosts
// only, whatever a name resolves to and wherever it is sent on.
func NewPublicFetcher() *Fetcher { return newFetcher(nil, public) }

var errAddress = errors.New("the address leads where we do not go")

// newFetcher looks at each address before it is asked for, and at each host when it is dialled: by
// then its name is resolved, and no second answer of a name server can put another in its place.
func newFetcher(permitted func(*url.URL) error, reachable func(netip.AddrPort) bool) *Fetcher {
	dialer := &net.Dialer{Timeout: connectTimeout}
	if reachable != nil {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !reachable(at) {
				return fmt.Errorf("%w: %s", errAddress, address)
			}
			return nil
		}
	}
	check := func(u *url.URL) error {
		if (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
			return fmt.Errorf("%w: scheme %q", errAddress, u.Scheme)
		}
		if permitted != nil {
			return permitted(u)
		}
		return nil
	}
	return &Fetcher{limit: maxAnswer, client: &http.Client{
		Timeout: answerTimeout,
		Transport: &checkingTransport{check, &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTimeout,
			MaxResponseHeaderBytes: 64 << 10, IdleConnTimeout: 20 * time.Second, ResponseHeaderTimeout: answerTimeout,
		}},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("%w: more than %d redirections", errAddress, maxRedirects)
			}
			return nil
		},
	}}
}

// checkingTransport looks at every address, those of redirections as well.
type checkingTransport struct {
	check func(*url.URL) error
	next  http.RoundTripper
}

func (t *checkingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.check(r.URL); err != nil {
		return nil, err
	}
	return t.next.RoundTrip(r)
}

// do asks and hands the body of a good answer to read, of one of these media types. It counts into
// cost, and every error is a [Trouble].
func (f *Fetcher) do(r *http.Request, types []string, cost *Cost, read func(io.Reader) error) error {
	cost.Requests++
	r.Header.Set("User-Agent", "MuNet (funding calls for municipalities)")
	response, err := f.client.Do(r)
	if err != nil {
		return troubled(err)
	}
	defer func() { _ = response.Body.Close() }() // what is left of it is not wanted
	if response.StatusCode != http.StatusOK {
		return &Trouble{reasonOf(response.StatusCode), passing(response.StatusCode), fmt.Errorf("status %d", response.StatusCode)}
	}
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(types, media) {
		return &Trouble{reasonType, true, fmt.Errorf("media type %q", media)}
	}
	body := &bounded{from: response.Body, left: f.limit}
	err = read(body)
	cost.Bytes += f.limit - body.left
	if err != nil {
		return troubled(err)
	}
	return nil
}

func reasonOf(status int) string {
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return reasonDown
	}
	return reasonRefused
}

func passing(status int) bool { return reasonOf(status) == reasonDown }

// troubled names what went wrong between us and a source.
func troubled(err error) error {
	if t, ok := errors.AsType[*Trouble](err); ok {
		return t
	}
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errAddress):
		return &Trouble{reasonAddress, false, err}
	case errors.Is(err, errLarge):
		return &Trouble{reasonLarge, false, err}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &Trouble{reasonTruncated, true, err}
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return &Trouble{reasonSlow, true, err}
	}
	return &Trouble{reasonDown, true, err}
}

var errLarge = errors.New("more than we take")

// bounded reads no more than is left, and of one part no more than its mark.
type bounded struct {
	from io.Reader
	left int64
	// part is how much the present part may still have; without a mark there is no bound.
	part   int64
	marked bool
}

// mark begins a part of at most so many bytes.
func (b *bounded) mark(most int64) { b.part, b.marked = most, true }

func (b *bounded) Read(p []byte) (int, error) {
	most := b.left
	if b.marked {
		most = min(most, b.part)
	}
	if most <= 0 {
		return 0, errLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), most)])
	b.left -= int64(n)
	b.part -= int64(n)
	return n, err
}
