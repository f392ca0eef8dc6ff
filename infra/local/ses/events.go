package ses

import (
	"bytes"
	"encoding/json"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/uuid"
)

// The form of published events:
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
type publishedEvent struct {
	EventType string     `json:"eventType"`
	Mail      mailObject `json:"mail"`
	Send      *struct{}  `json:"send,omitempty"`
	Delivery  *delivery  `json:"delivery,omitempty"`
	Bounce    *bounce    `json:"bounce,omitempty"`
	Complaint *complaint `json:"complaint,omitempty"`
}

type mailObject struct {
	Timestamp        string              `json:"timestamp"`
	Source           string              `json:"source"`
	SourceArn        string              `json:"sourceArn"`
	SendingAccountID string              `json:"sendingAccountId"`
	MessageID        string              `json:"messageId"`
	Destination      []string            `json:"destination"`
	HeadersTruncated bool                `json:"headersTruncated"`
	Headers          []nameValue         `json:"headers"`
	CommonHeaders    commonHeaders       `json:"commonHeaders"`
	Tags             map[string][]string `json:"tags"`
}

type nameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type commonHeaders struct {
	From      []string `json:"from"`
	To        []string `json:"to"`
	MessageID string   `json:"messageId"`
	Subject   string   `json:"subject"`
}

type delivery struct {
	Timestamp            string   `json:"timestamp"`
	ProcessingTimeMillis int      `json:"processingTimeMillis"`
	Recipients           []string `json:"recipients"`
	SMTPResponse         string   `json:"smtpResponse"`
	ReportingMTA         string   `json:"reportingMTA"`
}

type bounce struct {
	BounceType        string      `json:"bounceType"`
	BounceSubType     string      `json:"bounceSubType"`
	BouncedRecipients []recipient `json:"bouncedRecipients"`
	Timestamp         string      `json:"timestamp"`
	FeedbackID        string      `json:"feedbackId"`
	ReportingMTA      string      `json:"reportingMTA"`
}

type recipient struct {
	EmailAddress   string `json:"emailAddress"`
	Action         string `json:"action,omitempty"`
	Status         string `json:"status,omitempty"`
	DiagnosticCode string `json:"diagnosticCode,omitempty"`
}

type complaint struct {
	ComplainedRecipients  []recipient `json:"complainedRecipients"`
	Timestamp             string      `json:"timestamp"`
	FeedbackID            string      `json:"feedbackId"`
	UserAgent             string      `json:"userAgent"`
	ComplaintFeedbackType string      `json:"complaintFeedbackType"`
	ArrivalDate           string      `json:"arrivalDate"`
}

// eventTime is ISO 8601 with milliseconds, as SES writes it.
const eventTime = "2006-01-02T15:04:05.000Z"

const (
	simulator    = "@simulator.amazonses.com"
	reportingMTA = "dsn; a.local.example"
)

// publish sends the events of an accepted message to the topics of its
// configuration set, in the background.
func (s *Service) publish(m Message, raw []byte, e effect) {
	subscribed := func(event string, d Destination) bool {
		return d.ConfigurationSet == m.ConfigurationSet && slices.Contains(d.Events, event)
	}
	if m.ConfigurationSet == "" || e.loseEvents {
		return
	}
	s.events.Go(func() {
		time.Sleep(e.delayEvents)
		described := s.describe(m, raw)
		for _, event := range e.arrange(s.outcome(m)) {
			event.Mail = described
			text, err := json.Marshal(event)
			if err != nil {
				continue // plain data; it always encodes
			}
			for _, d := range s.options.Destinations {
				if subscribed(strings.ToLower(event.EventType), d) {
					s.options.Publish(d.Topic, text)
				}
			}
		}
	})
}

// arrange is the order in which events are published, and how often.
func (e effect) arrange(events []publishedEvent) []publishedEvent {
	if e.doubleEvents {
		events = append(events, events...)
	}
	if e.reverseEvents {
		slices.Reverse(events)
	}
	return events
}

func (s *Service) describe(m Message, raw []byte) mailObject {
	o := mailObject{
		Timestamp: m.Time.Format(eventTime), Source: m.From,
		SourceArn:        "arn:aws:ses:" + s.options.Region + ":" + s.options.Account + ":identity/" + m.From,
		SendingAccountID: s.options.Account, MessageID: m.ID, Destination: m.To,
		Tags: map[string][]string{"ses:configuration-set": {m.ConfigurationSet}},
	}
	for name, value := range m.Tags {
		o.Tags[name] = []string{value}
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return o // it could be read when it was checked
	}
	for name, values := range parsed.Header {
		for _, value := range values {
			o.Headers = append(o.Headers, nameValue{name, value})
		}
	}
	slices.SortFunc(o.Headers, func(a, b nameValue) int { return strings.Compare(a.Name, b.Name) })
	o.CommonHeaders = commonHeaders{
		From: []string{parsed.Header.Get("From")}, To: []string{parsed.Header.Get("To")},
		MessageID: m.ID, Subject: parsed.Header.Get("Subject"),
	}
	return o
}

// outcome is what happens to a message: its recipients on SES's mailbox
// simulator decide, any other address receives it.
func (s *Service) outcome(m Message) []publishedEvent {
	now := s.options.Now().UTC().Format(eventTime)
	events := []publishedEvent{{EventType: "Send", Send: &struct{}{}}}
	var delivered []string
	for _, to := range m.To {
		name, simulated := strings.CutSuffix(strings.ToLower(to), simulator)
		name, _, _ = strings.Cut(name, "+") // a label
		switch {
		case simulated && name == "bounce":
			events = append(events, bounced(to, "General", "smtp; 550 5.1.1 user unknown", now))
		case simulated && name == "suppressionlist":
			events = append(events, bounced(to, "Suppressed", "Amazon SES has suppressed sending to this address", now))
		case simulated && name == "complaint":
			delivered = append(delivered, to)
			events = append(events, publishedEvent{EventType: "Complaint", Complaint: &complaint{
				ComplainedRecipients: []recipient{{EmailAddress: to}}, Timestamp: now, FeedbackID: uuid.New(),
				UserAgent: "Amazon SES Mailbox Simulator", ComplaintFeedbackType: "abuse", ArrivalDate: now,
			}})
		default:
			delivered = append(delivered, to)
		}
	}
	if len(delivered) == 0 {
		return events
	}
	return slices.Insert(events, 1, publishedEvent{EventType: "Delivery", Delivery: &delivery{
		Timestamp: now, ProcessingTimeMillis: int(s.options.Now().Sub(m.Time) / time.Millisecond),
		Recipients: delivered, SMTPResponse: "250 2.6.0 Message received", ReportingMTA: "a.local.example",
	}})
}

func bounced(to, subType, diagnostic, now string) publishedEvent {
	return publishedEvent{EventType: "Bounce", Bounce: &bounce{
		BounceType: "Permanent", BounceSubType: subType,
		BouncedRecipients: []recipient{{to, "failed", "5.1.1", diagnostic}},
		Timestamp:         now, FeedbackID: uuid.New(), ReportingMTA: reportingMTA,
	}}
}
