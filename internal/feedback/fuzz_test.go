package feedback

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/internal/dissemination"
)

// notes count what a handler tells the ledger and the list of suppressed addresses.
type notes struct{ settled, suppressed, soft, delivered int }

func (n *notes) Settle(context.Context, string, dissemination.Proof) error { n.settled++; return nil }
func (n *notes) Add(context.Context, string, string) error                 { n.suppressed++; return nil }
func (n *notes) Returned(context.Context, string) error                    { n.soft++; return nil }
func (n *notes) Delivered(context.Context, string) error                   { n.delivered++; return nil }

// Whatever SNS brings, nothing is done for a foreign topic, an address is suppressed only by a bounce
// for good or a complaint, and what cannot be read is an error, so that SNS repeats it and then alarms.
func FuzzHandle(f *testing.F) {
	const topic = "arn:aws:sns:eu-central-1:000000000000:munet"
	for _, message := range []string{
		`{"eventType":"Bounce","mail":{"messageId":"m","tags":{"delivery":["a_1_0"]}},"bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@example.org"}]}}`,
		`{"eventType":"Bounce","bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"a@example.org"}]}}`,
		`{"eventType":"Complaint","complaint":{"complainedRecipients":[{}]}}`, `{"eventType":"Delivery","delivery":{"recipients":["a@example.org"]}}`,
		`{"eventType":"Open"}`, `{"eventType":1}`, `{`, `Successfully validated SNS topic for Amazon SES event publishing.`, ``, `{"mail":{"tags":{"delivery":null}}}`,
	} {
		f.Add(topic, message)
	}
	f.Add("arn:aws:sns:eu-central-1:999999999999:evil", `{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@example.org"}]}}`)
	f.Fuzz(func(t *testing.T, from, message string) {
		n := &notes{}
		h := Handler{Topic: topic, Ledger: n, Suppressions: n, Count: func(string, float64) {}, Log: slog.New(slog.DiscardHandler)}
		err := h.Handle(t.Context(), events.SNSEvent{Records: []events.SNSEventRecord{{SNS: events.SNSEntity{TopicArn: from, Message: message}}}})
		if from != topic && (!errors.Is(err, ErrTopic) || *n != notes{}) {
			t.Errorf("a foreign topic: %+v, %v", n, err)
		}
		var e event
		unread := json.Unmarshal([]byte(message), &e)
		if n.suppressed > 0 && (unread != nil || !e.permanent() && e.EventType != "Complaint") {
			t.Errorf("%q suppresses", message)
		}
		if from == topic && message != "" && message[0] == '{' && (unread != nil) != (err != nil) {
			t.Errorf("%q: %v, want %v", message, err, unread)
		}
	})
}
