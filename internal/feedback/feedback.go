// Package feedback acts on what SES reports about mail that was sent.
//
// Events come from the configuration set through an SNS topic. They may repeat, come in any order
// and even before SES has answered the sender, and some never come: an event is a proof, its
// absence proves nothing. Acting on one twice is the same as acting on it once.
//
//	Send, DeliveryDelay         the mail went out: an uncertain delivery is settled
//	Delivery                    so too, and soft bounces of the address are forgotten
//	Bounce, Permanent           the address is suppressed, and the campaign counts a bounce
//	Bounce, other               the address counts a soft bounce; see members.SoftBounces
//	Complaint                   the address is suppressed, and the campaign counts a complaint
//	Reject, Rendering Failure   SES took the mail and did not send it: the delivery failed
//
// A campaign with too many bounces or complaints pauses itself; see [dissemination.MaxBounces].
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

// Ledger learns what became of deliveries. [dissemination.Store] is one.
type Ledger interface {
	Settle(ctx context.Context, delivery string, p dissemination.Proof) error
}

// Suppressions remembers addresses that no bulk mail may go to. members.Suppressions is one.
type Suppressions interface {
	Add(ctx context.Context, address, reason string) error
	Returned(ctx context.Context, address string) error
	Delivered(ctx context.Context, address string) error
}

// Handler acts on events of one topic.
type Handler struct {
	// Topic is the ARN of the only topic that is listened to.
	Topic        string
	Ledger       Ledger
	Suppressions Suppressions
	// Count records a number under the name of a metric.
	Count func(metric string, n float64)
	Log   *slog.Logger
}

// ErrTopic says that an event came from a topic that is not ours; nothing of it was acted on.
var ErrTopic = errors.New("feedback: an event from a foreign topic")

// Handle acts on all events, or returns an error, after which SNS repeats them.
func (h *Handler) Handle(ctx context.Context, e events.SNSEvent) error {
	var errs []error
	for _, record := range e.Records {
		errs = append(errs, h.handle(ctx, record.SNS))
	}
	return errors.Join(errs...)
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
	return errors.Join(h.settle(ctx, e), h.address(ctx, e))
}

// settle tells the ledger what the event proves.
func (h *Handler) settle(ctx context.Context, e event) error {
	proof, ok := e.proof()
	if !ok {
		h.Log.WarnContext(ctx, "an event of an unknown type", "event", e.EventType, "messageId", e.Mail.MessageID)
		return nil
	}
	if proof == dissemination.Refused {
		h.Log.WarnContext(ctx, "SES did not send a message", "event", e.EventType, "messageId", e.Mail.MessageID, "tags", e.Mail.Tags)
	}
	var errs []error
	for _, delivery := range e.Mail.Tags[dissemination.DeliveryTag] {
		errs = append(errs, h.Ledger.Settle(ctx, delivery, proof))
	}
	return errors.Join(errs...)
}

// address remembers what the event tells of the addresses.
func (h *Handler) address(ctx context.Context, e event) error {
	var errs []error
	switch {
	case e.EventType == "Delivery":
		for _, address := range e.Delivery.Recipients {
			errs = append(errs, h.Suppressions.Delivered(ctx, address))
		}
	case e.permanent():
		h.Count("Bounces", 1)
		errs = append(errs, h.suppress(ctx, e, e.Bounce.BouncedRecipients, "bounce"))
	case e.EventType == "Bounce":
		for _, r := range e.Bounce.BouncedRecipients {
			errs = append(errs, h.Suppressions.Returned(ctx, r.EmailAddress))
		}
	case e.EventType == "Complaint":
		h.Count("Complaints", 1)
		errs = append(errs, h.suppress(ctx, e, e.Complaint.ComplainedRecipients, "complaint"))
	}
	return errors.Join(errs...)
}

// suppress ends bulk mail to addresses that do not exist or whose owners complained.
func (h *Handler) suppress(ctx context.Context, e event, gone []recipient, reason string) error {
	for _, r := range gone {
		if err := h.Suppressions.Add(ctx, r.EmailAddress, reason); err != nil {
			return fmt.Errorf("feedback: suppressing: %w", err)
		}
		h.Log.InfoContext(ctx, "an address is suppressed", "reason", reason, "messageId", e.Mail.MessageID)
	}
	return nil
}
