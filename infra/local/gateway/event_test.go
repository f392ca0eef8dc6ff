package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// send makes the event of a request, as a function would decode it.
func send(t *testing.T, r *http.Request) events.APIGatewayV2HTTPRequest {
	t.Helper()
	var e events.APIGatewayV2HTTPRequest
	g := api(t, func(_ context.Context, _ string, event []byte) ([]byte, error) {
		return []byte(`{"statusCode":204}`), json.Unmarshal(event, &e)
	}, "$default")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != http.StatusNoContent {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return e
}

func TestEvent(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "http://localhost:8080/a%20b?x=1&x=2&y=%C3%A9&z", http.NoBody)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header.Set("User-Agent", "test")
	r.Header.Add("Accept-Language", "el")
	r.Header.Add("Accept-Language", "en")
	r.Header.Add("Cookie", "a=1; b=2")
	r.Header.Add("Cookie", "c=3")
	e := send(t, r)

	headers := map[string]string{
		"user-agent": "test", "accept-language": "el,en", "host": "localhost:8080",
		"x-forwarded-for": "192.0.2.7", "x-forwarded-port": "8080", "x-forwarded-proto": "http",
	}
	for name, want := range headers {
		if got := e.Headers[name]; got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	if _, ok := e.Headers["cookie"]; ok {
		t.Error("the cookies are among the headers")
	}
	check(t, "version", e.Version, "2.0")
	check(t, "rawPath", e.RawPath, "/a b")
	check(t, "rawQueryString", e.RawQueryString, "x=1&x=2&y=%C3%A9&z")
	check(t, "queryStringParameters", e.QueryStringParameters, map[string]string{"x": "1,2", "y": "é", "z": ""})
	check(t, "cookies", e.Cookies, []string{"a=1", "b=2", "c=3"})
	c := e.RequestContext
	check(t, "http", c.HTTP, events.APIGatewayV2HTTPRequestContextHTTPDescription{
		Method: "GET", Path: "/a b", Protocol: "HTTP/1.1", SourceIP: "192.0.2.7", UserAgent: "test",
	})
	check(t, "stage", c.Stage, "$default")
	check(t, "domainName", c.DomainName, "localhost")
	check(t, "time", c.Time, "14/Mar/2027:12:00:00 +0000")
	check(t, "timeEpoch", c.TimeEpoch, noon.UnixMilli())
	check(t, "body", e.Body, "")
	if c.RequestID == "" || e.IsBase64Encoded {
		t.Errorf("request id %q, base64 %v", c.RequestID, e.IsBase64Encoded)
	}
}

func check(t *testing.T, name string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %#v, want %#v", name, got, want)
	}
}

func TestEventPath(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/a/b":      "/a/b",
		"/a%2Fb":    "/a/b",
		"/a+b":      "/a+b",
		"/%25":      "/%",
		"/a%3Fb=1":  "/a",
		"/%CE%B1":   "/α",
		"/a/?q=%2F": "/a/",
		"//x":       "//x",
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+target, http.NoBody)
		if got := send(t, r).RawPath; got != want {
			t.Errorf("%s: rawPath is %q, want %q", target, got, want)
		}
	}
}

func TestEventBody(t *testing.T) {
	t.Parallel()
	tests := []struct {
		contentType, body string
		encoded           bool
	}{
		{"application/json", `{"é":1}`, false},
		{"application/json; charset=utf-8", `{}`, false},
		{"text/plain", "x", false},
		{"application/xml", "<x/>", false},
		{"application/problem+json", `{}`, true},
		{"application/x-www-form-urlencoded", "a=1&b=2", true},
		{"multipart/form-data; boundary=x", "--x--", true},
		{"application/octet-stream", "\x00\xff", true},
		{"text/plain", "\xff", true},
		{"", "x", true},
	}
	for _, test := range tests {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
		r.Header.Set("Content-Type", test.contentType)
		e := send(t, r)
		want := test.body
		if test.encoded {
			want = base64.StdEncoding.EncodeToString([]byte(test.body))
		}
		if e.Body != want || e.IsBase64Encoded != test.encoded {
			t.Errorf("%s: body %q, base64 %v; want %q, %v", test.contentType, e.Body, e.IsBase64Encoded, want, test.encoded)
		}
	}
}
