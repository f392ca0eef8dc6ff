// Package feedback acts on what SES reports about mail that was sent.
//
// Events come from the configuration set through an SNS topic. They may repeat, come in any order
// and even before SES has answered the sender, and some never come: an event is a proof, its
// absence proves nothing.
package feedback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/internal/dissemination"
)

// Ledger learns which deliveries were sent. [dissemination.Store] is one.
type Ledger interface {
	Settle(ctx context.Context, delivery string) error
}

// Suppressions remembers addresses that no bulk mail may go to. members.Suppressions is one.
type Suppressions interface {
	Add(ctx context.Context, address, reason string) error
}

// Handler acts on events of one topic.
type Handler struct {
	// Topic is the ARN of the only topic that is listened to.
	Topic        string
	Ledger       Ledger
	Suppressions Suppressions
	Log          *slog.Logger
}

// ErrTopic says that an event came from a topic that is not ours; nothing of it was acted on.
var ErrTopic = errors.New("feedback: an event from a foreign topic")

// Handle acts on all events, or returns an error, after which SNS repeats them: acting twice is
// the same as acting once.
func (h *Handler) Handle(ctx context.Context, e events.SNSEvent) error {
	var errs []error
	for _, record := range e.Records {
		errs = append(errs, h.handle(ctx, record.SNS))
	}
	return errors.Join(errs...)
}

// event is what SES publishes, as far as it is read.
type event struct {
	EventType string `json:"eventType"`
	Mail      struct {
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Bounce struct {
		BounceType        string      `json:"bounceType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
}

type recipient struct {
	EmailAddress string `json:"emailAddress"`
}

func (h *Handler) handle(ctx context.Context, record events.SNSEntity) error {
	if record.TopicArn != h.Topic {
		return fmt.Errorf("%w: %.200s", ErrTopic, record.TopicArn)
	}
	if !strings.HasPrefix(record.Message, "{") {
		// SES says hello in plain words when a topic is connected.
		h.Log.InfoContext(ctx, "a message that is no event", "snsMessage", record.MessageID)
		return nil
	}
	var e event
	if err := json.Unmarshal([]byte(record.Message), &e); err != nil {
		return fmt.Errorf("feedback: event %s cannot be read: %w", record.MessageID, err)
	}
	return errors.Join(h.settle(ctx, e), h.suppress(ctx, e))
}

// settle records that the mail went out, which every event but a rejection proves.
func (h *Handler) settle(ctx context.Context, e event) error {
	switch e.EventType {
	case "Send", "Delivery", "DeliveryDelay", "Bounce", "Complaint":
	default: // Reject, Rendering Failure: SES took the message and then did not send it
		h.Log.WarnContext(ctx, "SES did not send a message", "event", e.EventType, "messageId", e.Mail.MessageID, "tags", e.Mail.Tags)
		return nil
	}
	for _, delivery := range e.Mail.Tags[dissemination.DeliveryTag] {
		if err := h.Ledger.Settle(ctx, delivery); err != nil {
			return err
		}
	}
	return nil
}

// suppress ends bulk mail to addresses that do not exist or whose owners complained. A mailbox
// that is full for a while is no reason.
func (h *Handler) suppress(ctx context.Context, e event) error {
	var gone []recipient
	reason := ""
	switch {
	case e.EventType == "Bounce" && e.Bounce.BounceType == "Permanent":
		gone, reason = e.Bounce.BouncedRecipients, "bounce"
	case e.EventType == "Complaint":
		gone, reason = e.Complaint.ComplainedRecipients, "complaint"
	}
	for _, r := range gone {
		if err := h.Suppressions.Add(ctx, r.EmailAddress, reason); err != nil {
			return fmt.Errorf("feedback: suppressing: %w", err)
		}
		h.Log.InfoContext(ctx, "an address is suppressed", "reason", reason, "messageId", e.Mail.MessageID)
	}
	return nil
}
