package mail

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
)

// sendTimeout bounds one call to SES, from dialling to the end of the answer.
const sendTimeout = 10 * time.Second

// A Sender hands messages to SES. It is safe for concurrent use.
type Sender struct {
	client           *ses.Client
	configurationSet string
	timeout          time.Duration
}

// NewSender returns a Sender that reports events through the configuration
// set, which may be empty. Whatever the client's own retryer is, the Sender
// uses none: SendRawEmail has no idempotency token, so that a repeated call
// whose first answer was lost sends the mail twice.
func NewSender(client *ses.Client, configurationSet string) *Sender {
	once := ses.New(client.Options(), func(o *ses.Options) { o.Retryer = aws.NopRetryer{} })
	return &Sender{client: once, configurationSet: configurationSet, timeout: sendTimeout}
}

// Send calls SES once and returns the message id that its events will carry.
//
// It fails with [ErrThrottled], [ErrQuota] or a [*Refused] if the mail was
// certainly not sent. After any other error, for which [Uncertain] reports
// true, the mail may be on its way, and sending again may make two.
func (s *Sender) Send(ctx context.Context, m Message) (messageID string, err error) {
	if m.ConfigurationSet == "" {
		m.ConfigurationSet = s.configurationSet
	}
	raw, err := m.MIME()
	if err != nil {
		return "", &Refused{Code: "InvalidMessage", Permanent: true, cause: err}
	}
	to, err := ParseAddress(m.To.Email)
	if err != nil {
		return "", &Refused{Code: "InvalidMessage", Permanent: true, cause: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	// A call that never got a connection cannot have sent anything.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	out, err := s.client.SendRawEmail(ctx, &ses.SendRawEmailInput{
		Destinations: []string{to},
		RawMessage:   &types.RawMessage{Data: raw},
	})
	if err != nil {
		return "", classify(err, connected.Load())
	}
	return aws.ToString(out.MessageId), nil
}

// Quota is what SES lets the account send.
type Quota struct {
	PerSecond float64 // the highest rate, in messages
	Left      int     // messages left in the running 24 hours; less than 0 means without limit
	Max       int     // messages in 24 hours; 0 means without limit
}

// Used is the part of the messages for 24 hours that was sent, from 0 to 1.
func (q Quota) Used() float64 {
	if q.Max <= 0 {
		return 0
	}
	return 1 - float64(q.Left)/float64(q.Max)
}

// Quota asks SES for the account's limits.
func (s *Sender) Quota(ctx context.Context) (Quota, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	out, err := s.client.GetSendQuota(ctx, &ses.GetSendQuotaInput{})
	if err != nil {
		return Quota{}, err
	}
	q := Quota{PerSecond: out.MaxSendRate, Left: -1}
	if out.Max24HourSend >= 0 { // SES says -1 for no limit
		q.Left, q.Max = int(max(out.Max24HourSend-out.SentLast24Hours, 0)), int(out.Max24HourSend)
	}
	return q, nil
}
