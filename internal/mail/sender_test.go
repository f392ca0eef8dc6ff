package mail

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
)

// newSender returns a Sender whose SES is the handler, built on a client with
// the SDK's default retryer.
func newSender(t *testing.T, handler http.HandlerFunc) *Sender {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return NewSender(newClient(server.URL), "munet-events")
}

func newClient(url string) *ses.Client {
	return ses.New(ses.Options{
		Region:       "eu-central-1",
		BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

const accepted = `<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult></SendRawEmailResponse>`

func refuse(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(fmt.Appendf(nil, `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message))
	}
}

// hangUp closes the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler)
}

func TestSend(t *testing.T) {
	var form map[string][]string
	s := newSender(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form = r.PostForm
		_, _ = w.Write([]byte(accepted))
	})
	m := sample()
	m.To.Email = "info@δήμος.example"
	id, err := s.Send(t.Context(), m)
	if err != nil || id != "m-1" {
		t.Fatalf("Send = %q, %v", id, err)
	}
	if got := form["Destinations.member.1"]; len(got) != 1 || got[0] != "info@xn--jxalzmp.example" || form["Destinations.member.2"] != nil {
		t.Errorf("sent to %q", got)
	}
	raw, err := base64.StdEncoding.DecodeString(form["RawMessage.Data"][0])
	if err != nil {
		t.Fatal(err)
	}
	if got := receive(t, raw).header.Get("X-Ses-Configuration-Set"); got != "munet-events" {
		t.Errorf("configuration set %q", got)
	}
}

func TestSendClassifiesFailures(t *testing.T) {
	tests := []struct {
		name      string
		answer    http.HandlerFunc
		is        error  // ErrThrottled or ErrQuota
		refused   string // the code of a Refused
		permanent bool
	}{
		{"rate", refuse(400, "Throttling", "Maximum sending rate exceeded."), ErrThrottled, "", false},
		{"rate as 429", refuse(429, "TooManyRequestsException", "Slow down"), ErrThrottled, "", false},
		{"daily", refuse(400, "Throttling", "Daily message quota exceeded."), ErrQuota, "", false},
		{"bad address", refuse(400, "InvalidParameterValue", "Illegal address maria@larnaca.example"), nil, "InvalidParameterValue", true},
		{"rejected", refuse(400, "MessageRejected", "Email address is not verified: maria@larnaca.example"), nil, "MessageRejected", true},
		{"an account that is paused", refuse(400, "MessageRejected", "Sending paused for this account. For more information, please check the inbox."), nil, "MessageRejected", false},
		{"paused", refuse(400, "AccountSendingPausedException", "Paused"), nil, "AccountSendingPausedException", false},
		{"no right", refuse(403, "AccessDenied", "Not allowed"), nil, "AccessDenied", false},
		{"failure within SES", refuse(500, "InternalFailure", "maria@larnaca.example"), nil, "", false},
		{"unavailable", refuse(503, "ServiceUnavailable", "Later"), nil, "", false},
		{"lost answer", hangUp, nil, "", false},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte(accepted[:40]))
		}, nil, "", false},
		{"timed out there", refuse(408, "RequestTimeout", "Too slow"), nil, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var calls atomic.Int32
			s := newSender(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				test.answer(w, r)
			})
			_, err := s.Send(t.Context(), sample())
			checkFailure(t, err, test.is, test.refused, test.permanent)
			if calls.Load() != 1 {
				t.Errorf("SES was called %d times", calls.Load())
			}
		})
	}
}

func checkFailure(t *testing.T, err, is error, code string, permanent bool) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "@") {
		t.Errorf("the error names an address: %v", err)
	}
	refused, _ := errors.AsType[*Refused](err)
	switch {
	case is != nil:
		if !errors.Is(err, is) || Uncertain(err) {
			t.Errorf("err = %v, uncertain %v; want %v", err, Uncertain(err), is)
		}
	case code != "":
		if refused == nil || refused.Code != code || refused.Permanent != permanent || Uncertain(err) {
			t.Errorf("err = %#v, want Refused %s, permanent %v", err, code, permanent)
		}
	case refused != nil || !Uncertain(err):
		t.Errorf("err = %v, want an uncertain one", err)
	}
}

func TestSendStalls(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := newSender(t, func(http.ResponseWriter, *http.Request) { <-release })
	s.timeout = 50 * time.Millisecond
	started := time.Now()
	_, err := s.Send(t.Context(), sample())
	checkFailure(t, err, nil, "", false)
	if time.Since(started) > 5*time.Second {
		t.Error("the timeout of the call had no effect")
	}
}

func TestSendWithoutAConnection(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	_, err := NewSender(newClient(closed.URL), "").Send(t.Context(), sample())
	checkFailure(t, err, nil, "NoConnection", false)
}

func TestSendRefusesABadMessageItself(t *testing.T) {
	s := newSender(t, func(http.ResponseWriter, *http.Request) { t.Error("SES was called") })
	m := sample()
	m.Subject = "Hi\r\nBcc: x@example.org"
	_, err := s.Send(t.Context(), m)
	checkFailure(t, err, nil, "InvalidMessage", true)
	if _, ok := errors.AsType[*HeaderError](err); !ok {
		t.Errorf("err = %v, want a HeaderError within", err)
	}
}

func TestQuota(t *testing.T) {
	const answer = `<GetSendQuotaResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><GetSendQuotaResult><Max24HourSend>%s</Max24HourSend><MaxSendRate>14.0</MaxSendRate><SentLast24Hours>150.0</SentLast24Hours></GetSendQuotaResult></GetSendQuotaResponse>`
	for limit, want := range map[string]struct {
		Quota
		used float64
	}{
		"200.0": {Quota{PerSecond: 14, Left: 50, Max: 200}, 0.75},
		"100.0": {Quota{PerSecond: 14, Left: 0, Max: 100}, 1},
		"-1.0":  {Quota{PerSecond: 14, Left: -1}, 0},
	} {
		s := newSender(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(fmt.Appendf(nil, answer, limit)) })
		if q, err := s.Quota(t.Context()); err != nil || q != want.Quota || q.Used() != want.used {
			t.Errorf("limit %s: Quota = %+v, %v, used %v; want %+v", limit, q, err, q.Used(), want)
		}
	}
}
