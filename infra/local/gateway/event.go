package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// An event is a request in the payload format 2.0:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	Body                  string            `json:"body,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type requestContext struct {
	AccountID    string      `json:"accountId"`
	APIID        string      `json:"apiId"`
	DomainName   string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         httpContext `json:"http"`
	RequestID    string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	TimeEpoch    int64       `json:"timeEpoch"`
}

type httpContext struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

const (
	apiID = "local"
	// requestTime is Common Log Format's.
	requestTime = "02/Jan/2006:15:04:05 -0700"
)

func (g *Gateway) event(r *http.Request, matched *route, path string, parameters map[string]string, body []byte) event {
	now := g.now().UTC()
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	domain, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		domain, port = r.Host, "80"
	}
	prefix, _, _ := strings.Cut(domain, ".")
	headers := headers(r, source, port, now)
	e := event{
		Version:               "2.0",
		RouteKey:              matched.Key(),
		RawPath:               path,
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r.Header),
		Headers:               headers,
		QueryStringParameters: queryParameters(r.URL.RawQuery),
		PathParameters:        parameters,
		RequestContext: requestContext{
			AccountID: g.account, APIID: apiID, DomainName: domain, DomainPrefix: prefix,
			HTTP: httpContext{
				Method: r.Method, Path: path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
			RequestID: newRequestID(), RouteKey: matched.Key(), Stage: "$default",
			Time: now.Format(requestTime), TimeEpoch: now.UnixMilli(),
		},
	}
	if len(body) == 0 {
		return e
	}
	if isText(r.Header.Get("Content-Type")) && utf8.Valid(body) {
		e.Body = string(body)
	} else {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

// headers are in lower case, several values of one joined by commas. The
// gateway adds where the request came from.
func headers(r *http.Request, source, port string, now time.Time) map[string]string {
	joined := map[string]string{}
	for name, values := range r.Header {
		if name != "Cookie" {
			joined[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	joined["host"] = r.Host
	joined["x-forwarded-for"] = source
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" {
		joined["x-forwarded-for"] = forwarded + ", " + source
	}
	joined["x-forwarded-port"] = port
	joined["x-forwarded-proto"] = "http"
	joined["x-amzn-trace-id"] = fmt.Sprintf("Root=1-%08x-%s", now.Unix(), randomHex(12))
	return joined
}

// cookies are the parts of all Cookie headers.
func cookies(header http.Header) []string {
	var all []string
	for _, line := range header.Values("Cookie") {
		for part := range strings.SplitSeq(line, ";") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// queryParameters are decoded; several values of one are joined by commas.
func queryParameters(raw string) map[string]string {
	joined := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = decodeQuery(name), decodeQuery(value)
		if before, ok := joined[name]; ok {
			value = before + "," + value
		}
		joined[name] = value
	}
	return joined
}

func decodeQuery(text string) string {
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return decoded
}

// isText tells which bodies the gateway passes on as text. All others, those
// of forms too, are encoded in base64.
func isText(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/")
}

// newRequestID looks like the gateway's: 15 characters and an equals sign.
func newRequestID() string { return rand.Text()[:15] + "=" }

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return fmt.Sprintf("%x", b)
}
