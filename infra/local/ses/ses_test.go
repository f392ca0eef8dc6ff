package ses

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
	"github.com/aws/smithy-go"
)

const topic = "arn:aws:sns:eu-central-1:000000000000:feedback"

// A post office is the service with a real client of it.
type postOffice struct {
	*Service
	client *ses.Client
	dir    string

	mutex     sync.Mutex
	published []string
}

func open(t testing.TB, f Faults) *postOffice {
	t.Helper()
	o := &postOffice{dir: t.TempDir()}
	store, err := OpenStore(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	o.Service = New(store, Options{
		Identities:        []string{"munet.example.org", "single@example.net"},
		ConfigurationSets: []string{"letters"},
		Destinations:      []Destination{{"letters", []string{"send", "delivery", "bounce", "complaint"}, topic}},
		Publish: func(to string, event []byte) {
			o.mutex.Lock()
			defer o.mutex.Unlock()
			o.published = append(o.published, to+" "+string(event))
		},
		Region: "eu-central-1", Account: "000000000000", Now: time.Now,
	})
	o.SetFaults(f)
	server := httptest.NewServer(o.Service)
	t.Cleanup(func() {
		server.Close()
		o.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.client = ses.New(ses.Options{
		BaseEndpoint: aws.String(server.URL), Region: "eu-central-1", Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	})
	return o
}

// letter is a message that SES accepts, with further header lines.
func letter(to string, more ...string) string {
	lines := append([]string{"From: MuNet <notices@munet.example.org>", "To: " + to, "Subject: Hello"}, more...)
	return strings.Join(append(lines, "", "Good day", ""), "\r\n")
}

func (o *postOffice) send(t testing.TB, raw string, change func(*ses.SendRawEmailInput)) (string, error) {
	t.Helper()
	input := &ses.SendRawEmailInput{RawMessage: &types.RawMessage{Data: []byte(raw)}}
	if change != nil {
		change(input)
	}
	out, err := o.client.SendRawEmail(t.Context(), input)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.MessageId), nil
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	o := open(t, Faults{})
	raw := letter("Anna <a@example.org>, b@example.org", "X-SES-MESSAGE-TAGS: campaign=c1, delivery=d1")
	id, err := o.send(t, raw, func(i *ses.SendRawEmailInput) {
		i.ConfigurationSetName = aws.String("letters")
		i.Tags = []types.MessageTag{{Name: aws.String("delivery"), Value: aws.String("d2")}}
	})
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := ReadLog(o.dir)
	if err != nil || len(accepted) != 1 {
		t.Fatalf("the log has %v, %v", accepted, err)
	}
	m := accepted[0]
	if m.ID != id || m.From != "notices@munet.example.org" || fmt.Sprint(m.To) != "[a@example.org b@example.org]" ||
		m.ConfigurationSet != "letters" || m.Tags["campaign"] != "c1" || m.Tags["delivery"] != "d2" {
		t.Errorf("the log has %+v", m)
	}
	if _, kept, err := o.store.Read(id); err != nil || string(kept) != raw {
		t.Errorf("the message was kept as %q, %v", kept, err)
	}
	quota, err := o.client.GetSendQuota(t.Context(), &ses.GetSendQuotaInput{})
	if err != nil || quota.SentLast24Hours != 2 || quota.MaxSendRate != defaultRate || quota.Max24HourSend != defaultQuota {
		t.Errorf("the quota is %+v, %v", quota, err)
	}
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	o := open(t, Faults{})
	_, err := o.send(t, letter("header@example.org"), func(i *ses.SendRawEmailInput) {
		i.Source = aws.String("Single <single@example.net>")
		i.Destinations = []string{"envelope@example.org"}
	})
	if err != nil {
		t.Fatal(err)
	}
	m := o.store.Messages()[0]
	if m.From != "single@example.net" || fmt.Sprint(m.To) != "[envelope@example.org]" {
		t.Errorf("the envelope is %+v", m)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	o := open(t, Faults{})
	set := func(name string) func(*ses.SendRawEmailInput) {
		return func(i *ses.SendRawEmailInput) { i.ConfigurationSetName = aws.String(name) }
	}
	good := letter("a@example.org")
	tests := []struct {
		name, raw  string
		change     func(*ses.SendRawEmailInput)
		code, text string
	}{
		{name: "no domain", raw: letter("anna"), code: "InvalidParameterValue", text: "Missing final '@domain'"},
		{name: "empty domain", raw: letter("anna@"), code: "InvalidParameterValue", text: "Missing final '@domain'"},
		{name: "two at signs", raw: letter("a@b@example.org"), code: "InvalidParameterValue", text: "Illegal address"},
		{name: "no dot", raw: letter("a@localhost"), code: "InvalidParameterValue", text: "no dot"},
		{name: "dots", raw: letter("a@example..org"), code: "InvalidParameterValue"},
		{name: "underscore", raw: letter("a@exa_mple.org"), code: "InvalidParameterValue", text: "Domain contains illegal character"},
		{name: "one bad of two", raw: letter("a@example.org, b"), code: "InvalidParameterValue"},
		{name: "Greek address", raw: good, change: func(i *ses.SendRawEmailInput) { i.Destinations = []string{"άννα@example.org"} }, code: "InvalidParameterValue", text: "Local address"},
		{name: "Greek header", raw: letter("a@example.org", "X-Greeting: Γεια"), code: "InvalidParameterValue", text: "outside ASCII"},
		{name: "no recipient", raw: "From: notices@munet.example.org\r\n\r\nx", code: "InvalidParameterValue", text: "'To'"},
		{name: "51 recipients", raw: letter(strings.Repeat("a@example.org,", 50) + "a@example.org"), code: "InvalidParameterValue", text: "Recipient count exceeds 50"},
		{name: "no sender", raw: "To: a@example.org\r\n\r\nx", code: "InvalidParameterValue", text: "'From'"},
		{name: "other sender", raw: strings.ReplaceAll(good, "munet.example.org", "example.com"), code: "MessageRejected", text: "EU-CENTRAL-1: notices@example.com"},
		{name: "similar sender", raw: strings.ReplaceAll(good, "munet.example.org", "xmunet.example.org"), code: "MessageRejected"},
		{name: "other envelope", raw: good, change: func(i *ses.SendRawEmailInput) { i.Source = aws.String("x@example.com") }, code: "MessageRejected", text: "x@example.com"},
		{name: "header twice", raw: letter("a@example.org", "Subject: Again"), code: "InvalidParameterValue", text: "Duplicate header 'Subject'"},
		{name: "bare line feed", raw: strings.Replace(good, "Good day\r\n", "Good\nday\r\n", 1), code: "InvalidParameterValue", text: "Line 5 ends with a bare line feed"},
		{name: "bare carriage return", raw: strings.Replace(good, "Good day", "Good\rday", 1), code: "InvalidParameterValue", text: "bare carriage return"},
		{name: "long line", raw: good + strings.Repeat("x", 999), code: "InvalidParameterValue", text: "999 characters"},
		{name: "too large", raw: good + strings.Repeat(strings.Repeat("x", 998)+"\r\n", 10486), code: "InvalidParameterValue", text: "more than 10485760 bytes"},
		{name: "no header", raw: "hello", code: "InvalidParameterValue"},
		{name: "unknown set", raw: good, change: set("other"), code: "ConfigurationSetDoesNotExist"},
		{name: "address as tag", raw: letter("a@example.org", "X-SES-MESSAGE-TAGS: to=a@example.org"), code: "InvalidParameterValue", text: "Invalid tag"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := o.send(t, test.raw, test.change)
			var api smithy.APIError
			if !errors.As(err, &api) {
				t.Fatalf("the error is %v", err)
			}
			if api.ErrorCode() != test.code || !strings.Contains(api.ErrorMessage(), test.text) {
				t.Errorf("refused with %s: %s", api.ErrorCode(), api.ErrorMessage())
			}
		})
	}
	t.Cleanup(func() {
		if n := len(o.store.Messages()); n != 0 {
			t.Errorf("%d refused messages were kept", n)
		}
	})
}

// Sending needs a grant for the identity that the sender belongs to and for the configuration set.
func TestAsksWhetherTheCallerMay(t *testing.T) {
	t.Parallel()
	o := open(t, Faults{})
	var asked []string
	answer := errors.New("not so")
	o.options.Authorize = func(_ *http.Request, action, from string, resources ...string) error {
		asked = append(asked, action+" "+from+" "+strings.Join(resources, " "))
		return answer
	}
	_, err := o.send(t, letter("a@example.org"), func(i *ses.SendRawEmailInput) { i.ConfigurationSetName = aws.String("letters") })
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" || refused.ErrorMessage() != "not so" {
		t.Errorf("refused with %v", err)
	}
	if _, err = o.client.GetSendQuota(t.Context(), nil); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" {
		t.Errorf("the quota: %v", err)
	}
	answer = nil
	if _, err := o.send(t, letter("a@example.org"), nil); err != nil {
		t.Errorf("granted, but %v", err)
	}
	const arn = "arn:aws:ses:eu-central-1:000000000000:"
	want := []string{
		"ses:SendRawEmail notices@munet.example.org " + arn + "identity/munet.example.org " + arn + "configuration-set/letters",
		"ses:GetSendQuota  *",
		"ses:SendRawEmail notices@munet.example.org " + arn + "identity/munet.example.org",
	}
	if !slices.Equal(asked, want) || o.store.Count() != 1 {
		t.Errorf("asked %q and took %d", asked, o.store.Count())
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	rate, quota := 2.0, 3
	o := open(t, Faults{MaxRate: &rate, Quota: &quota})
	var texts []string
	for range 3 {
		_, err := o.send(t, letter("a@example.org"), nil)
		texts = append(texts, fmt.Sprint(err))
	}
	if texts[0] != "<nil>" || texts[1] != "<nil>" || !strings.Contains(texts[2], "Throttling: Maximum sending rate exceeded.") {
		t.Errorf("3 messages at 2 a second: %v", texts)
	}
	_, err := o.send(t, letter("a@example.org, b@example.org"), nil)
	if !strings.Contains(fmt.Sprint(err), "Throttling: Daily message quota exceeded.") {
		t.Errorf("4 recipients of 3: %v", err)
	}
}

func TestQuotaIsForADay(t *testing.T) {
	t.Parallel()
	var l limits
	one := 1
	l.set(nil, &one)
	noon := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {time.Hour, errQuota}, {23 * time.Hour, errQuota}, {24 * time.Hour, nil}} {
		if err := l.take(noon.Add(step.after), 1); !errors.Is(err, step.want) {
			t.Errorf("after %s: %v, want %v", step.after, err, step.want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	always := Fault{Count: 1}
	tests := []struct {
		name     string
		faults   Faults
		code     string // "" for an answer that does not come
		accepted int
	}{
		{"throttle", Faults{Throttle: always}, "Throttling", 0},
		{"daily quota", Faults{DailyQuota: always}, "Throttling", 0},
		{"reject", Faults{Reject: always}, "MessageRejected", 0},
		{"fail", Faults{Fail: always}, "ServiceUnavailable", 0},
		{"hangup", Faults{Hangup: always}, "", 0},
		{"drop", Faults{Drop: always}, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, test.faults)
			_, err := o.send(t, letter("a@example.org"), nil)
			var api smithy.APIError
			if err == nil || errors.As(err, &api) != (test.code != "") || api != nil && api.ErrorCode() != test.code {
				t.Errorf("the error is %v", err)
			}
			accepted, err := ReadLog(o.dir)
			if err != nil || len(accepted) != test.accepted {
				t.Errorf("%d messages were accepted (%v), want %d", len(accepted), err, test.accepted)
			}
			if _, err := o.send(t, letter("a@example.org"), nil); err != nil {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
}

func TestStall(t *testing.T) {
	t.Parallel()
	o := open(t, Faults{Stall: Fault{Count: 1, To: "slow"}, StallSeconds: 0.5})
	for to, slow := range map[string]bool{"a@example.org": false, "slow@example.org": true} {
		begun := time.Now()
		if _, err := o.send(t, letter(to), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); (took >= 500*time.Millisecond) != slow {
			t.Errorf("the message to %s took %s", to, took)
		}
	}
}

func TestProbabilityIsRepeatable(t *testing.T) {
	t.Parallel()
	pattern := func(seed uint64) string {
		f := newFaults(Faults{Seed: seed, Drop: Fault{Probability: 0.3, Count: 20}})
		var b strings.Builder
		for range 200 {
			b.WriteString(map[bool]string{true: "x", false: "."}[f.choose(nil).drop])
		}
		return b.String()
	}
	first := pattern(7)
	if n := strings.Count(first, "x"); n != 20 {
		t.Errorf("%d faults, want 20 and then no more", n)
	}
	if first != pattern(7) {
		t.Error("one seed gives two patterns")
	}
	if first == pattern(8) {
		t.Error("two seeds give one pattern")
	}
}
