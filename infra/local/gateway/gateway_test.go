package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

var noon = time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)

// api is a gateway whose routes lead to functions that are called as the
// routes are.
func api(t *testing.T, invoke Invoker, routes ...string) *Gateway {
	t.Helper()
	described := &template.Template{Account: "000000000000", API: template.API{Throttle: template.AccountThrottle}}
	for _, key := range routes {
		f := template.Function{LogicalID: key, Routes: []template.Route{{Method: "ANY"}}}
		if method, path, ok := strings.Cut(key, " "); ok {
			f.Routes = []template.Route{{Method: method, Path: path}}
		}
		described.Functions = append(described.Functions, f)
	}
	return New(described, invoke, func() time.Time { return noon })
}

func TestRouting(t *testing.T) {
	t.Parallel()
	g := api(t, func(_ context.Context, id string, event []byte) ([]byte, error) {
		var e events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, err
		}
		return json.Marshal(map[string]any{"route": id, "key": e.RouteKey, "parameters": e.PathParameters})
	},
		"GET /", "GET /members", "POST /members", "GET /members/{id}", "ANY /members/{id}",
		"GET /members/list", "GET /members/{id}/people/{person}", "GET /static/{file+}", "ANY /old/{rest+}", "$default")
	tests := []struct {
		request    string
		route      string
		parameters map[string]string
	}{
		{request: "GET /", route: "GET /"},
		{request: "GET /members", route: "GET /members"},
		{request: "POST /members", route: "POST /members"},
		{request: "PUT /members", route: "$default"},
		{request: "HEAD /members", route: "$default"},
		{request: "GET /members/", route: "$default"},
		{request: "GET /members/list", route: "GET /members/list"},
		{request: "POST /members/list", route: "ANY /members/{id}", parameters: map[string]string{"id": "list"}},
		{request: "GET /members/7", route: "GET /members/{id}", parameters: map[string]string{"id": "7"}},
		{request: "DELETE /members/7", route: "ANY /members/{id}", parameters: map[string]string{"id": "7"}},
		{
			request: "GET /members/7/people/8", route: "GET /members/{id}/people/{person}",
			parameters: map[string]string{"id": "7", "person": "8"},
		},
		{request: "GET /members/caf%C3%A9%20x", route: "GET /members/{id}", parameters: map[string]string{"id": "café x"}},
		{request: "GET /members/a%2Fb", route: "$default"},
		{request: "GET /static/a/b.css", route: "GET /static/{file+}", parameters: map[string]string{"file": "a/b.css"}},
		{request: "GET /static/", route: "$default"},
		{request: "PATCH /old/x", route: "ANY /old/{rest+}", parameters: map[string]string{"rest": "x"}},
		{request: "GET /nothing", route: "$default"},
	}
	for _, test := range tests {
		t.Run(test.request, func(t *testing.T) {
			t.Parallel()
			method, path, _ := strings.Cut(test.request, " ")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
			var got struct {
				Route, Key string
				Parameters map[string]string
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if got.Route != test.route || got.Key != test.route || !reflect.DeepEqual(got.Parameters, test.parameters) {
				t.Errorf("went to %s (key %s) with %v, want %s with %v",
					got.Route, got.Key, got.Parameters, test.route, test.parameters)
			}
		})
	}
}

func TestNoRoute(t *testing.T) {
	t.Parallel()
	g := api(t, nil, "GET /")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", http.NoBody))
	if w.Code != http.StatusNotFound || w.Body.String() != `{"message":"Not Found"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestResponse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, result, method string
		status               int
		body                 string
		header               http.Header
	}{
		{
			name:   "complete",
			result: `{"statusCode":201,"headers":{"Content-Type":"text/html","x-a":"1,2","Content-Length":"99"},"cookies":["a=1; Path=/","b=2"],"body":"<p>"}`,
			status: 201, body: "<p>",
			header: http.Header{"Content-Type": {"text/html"}, "X-A": {"1,2"}, "Set-Cookie": {"a=1; Path=/", "b=2"}, "Content-Length": {"3"}},
		},
		{name: "base64", result: `{"statusCode":200,"isBase64Encoded":true,"body":"AP8="}`, status: 200, body: "\x00\xff"},
		{name: "no content type", result: `{"statusCode":200,"body":"x"}`, status: 200, body: "x", header: http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}},
		{name: "head", method: "HEAD", result: `{"statusCode":200,"body":"x"}`, status: 200},
		{name: "inferred object", result: `{"a":1}`, status: 200, body: `{"a":1}`, header: http.Header{"Content-Type": {"application/json"}}},
		{name: "inferred text", result: `"hello"`, status: 200, body: "hello", header: http.Header{"Content-Type": {"application/json"}}},
		{name: "not JSON", result: `hello`, status: 500, body: `{"message":"Internal Server Error"}`},
		{name: "bad base64", result: `{"statusCode":200,"isBase64Encoded":true,"body":"?"}`, status: 500, body: `{"message":"Internal Server Error"}`},
		{name: "bad status", result: `{"statusCode":20}`, status: 500, body: `{"message":"Internal Server Error"}`},
		{name: "wrong types", result: `{"statusCode":"200"}`, status: 500, body: `{"message":"Internal Server Error"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := api(t, func(context.Context, string, []byte) ([]byte, error) { return []byte(test.result), nil }, "$default")
			method := http.MethodGet
			if test.method != "" {
				method = test.method
			}
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(method, "/", http.NoBody))
			if w.Code != test.status || w.Body.String() != test.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, test.status, test.body)
			}
			for name, want := range test.header {
				if got := w.Header()[name]; !reflect.DeepEqual(got, want) {
					t.Errorf("header %s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"throttled", lambda.ErrThrottled, 503, `{"message":"Service Unavailable"}`},
		{"too slow", context.DeadlineExceeded, 503, `{"message":"Service Unavailable"}`},
		{"too large", lambda.ErrTooLarge, 413, `{"message":"Request Entity Too Large"}`},
		{"failed", &lambda.FunctionError{Type: "x"}, 500, `{"message":"Internal Server Error"}`},
		{"other", errors.New("x"), 500, `{"message":"Internal Server Error"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := api(t, func(context.Context, string, []byte) ([]byte, error) { return nil, test.err }, "$default")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
			if w.Code != test.status || w.Body.String() != test.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, test.status, test.body)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	g := api(t, func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}, "$default")
	g.timeout = time.Millisecond
	for _, test := range []struct {
		body   io.Reader
		status int
	}{
		{bytes.NewReader(make([]byte, maxBody+1)), http.StatusRequestEntityTooLarge},
		{http.NoBody, http.StatusServiceUnavailable},
	} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", test.body))
		if w.Code != test.status {
			t.Errorf("status %d, want %d", w.Code, test.status)
		}
	}
}
