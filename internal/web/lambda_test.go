package web

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{RawPath: path, Headers: map[string]string{"host": "munet.example"}}
	e.RequestContext.RequestID = "R1"
	e.RequestContext.DomainName = "gateway.example"
	e.RequestContext.HTTP.Method = method
	e.RequestContext.HTTP.SourceIP = "192.0.2.1"
	return e
}

func TestRequest(t *testing.T) {
	tests := map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		check  func(*http.Request, string) bool
	}{
		"plain": {func(*events.APIGatewayV2HTTPRequest) {}, func(r *http.Request, _ string) bool {
			return r.Host == "munet.example" && r.RemoteAddr == "192.0.2.1:0" && RequestID(r.Context()) == "R1"
		}},
		"query": {func(e *events.APIGatewayV2HTTPRequest) { e.RawQueryString = "a=1&a=2&b=%CE%B1" }, func(r *http.Request, _ string) bool {
			q := r.URL.Query()
			return slices.Equal(q["a"], []string{"1", "2"}) && q.Get("b") == "α" && r.RequestURI == "/register?a=1&a=2&b=%CE%B1"
		}},
		"encoded path": {func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/desk/a%2Fb%20c" }, func(r *http.Request, _ string) bool {
			return r.URL.Path == "/desk/a/b c" && r.URL.EscapedPath() == "/desk/a%2Fb%20c"
		}},
		"decoded path": {func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/members/100% Πάφος?" }, func(r *http.Request, _ string) bool {
			return r.URL.Path == "/members/100% Πάφος?" && r.URL.RawQuery == ""
		}},
		"path of a host": {func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "//evil.example/x" }, func(r *http.Request, _ string) bool {
			return r.URL.Host == ""
		}},
		"cookies": {func(e *events.APIGatewayV2HTTPRequest) { e.Cookies = []string{"a=1", "b=2"} }, func(r *http.Request, _ string) bool {
			b, err := r.Cookie("b")
			return err == nil && b.Value == "2" && len(r.Cookies()) == 2
		}},
		"joined headers": {func(e *events.APIGatewayV2HTTPRequest) { e.Headers["accept-language"] = "el,en;q=0.5" }, func(r *http.Request, _ string) bool {
			return r.Header.Get("Accept-Language") == "el,en;q=0.5"
		}},
		"form": {func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers["content-type"] = "application/x-www-form-urlencoded"
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte("name=%CE%A0")), true
		}, func(r *http.Request, body string) bool { return body == "name=%CE%A0" && r.ContentLength == 11 }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := event("POST", "/register")
			tt.change(&e)
			r, err := request(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || !tt.check(r, string(body)) {
				t.Errorf("%s %s %v %q, %v", r.Method, r.URL, r.Header, body, err)
			}
		})
	}
}

func TestServeRefusesABrokenBody(t *testing.T) {
	e := event("POST", "/register")
	e.Body, e.IsBase64Encoded = "***", true
	got, err := serve(t.Context(), http.NotFoundHandler(), e)
	if err != nil || got.StatusCode != http.StatusBadRequest {
		t.Errorf("%d, %v; want 400", got.StatusCode, err)
	}
}

func TestResponse(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		check   func(events.APIGatewayV2HTTPResponse) bool
	}{
		"text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "Πάφος")
		}, func(e events.APIGatewayV2HTTPResponse) bool {
			return e.StatusCode == 200 && e.Body == "Πάφος" && !e.IsBase64Encoded
		}},
		"binary": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0x89, 0xff})
		}, func(e events.APIGatewayV2HTTPResponse) bool { return e.IsBase64Encoded && e.Body == "if8=" }},
		"compressed text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/css")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("ok"))
		}, func(e events.APIGatewayV2HTTPResponse) bool { return e.IsBase64Encoded }},
		"cookies and repeated headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "a=1")
			w.Header().Add("Set-Cookie", "b=2")
			w.Header().Add("Vary", "Cookie")
			w.Header().Add("Vary", "Accept-Language")
			w.WriteHeader(http.StatusSeeOther)
			w.WriteHeader(http.StatusOK)
		}, func(e events.APIGatewayV2HTTPResponse) bool {
			return e.StatusCode == 303 && slices.Equal(e.Cookies, []string{"a=1", "b=2"}) && e.Headers["Vary"] == "Cookie,Accept-Language" && e.Headers["Set-Cookie"] == ""
		}},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, func(e events.APIGatewayV2HTTPResponse) bool {
			return e.StatusCode == 200 && e.Body == ""
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t.Context(), tt.handler, event("GET", "/"))
			if err != nil || !tt.check(got) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestHeadHasNoBody(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "text") })
	got, err := serve(t.Context(), h, event("HEAD", "/"))
	if err != nil || got.Body != "" || !strings.HasPrefix(got.Headers["Content-Type"], "text/plain") {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add("/a%2Fb", "q=1", "Ym9keQ==", true)
	f.Add("//x/%zz", "%", "", false)
	f.Fuzz(func(t *testing.T, path, query, body string, encoded bool) {
		e := event("POST", path)
		e.RawQueryString, e.Body, e.IsBase64Encoded = query, body, encoded
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Host != "" {
				t.Errorf("path %q became host %q", path, r.URL.Host)
			}
			_ = r.ParseForm()
		})
		if _, err := serve(t.Context(), h, e); err != nil {
			t.Error(err)
		}
	})
}

// What Lambda cannot give counts as a failure of the function and rings an alarm; no reader may cause it.
func TestAnswersFitIntoWhatLambdaGives(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"markup, long":      {strings.Repeat("<p>&#34;", 500_000), http.StatusOK}, // 4 MB, and 20 as JSON
		"markup, too long":  {strings.Repeat("&#34;", 1_200_000), http.StatusRequestEntityTooLarge},
		"markup, some text": {strings.Repeat("<", maxText), http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Header().Set("Cache-Control", "no-store")
				_, _ = io.WriteString(w, c.body)
			})
			answer, err := serve(t.Context(), h, event("POST", "/register"))
			if err != nil {
				t.Fatal(err)
			}
			sent, err := json.Marshal(answer)
			if err != nil || answer.StatusCode != c.want || len(sent) > 6_291_556 || answer.Headers["Cache-Control"] != "no-store" {
				t.Errorf("status %d, %d bytes, %v", answer.StatusCode, len(sent), err)
			}
		})
	}
}
