package dissemination

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"github.com/municipalitiesnet/munet/internal/mail"
)

func TestAnEventSettlesAnUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 10)
	w.schedule("c")
	w.post.answer = func(n int, _ mail.Message) (bool, error) { return n != 5, lost(n == 4 || n == 5) }
	w.run()
	if report := w.check("c"); report.Unknown != 2 {
		t.Fatalf("%+v, want 2 unknown", report.Counts)
	}
	for range 3 { // events repeat
		for _, m := range w.post.log {
			if err := w.store.Settle(t.Context(), m.Tags[DeliveryTag], WentOut); err != nil {
				t.Fatal(err)
			}
		}
	}
	if report := w.check("c"); report.Unknown != 1 || report.Sent != 9 {
		t.Errorf("%+v, want only the one unknown that has no event", report.Counts)
	}
}

// Events may come before the sender's own mark, even before the answer that is then lost.
func TestAnEventBeforeTheMarkIsNotLost(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{"sent": nil, "lost": errLost} {
		w := newWorld(t, 40, 40)
		w.schedule(name)
		w.post.answer = func(_ int, m mail.Message) (bool, error) {
			return true, keepFirst(w.store.Settle(context.WithoutCancel(t.Context()), m.Tags[DeliveryTag], WentOut), answer)
		}
		engine, _ := w.process()
		_, err := engine.Run(t.Context())
		for err != nil && answer != nil { // a service that never answers stops the run
			w.later()
			_, err = engine.Run(t.Context())
		}
		if report := w.check(name); report.Sent != 40 {
			t.Errorf("%s: %+v, want all settled as sent", name, report.Counts)
		}
	}
}

func keepFirst(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// A process dies with deliveries in hand; their events settle them before or after the next
// process finds them.
func TestEventsAfterACrash(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} {
		w := newWorld(t, 30, 30)
		w.schedule("c")
		engine, cable := w.process()
		w.post.answer = func(int, mail.Message) (bool, error) {
			cable.mu.Lock()
			defer cable.mu.Unlock()
			cable.dead = len(w.post.log) >= 10
			return true, nil
		}
		if _, err := engine.Run(t.Context()); err == nil {
			t.Fatal("the process did not die")
		}
		events := func() {
			for _, m := range w.post.log {
				if err := w.store.Settle(t.Context(), m.Tags[DeliveryTag], WentOut); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.post.answer = nil
		if early {
			events()
		}
		w.later()
		w.run()
		if !early {
			if report := w.check("c"); report.Unknown == 0 {
				t.Error("nothing was unknown after the crash")
			}
			events()
		}
		if report := w.check("c"); report.Unknown != 0 || report.Sent != 30 {
			t.Errorf("events early %v: %+v, want all sent", early, report.Counts)
		}
	}
}

func TestSettlingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 3)
	if err := w.store.Settle(t.Context(), "gone_1_1", WentOut); err != nil {
		t.Errorf("a campaign that is deleted: %v", err)
	}
	w.schedule("c")
	w.run()
	for _, tag := range []string{"c_1_3", "nonsense"} {
		if err := w.store.Settle(t.Context(), tag, WentOut); err == nil {
			t.Errorf("%q was settled", tag)
		}
	}
}

// carelessly sends as the SDK does by default: with hidden retries.
func carelessly(client *ses.Client) func(context.Context, mail.Message) (string, error) {
	return func(ctx context.Context, m mail.Message) (string, error) {
		raw, err := m.MIME()
		if err != nil {
			return "", err
		}
		out, err := client.SendRawEmail(ctx, &ses.SendRawEmailInput{
			Destinations: []string{m.To.Email}, RawMessage: &types.RawMessage{Data: raw},
		})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.MessageId), nil
	}
}

// once sends as the project does.
func once(client *ses.Client) func(context.Context, mail.Message) (string, error) {
	return mail.NewSender(client, "").Send
}

// This is why nothing is retried behind the ledger's back: SES accepts a message and the answer is
// lost once. With the SDK's default retryer two copies go out, no error is seen, and the ledger
// counts one as SENT. Without retries one copy goes out and the ledger says UNKNOWN.
func TestHiddenRetriesMakeDuplicates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		send   func(*ses.Client) func(context.Context, mail.Message) (string, error)
		copies int
		want   Counts
	}{
		"the SDK's default retryer": {carelessly, 2, Counts{Sent: 1}},
		"no retries":                {once, 1, Counts{Unknown: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var accepted atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if _, err := base64.StdEncoding.DecodeString(r.PostFormValue("RawMessage.Data")); err != nil {
					t.Error(err)
				}
				if accepted.Add(1) == 1 {
					panic(http.ErrAbortHandler) // accepted, and the answer is lost
				}
				_, _ = fmt.Fprint(rw, `<SendRawEmailResponse><SendRawEmailResult><MessageId>1</MessageId></SendRawEmailResult></SendRawEmailResponse>`)
			}))
			defer server.Close()
			w := newWorld(t, 1, 1)
			w.schedule("c")
			engine, _ := w.process()
			engine.Send = c.send(ses.New(ses.Options{
				Region: "eu-west-1", BaseEndpoint: &server.URL,
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
				}),
			}))
			if _, err := engine.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := int(accepted.Load()); got != c.copies {
				t.Errorf("%d copies went out, want %d", got, c.copies)
			}
			if got := w.report("c").Counts; got != c.want {
				t.Errorf("the ledger says %+v, want %+v", got, c.want)
			}
		})
	}
}
