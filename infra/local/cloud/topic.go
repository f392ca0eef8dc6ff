package cloud

import (
	"encoding/json"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/uuid"
)

// An SNS notification as Lambda gives it to a subscribed function:
// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
type snsEvent struct {
	Records []snsRecord `json:"Records"`
}

type snsRecord struct {
	EventVersion         string          `json:"EventVersion"`
	EventSubscriptionArn string          `json:"EventSubscriptionArn"`
	EventSource          string          `json:"EventSource"`
	Sns                  snsNotification `json:"Sns"`
}

type snsNotification struct {
	Type              string         `json:"Type"`
	MessageID         string         `json:"MessageId"`
	TopicArn          string         `json:"TopicArn"`
	Subject           string         `json:"Subject"`
	Message           string         `json:"Message"`
	Timestamp         string         `json:"Timestamp"`
	SignatureVersion  string         `json:"SignatureVersion"`
	Signature         string         `json:"Signature"`
	SigningCertURL    string         `json:"SigningCertUrl"`
	UnsubscribeURL    string         `json:"UnsubscribeUrl"`
	MessageAttributes map[string]any `json:"MessageAttributes"`
}

// publish gives an event of SES to the functions that are subscribed to its
// topic, each in an event of its own.
func (c *Cloud) publish(topic string, message []byte) {
	for _, s := range c.Template.Subscriptions {
		if s.Topic != topic {
			continue
		}
		event, err := json.Marshal(snsEvent{[]snsRecord{{
			EventVersion: "1.0", EventSource: "aws:sns", EventSubscriptionArn: topic + ":" + uuid.New(),
			Sns: snsNotification{
				Type: "Notification", MessageID: uuid.New(), TopicArn: topic,
				Subject: "Amazon SES Email Event Notification", Message: string(message),
				Timestamp:        time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
				SignatureVersion: "1", Signature: "local", MessageAttributes: map[string]any{},
			},
		}}})
		if err != nil {
			continue // plain texts; they always encode
		}
		_ = c.functions.InvokeAsync(s.Function, event) // the template has the function
	}
}
