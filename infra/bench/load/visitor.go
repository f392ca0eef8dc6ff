package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/infra/bench/form"
)

// networks are clients with addresses of their own. All of 127.0.0.0/8 is this machine (Linux), so limits
// that count by address meet as many addresses as in reality.
type networks struct{ clients []*http.Client }

// answerTime is when a visitor gives up. API Gateway answers within 30 seconds, with an error if need be.
const answerTime = 35 * time.Second

func newNetworks(n int) *networks {
	all := &networks{}
	for i := range n {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 20, byte(i/250), byte(i%250+1))}}
		transport := &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				_, port, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				return dialer.DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", port))
			},
			MaxIdleConnsPerHost: 6, IdleConnTimeout: time.Minute,
			DisableCompression: true, // what comes over the wire is counted
		}
		all.clients = append(all.clients, &http.Client{
			Transport: transport, Timeout: answerTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		})
	}
	return all
}

func (n *networks) any(c *chance) *http.Client { return n.clients[c.intN(len(n.clients))] }

func (n *networks) close() {
	for _, c := range n.clients {
		c.CloseIdleConnections()
	}
}

// A visitor is a browser on an errand.
type visitor struct {
	traffic *traffic
	client  *http.Client
	cookies map[string]string
	first   time.Time // of the first request; then zero
}

// An answer is a response that was read to its end.
type answer struct {
	status   int
	location string
	cookies  map[string]string // that it set
	body     []byte
	took     time.Duration // since the request's time
}

// page reads the answer as HTML.
func (a answer) page() (*html.Node, error) { return html.Parse(bytes.NewReader(a.body)) }

// outcome is what became of a request.
type outcome int

const (
	accepted  outcome = iota // 2xx or 3xx
	throttled                // 429 by the API's throttle
	limited                  // 429 by a limit of ours
	refused                  // another 4xx, which no errand expects
	failed                   // 5xx
	lost                     // no answer at all
)

// errAnswered ends an errand whose last answer says why it cannot go on; it is counted already.
var errAnswered = errors.New("the errand cannot go on")

// most is how often a request is tried again that the throttle has refused.
const most = 30

// get asks for a page of the kind, and returns what was answered if it was accepted.
func (v *visitor) get(ctx context.Context, kind, path string) (answer, error) {
	return v.ask(ctx, kind, http.MethodGet, path, nil)
}

// post sends a form.
func (v *visitor) post(ctx context.Context, kind, path string, values url.Values) (answer, error) {
	return v.ask(ctx, kind, http.MethodPost, path, values)
}

// ask waits for its turn and asks; whom the throttle refuses, asks again later, as people do.
func (v *visitor) ask(ctx context.Context, kind, method, path string, values url.Values) (answer, error) {
	t := v.traffic
	for range most {
		at, err := v.turn(ctx)
		if err != nil {
			return answer{}, err
		}
		var a answer
		var is outcome
		request := func() outcome {
			a, is = v.send(ctx, at, method, path, values)
			t.results.count(kind, is, a)
			return is
		}
		if t.around != nil {
			t.around(kind, request)
		} else {
			request()
		}
		switch is {
		case accepted:
			return a, nil
		case throttled:
			if err := t.wait(ctx, time.Duration((0.5+t.chance.exponential())*float64(t.pause))); err != nil {
				return a, err
			}
		case refused:
			return a, fmt.Errorf("%s %s: status %d: %.300s", method, path, a.status, words(a.body))
		default:
			return a, errAnswered
		}
	}
	return answer{}, errAnswered
}

func (v *visitor) turn(ctx context.Context) (time.Time, error) {
	if at := v.first; !at.IsZero() {
		v.first = time.Time{}
		return at, nil
	}
	pause := v.traffic.chance.exponential() * float64(v.traffic.pause)
	if err := v.traffic.wait(ctx, time.Duration(pause)); err != nil {
		return time.Time{}, err
	}
	return v.traffic.turn(ctx)
}

// send makes one request, whose time was at.
func (v *visitor) send(ctx context.Context, at time.Time, method, path string, values url.Values) (answer, outcome) {
	site := v.traffic.site.url
	r, err := http.NewRequestWithContext(ctx, method, site+strings.TrimPrefix(path, site), strings.NewReader(values.Encode()))
	if err != nil {
		return answer{}, lost
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	r.Header.Set("Accept-Encoding", "gzip")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", site)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value}) //nolint:gosec // it is sent, not set
	}
	a, err := read(v.client, r)
	a.took = time.Since(at)
	maps.Copy(v.cookies, a.cookies)
	switch {
	case err != nil:
		return a, lost
	case a.status == http.StatusTooManyRequests && isGateway(a.body):
		return a, throttled
	case a.status == http.StatusTooManyRequests:
		return a, limited
	case a.status >= http.StatusInternalServerError:
		return a, failed
	case a.status >= http.StatusBadRequest:
		return a, refused
	}
	return a, accepted
}

func read(client *http.Client, r *http.Request) (a answer, err error) {
	response, err := client.Do(r)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	a = answer{status: response.StatusCode, location: response.Header.Get("Location"), cookies: map[string]string{}}
	for _, c := range response.Cookies() {
		a.cookies[c.Name] = c.Value
	}
	a.body, err = io.ReadAll(response.Body)
	return a, err
}

// isGateway tells an answer of the gateway's throttle from one of our own limits.
func isGateway(body []byte) bool {
	var said struct{ Message string }
	return json.Unmarshal(body, &said) == nil && said.Message == "Too Many Requests"
}

// words are the text of a page, for messages.
func words(body []byte) string {
	page, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return ""
	}
	var all []string
	for n := range page.Descendants() {
		if n.Type == html.TextNode && (n.Parent == nil || n.Parent.Data != "script" && n.Parent.Data != "style") {
			all = append(all, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(all, " ")
}

// fill returns where a form of a page goes and what it sends with these changes.
func fill(a answer, own, action string, changes url.Values) (string, url.Values, error) {
	page, err := a.page()
	if err != nil {
		return "", nil, err
	}
	f, ok := form.Of(page, action)
	if !ok {
		return "", nil, fmt.Errorf("%s has no form for %q: %.300s", own, action, words(a.body))
	}
	maps.Copy(f.Values, changes)
	if f.Action != "" {
		own = f.Action
	}
	return own, f.Values, nil
}
