// Package ses stands in for Amazon SES: the calls SendRawEmail and
// GetSendQuota of its Query API (version 2010-12-01), as SDKs make them.
//
// It refuses what SES refuses, keeps every accepted message instead of sending
// it, and publishes what SES publishes about messages of a configuration set:
// that they were sent, delivered, bounced or complained about, of which the
// address decides (see outcome). Its faults can be set; see [Faults].
package ses

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/uuid"
)

// Options of New.
type Options struct {
	// Identities are the addresses and domains that may send.
	Identities []string
	// ConfigurationSets that exist.
	ConfigurationSets []string
	// Destinations of events, by configuration set.
	Destinations []Destination
	// Publish hands an event to a topic. It must not wait for who receives it.
	Publish func(topic string, event []byte)
	// Authorize is an error if the signer of the request may not take the action on all of the
	// resources (ARNs, or *), for a message from an address if there is one. Nil allows everything.
	Authorize func(r *http.Request, action, from string, resources ...string) error
	// Region and Account appear in errors and events.
	Region  string
	Account string
	Now     func() time.Time
}

// A Destination is a topic that certain events of a configuration set go to.
type Destination struct {
	ConfigurationSet string
	Events           []string // in lower case: send, delivery, bounce, complaint, …
	Topic            string   // ARN
}

// A Service is the stand-in. It is an [http.Handler].
type Service struct {
	options Options
	store   *Store
	limits  limits

	mutex  sync.Mutex
	faults *faults
	events sync.WaitGroup
}

// New makes a service that keeps accepted messages in the store.
func New(store *Store, o Options) *Service {
	s := &Service{options: o, store: store}
	s.SetFaults(Faults{})
	return s
}

// SetFaults replaces the faults. The zero value has none.
func (s *Service) SetFaults(f Faults) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.faults = newFaults(f)
	s.limits.set(f.MaxRate, f.Quota)
}

// Wait returns when every event of the accepted messages has been published.
func (s *Service) Wait() { s.events.Wait() }

// Limits of the API.
const (
	maxMessage    = 10 << 20
	maxBody       = 3 * maxMessage // base64, and then encoded for a form
	maxRecipients = 50
	namespace     = "http://ses.amazonaws.com/doc/2010-12-01/"
)

// ServeHTTP answers one call.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := uuid.New()
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.Header().Set("Content-Type", "text/xml")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		write(w, requestID, refusal(http.StatusBadRequest, "MalformedInput", err.Error()))
		return
	}
	var answer any
	var err error
	switch action := r.PostForm.Get("Action"); {
	case r.Header.Get("Authorization") == "":
		err = refusal(http.StatusForbidden, "MissingAuthenticationToken", "Missing Authentication Token")
	case action == "SendRawEmail":
		answer, err = s.sendRawEmail(r, requestID)
	case action == "GetSendQuota":
		answer, err = s.sendQuota(requestID), s.authorize(r, action, "", "*")
	default:
		err = refusal(http.StatusBadRequest, "InvalidAction",
			fmt.Sprintf("Could not find operation %s for version 2010-12-01", action))
	}
	if err != nil {
		write(w, requestID, err)
		return
	}
	// A client that has left misses the answer, as with SES.
	_ = xml.NewEncoder(w).Encode(answer)
}

type metadata struct {
	RequestID string `xml:"RequestId"`
}

type sendRawEmailResponse struct {
	XMLName   xml.Name `xml:"SendRawEmailResponse"`
	Namespace string   `xml:"xmlns,attr"`
	MessageID string   `xml:"SendRawEmailResult>MessageId"`
	Metadata  metadata `xml:"ResponseMetadata"`
}

type sendQuotaResponse struct {
	XMLName         xml.Name `xml:"GetSendQuotaResponse"`
	Namespace       string   `xml:"xmlns,attr"`
	Max24HourSend   float64  `xml:"GetSendQuotaResult>Max24HourSend"`
	MaxSendRate     float64  `xml:"GetSendQuotaResult>MaxSendRate"`
	SentLast24Hours float64  `xml:"GetSendQuotaResult>SentLast24Hours"`
	Metadata        metadata `xml:"ResponseMetadata"`
}

