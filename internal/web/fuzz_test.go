package web

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/net/http/httpguts"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// echo answers with much of what it was asked, in headers and in the body, as no handler of ours does.
func echo() *Mux {
	m := NewMux(Options{Log: slog.New(slog.DiscardHandler)})
	repeat := func(w http.ResponseWriter, r *http.Request) error {
		if err := ReadForm(r); err != nil {
			return err
		}
		for name, values := range r.Form {
			for _, value := range values {
				w.Header().Add("X-Echo", value)
				http.SetCookie(w, &http.Cookie{Name: name, Value: value})
			}
		}
		if to := r.Form.Get("to"); to != "" {
			return SeeOther(w, r, to)
		}
		_, err := io.WriteString(w, r.PathValue("rest")+r.URL.RawQuery)
		return err
	}
	m.Handle("GET /echo/{rest...}", Everyone, repeat)
	m.Handle("POST /echo/{rest...}", Everyone, repeat)
	m.Handle("POST /api/echo", Everyone, func(w http.ResponseWriter, r *http.Request) error {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return TooLarge(err)
		}
		if !json.Valid(content) {
			return fault.New(http.StatusBadRequest, "bad-request")
		}
		return WriteJSON(w, http.StatusOK, json.RawMessage(content))
	})
	return m
}

// Whatever event arrives, the function lives on and gives an answer that API Gateway can pass on.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"version":"2.0","rawPath":"/echo/a%2Fb","rawQueryString":"a=1&a=2","headers":{"host":"munet.example","accept-language":"el"},"requestContext":{"http":{"method":"GET","sourceIp":"192.0.2.1"},"requestId":"R"}}`,
		`{"rawPath":"/echo/","rawQueryString":"to=/x%0d%0aSet-Cookie:%20a=b&lang=el","requestContext":{"http":{"method":"GET"}}}`,
		`{"rawPath":"/echo/x","headers":{"content-type":"application/x-www-form-urlencoded"},"body":"YT0lMGQlMGE=","isBase64Encoded":true,"cookies":["a=1","b"],"requestContext":{"http":{"method":"POST"}}}`,
		`{"rawPath":"/api/echo","headers":{"content-type":"application/json"},"body":"{\"a\":\"\\u2028\"}","requestContext":{"http":{"method":"POST"}}}`,
		`{"rawPath":"//evil.example/x","requestContext":{"http":{"method":"TRACE"}}}`,
		`{"rawPath":"/echo/\u0000","headers":{"":"","A B":"\n"},"requestContext":{"http":{"method":"G E T"}}}`,
		`{"rawPath":"","body":"***","isBase64Encoded":true}`, `{}`, `{"source":"aws.scheduler"}`,
	} {
		f.Add([]byte(seed))
	}
	mux := echo()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e events.APIGatewayV2HTTPRequest
		if json.Unmarshal(raw, &e) != nil {
			return // Lambda itself refuses it
		}
		answer, err := serve(t.Context(), mux, e)
		if err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, answer)
		if answer.StatusCode >= 500 {
			t.Errorf("status %d", answer.StatusCode)
		}
	})
}

// checkAnswer wants what API Gateway passes on: a status, headers as RFC 9110 writes them, and a body
// within Lambda's limit.
func checkAnswer(t *testing.T, a events.APIGatewayV2HTTPResponse) {
	t.Helper()
	if a.StatusCode < 200 || a.StatusCode > 599 {
		t.Errorf("status %d", a.StatusCode)
	}
	for name, value := range a.Headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			t.Errorf("header %q: %q", name, value)
		}
	}
	for _, c := range a.Cookies {
		if !httpguts.ValidHeaderFieldValue(c) {
			t.Errorf("cookie %q", c)
		}
	}
	if _, err := base64.StdEncoding.DecodeString(a.Body); a.IsBase64Encoded && err != nil {
		t.Errorf("body %q: %v", a.Body, err)
	}
	if b, err := json.Marshal(a); err != nil || len(b) > 6<<20 {
		t.Errorf("%d bytes of JSON, %v", len(b), err)
	}
}

// A link to a page of ours stays one in another language, with all its parameters.
func FuzzInLanguage(f *testing.F) {
	for _, seed := range []string{"/calls?status=open&lang=en", "/a%2Fb?x=%00", "/?a;b", "/..//x", "/x?%zz", "/#y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		u, err := url.Parse(to)
		if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
			return // not one of our pages
		}
		got, err := url.Parse(InLanguage(to, "el"))
		if err != nil || got.Host != "" || got.Path != u.Path || got.Query().Get("lang") != "el" {
			t.Fatalf("%q became %q, %v", to, InLanguage(to, "el"), err)
		}
		for name, values := range u.Query() {
			if name != "lang" && strings.Join(got.Query()[name], "\n") != strings.Join(values, "\n") {
				t.Errorf("%q lost %q in %q", to, name, got)
			}
		}
	})
}

// The network of a caller is one that they are in, of the size that limits are for.
func FuzzNetwork(f *testing.F) {
	for _, seed := range []string{"192.0.2.1:0", "[::ffff:192.0.2.1]:80", "[fe80::1%eth0]:0", "[2001:db8::1]:0", "x", ":0", "[::]:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, remote string) {
		got := Network(&http.Request{RemoteAddr: remote})
		if got == "" {
			return
		}
		network, err := netip.ParsePrefix(got)
		caller, err2 := netip.ParseAddrPort(remote)
		if err != nil || err2 != nil || !network.Contains(caller.Addr().Unmap().WithZone("")) || network.Bits() != 32 && network.Bits() != 64 {
			t.Errorf("%q is in %q: %v, %v", remote, got, err, err2)
		}
	})
}

// A page is in a language that there is, and only a choice in the address is carried on.
func FuzzLanguage(f *testing.F) {
	for _, seed := range [][2]string{{"el", ""}, {"EL_cy-x", "en"}, {"", "el;q=0.1,*"}, {"", "x-;q=;,"}, {"xx", strings.Repeat("de-", 300)}, {"\x00", "zh-Hant-TW-u-ca-roc"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, chosen, accept string) {
		r := httptest.NewRequest(http.MethodGet, "/?"+url.Values{"lang": {chosen}}.Encode(), nil)
		r.Header.Set("Accept-Language", accept)
		ctx := withLanguage(r).Context()
		for _, tag := range []language.Tag{Language(ctx), ChosenLanguage(ctx)} {
			if parsed, ok := language.Parse(string(tag)); tag != "" && (!ok || parsed != tag) {
				t.Errorf("%q is no language of ours", tag)
			}
		}
		if c := ChosenLanguage(ctx); Language(ctx) == "" || c != "" && c != Language(ctx) {
			t.Errorf("%q, %q: answered in %q, carried on as %q", chosen, accept, Language(ctx), c)
		}
	})
}
