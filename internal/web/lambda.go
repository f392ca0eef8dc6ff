package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/internal/environment"
)

// Start serves h as a Lambda function behind an API Gateway HTTP API with payload format 2.0.
// It does not return.
func Start(h http.Handler) {
	environment.Start(func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return serve(ctx, h, e)
	})
}

func serve(ctx context.Context, h http.Handler, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	r, err := request(ctx, e)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
	}
	w := &response{header: http.Header{}}
	h.ServeHTTP(w, r)
	return w.event(r.Method), nil
}

// request turns an event into the request that the browser sent. The gateway joins repeated
// headers with commas, takes cookies out of them, and base64-encodes every body that is not
// text, forms included.
func request(ctx context.Context, e events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return nil, fmt.Errorf("web: body: %w", err)
		}
		body = decoded
	}
	r, err := http.NewRequestWithContext(withRequestID(ctx, e.RequestContext.RequestID),
		e.RequestContext.HTTP.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("web: request: %w", err)
	}
	r.URL = address(e.RawPath, e.RawQueryString)
	r.RequestURI = r.URL.RequestURI()
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	if len(e.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	r.Host = e.RequestContext.DomainName
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	r.RemoteAddr = net.JoinHostPort(e.RequestContext.HTTP.SourceIP, "0")
	return r, nil
}

// address rebuilds the URL. The gateway hands some paths over decoded, so that a percent sign
// may stand for itself; such a path is taken literally.
func address(rawPath, rawQuery string) *url.URL {
	u, err := url.ParseRequestURI(rawPath)
	if err != nil || u.Host != "" || strings.Contains(rawPath, "?") {
		u = &url.URL{Path: rawPath}
	}
	u.RawQuery = rawQuery
	return u
}

// response collects what a handler writes.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

var _ io.Writer = (*response)(nil)

// Lambda gives answers of 6 MB at most (its quota), written as JSON.
const (
	// maxText is how long a body may be that is given as text, in bytes: markup becomes up to six times
	// as long in JSON. A longer one is given in base64, which adds a third.
	maxText = 512 << 10
	// maxAnswer is the longest body, in bytes. 64 KB are left for the headers.
	maxAnswer = (6<<20 - 64<<10) / 4 * 3
)

func (w *response) event(method string) events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	if w.body.Len() > maxAnswer { // else Lambda would call it a failure of the function
		w.status = http.StatusRequestEntityTooLarge
		w.header.Set("Content-Type", "text/plain; charset=utf-8")
		w.body.Reset()
		w.body.WriteString(http.StatusText(w.status) + "\n")
	}
	body := w.body.Bytes()
	if w.header.Get("Content-Type") == "" && len(body) > 0 {
		w.header.Set("Content-Type", http.DetectContentType(body))
	}
	e := events.APIGatewayV2HTTPResponse{
		StatusCode: w.status,
		Headers:    make(map[string]string, len(w.header)),
		Cookies:    w.header.Values("Set-Cookie"),
	}
	for name, values := range w.header {
		if name != "Set-Cookie" {
			e.Headers[name] = strings.Map(printable, strings.Join(values, ","))
		}
	}
	switch {
	case method == http.MethodHead:
	case isText(w.header) && len(body) <= maxText && utf8.Valid(body):
		e.Body = string(body)
	default:
		e.Body = base64.StdEncoding.EncodeToString(body)
		e.IsBase64Encoded = true
	}
	return e
}

// printable makes a space of what no header may hold (RFC 9110, 5.5), as the server of net/http does.
func printable(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return ' '
	}
	return r
}

func isText(h http.Header) bool {
	if h.Get("Content-Encoding") != "" {
		return false
	}
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return false
	}
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "json") || strings.HasSuffix(t, "xml") || strings.HasSuffix(t, "javascript")
}