func (s *Service) sendQuota(requestID string) sendQuotaResponse {
	rate, quota, sent := s.limits.state(s.options.Now())
	return sendQuotaResponse{
		Namespace: namespace, Metadata: metadata{requestID},
		Max24HourSend: float64(quota), MaxSendRate: rate, SentLast24Hours: float64(sent),
	}
}

// sendRawEmail checks a message, meets the faults, and keeps the message. The
// message is on the disk before the answer is.
func (s *Service) sendRawEmail(r *http.Request, requestID string) (*sendRawEmailResponse, error) {
	form := r.PostForm
	raw, err := base64.StdEncoding.DecodeString(form.Get("RawMessage.Data"))
	if err != nil {
		return nil, invalid("RawMessage.Data is not base64")
	}
	m, err := s.check(form, raw)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(r, "SendRawEmail", m.From, s.resources(m)...); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	fault := s.faults.choose(m.To)
	s.mutex.Unlock()
	if err := fault.before(); err != nil {
		return nil, err
	}
	now := s.options.Now()
	if err := s.limits.take(now, len(m.To)); err != nil {
		return nil, err
	}
	m.ID, m.Time = newMessageID(now), now.UTC()
	m.AnswerLost, m.EventsLost = fault.drop, fault.loseEvents
	if err := s.store.accept(m, raw); err != nil {
		return nil, refusal(http.StatusInternalServerError, "InternalFailure", err.Error())
	}
	s.publish(m, raw, fault)
	fault.after()
	return &sendRawEmailResponse{Namespace: namespace, MessageID: m.ID, Metadata: metadata{requestID}}, nil
}

// authorize refuses a call that its signer may not make.
func (s *Service) authorize(r *http.Request, action, from string, resources ...string) error {
	if s.options.Authorize == nil {
		return nil
	}
	if err := s.options.Authorize(r, "ses:"+action, from, resources...); err != nil {
		return refusal(http.StatusForbidden, "AccessDenied", err.Error())
	}
	return nil
}

// resources are what sending a message needs grants for: the sender's identity, and the configuration set
// if there is one.
func (s *Service) resources(m Message) []string {
	arn := "arn:aws:ses:" + s.options.Region + ":" + s.options.Account + ":"
	needed := []string{arn + "identity/" + s.identity(m.From)}
	if m.ConfigurationSet != "" {
		needed = append(needed, arn+"configuration-set/"+m.ConfigurationSet)
	}
	return needed
}

// A refused call has an HTTP status, one of SES's codes and a message.
type refused struct {
	status        int
	code, message string
}

func (r *refused) Error() string { return r.code + ": " + r.message }

func refusal(status int, code, message string) error { return &refused{status, code, message} }

func invalid(format string, args ...any) error {
	return refusal(http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf(format, args...))
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func write(w http.ResponseWriter, requestID string, err error) {
	var r *refused
	if !errors.As(err, &r) {
		r = &refused{http.StatusInternalServerError, "InternalFailure", err.Error()}
	}
	side := "Sender"
	if r.status >= http.StatusInternalServerError {
		side = "Receiver"
	}
	w.WriteHeader(r.status)
	_ = xml.NewEncoder(w).Encode(errorResponse{ // a client that has left misses nothing
		Namespace: namespace, Type: side, Code: r.code, Message: r.message, RequestID: requestID,
	})
}

// members are the values of a list parameter: Name.member.1, Name.member.2, …
func members(form url.Values, name string) []string {
	var values []string
	for i := 1; ; i++ {
		value, ok := form[fmt.Sprintf("%s.member.%d", name, i)]
		if !ok {
			return values
		}
		values = append(values, strings.TrimSpace(value[0]))
	}
}

// newMessageID has the form of SES's ids: the time, a UUID and six zeros. Its
// order is that of time, and it is safe as a file name.
func newMessageID(now time.Time) string {
	return fmt.Sprintf("0107%012x-%s-000000", now.UnixMilli(), uuid.New())
}
