package feedback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/internal/dissemination"
)

const topic = "arn:aws:sns:eu-west-1:123456789012:feedback"

// record notes what the handler does.
type record struct {
	settled    []string
	suppressed []string
	fail       error
}

func (r *record) Settle(_ context.Context, delivery string, p dissemination.Proof) error {
	r.settled = append(r.settled, fmt.Sprint(delivery, " ", names[p]))
	return r.fail
}

var names = map[dissemination.Proof]string{
	dissemination.WentOut: "went out", dissemination.Returned: "returned", dissemination.Bounced: "bounced",
	dissemination.Complained: "complained", dissemination.Refused: "refused",
}

func (r *record) Returned(_ context.Context, address string) error {
	r.suppressed = append(r.suppressed, address+" returned")
	return r.fail
}

func (r *record) Delivered(_ context.Context, address string) error {
	r.suppressed = append(r.suppressed, address+" delivered")
	return r.fail
}

func (r *record) Add(_ context.Context, address, reason string) error {
	r.suppressed = append(r.suppressed, address+" "+reason)
	return r.fail
}

func handle(t *testing.T, r *record, messages ...string) error {
	t.Helper()
	h := &Handler{Topic: topic, Ledger: r, Suppressions: r, Count: func(string, float64) {}, Log: slog.New(slog.DiscardHandler)}
	var e events.SNSEvent
	for _, m := range messages {
		e.Records = append(e.Records, events.SNSEventRecord{SNS: events.SNSEntity{TopicArn: topic, Message: m}})
	}
	return h.Handle(t.Context(), e)
}

func message(kind, more string) string {
	return fmt.Sprintf(`{"eventType":%q,"mail":{"messageId":"1","destination":["maria@pafos.example"],
		"tags":{"campaign":["c"],"delivery":["c_1_7"],"ses:configuration-set":["munet"]}}%s}`, kind, more)
}

func TestEvents(t *testing.T) {
	bounced := `"bouncedRecipients":[{"emailAddress":"maria@pafos.example"}]`
	for name, c := range map[string]struct {
		message             string
		settled, suppressed []string
	}{
		"sent": {message("Send", `,"send":{}`), []string{"c_1_7 went out"}, nil},
		"delivered": {
			message("Delivery", `,"delivery":{"recipients":["maria@pafos.example"]}`),
			[]string{"c_1_7 went out"}, []string{"maria@pafos.example delivered"},
		},
		"delayed": {message("DeliveryDelay", ""), []string{"c_1_7 went out"}, nil},
		"bounced for good": {
			message("Bounce", `,"bounce":{"bounceType":"Permanent",`+bounced+`}`),
			[]string{"c_1_7 bounced"}, []string{"maria@pafos.example bounce"},
		},
		"bounced for now": {
			message("Bounce", `,"bounce":{"bounceType":"Transient",`+bounced+`}`),
			[]string{"c_1_7 returned"}, []string{"maria@pafos.example returned"},
		},
		"bounced for no known reason": {
			message("Bounce", `,"bounce":{"bounceType":"Undetermined",`+bounced+`}`),
			[]string{"c_1_7 returned"}, []string{"maria@pafos.example returned"},
		},
		"complained": {
			message("Complaint", `,"complaint":{"complainedRecipients":[{"emailAddress":"m@p.example"}]}`),
			[]string{"c_1_7 complained"}, []string{"m@p.example complaint"},
		},
		"rejected":               {message("Reject", `,"reject":{"reason":"Bad content"}`), []string{"c_1_7 refused"}, nil},
		"not rendered":           {message("Rendering Failure", ""), []string{"c_1_7 refused"}, nil},
		"of a type to come":      {message("Subscription", ""), nil, nil},
		"without a delivery":     {`{"eventType":"Send","mail":{"tags":{}}}`, nil, nil},
		"SES connects the topic": {"Successfully validated SNS topic for Amazon SES event publishing.", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := &record{}
			if err := handle(t, r, c.message); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(r.settled, c.settled) || !slices.Equal(r.suppressed, c.suppressed) {
				t.Errorf("settled %v and suppressed %v, want %v and %v", r.settled, r.suppressed, c.settled, c.suppressed)
			}
		})
	}
}

func TestForeignTopicsAreRefused(t *testing.T) {
	r := &record{}
	h := &Handler{Topic: topic, Ledger: r, Suppressions: r, Count: func(string, float64) {}, Log: slog.New(slog.DiscardHandler)}
	err := h.Handle(t.Context(), events.SNSEvent{Records: []events.SNSEventRecord{
		{SNS: events.SNSEntity{TopicArn: topic + "-of-a-stranger", Message: message("Complaint", `,"complaint":{"complainedRecipients":[{"emailAddress":"m@p.example"}]}`)}},
		{SNS: events.SNSEntity{TopicArn: topic, Message: message("Send", "")}},
	}})
	if !errors.Is(err, ErrTopic) {
		t.Errorf("got %v, want %v", err, ErrTopic)
	}
	if len(r.suppressed) != 0 || len(r.settled) != 1 {
		t.Errorf("suppressed %v and settled %v, want nothing of the foreign event and all of ours", r.suppressed, r.settled)
	}
}

// An event that was not acted on is an error, so that it comes again.
func TestFailuresAreReported(t *testing.T) {
	if err := handle(t, &record{fail: errors.New("no table")}, message("Send", "")); err == nil {
		t.Error("a failed settlement was forgotten")
	}
	if err := handle(t, &record{}, `{"eventType":`); err == nil {
		t.Error("a damaged event was forgotten")
	}
	r := &record{}
	if err := handle(t, r, `{"eventType":`, message("Send", "")); err == nil || len(r.settled) != 1 {
		t.Errorf("a damaged event kept the next from being read: %v", err)
	}
}
