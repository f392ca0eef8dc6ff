package mail

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrThrottled reports that SES refused a message because too many came at
// once. Nothing was sent; back off and send again.
var ErrThrottled = errors.New("mail: SES throttles: sending too fast")

// ErrQuota reports that the account's messages for 24 hours are used up.
// Nothing was sent; calling again before tomorrow is useless.
var ErrQuota = errors.New("mail: SES refuses: daily quota used up")

// Refused reports that a message was certainly not sent.
type Refused struct {
	Code string // of SES, or "InvalidMessage", or "NoConnection"
	// Permanent means that this message will be refused again. Otherwise the
	// account, its settings or the network are at fault, and it may go later.
	Permanent bool
	cause     error
}

// Error names the code only: what SES says may repeat the address.
func (e *Refused) Error() string {
	return "mail: not sent: " + e.Code
}

// Unwrap returns the [*HeaderError] or [ErrAddress] of a message that was
// refused before SES was called.
func (e *Refused) Unwrap() error { return e.cause }

// Uncertain reports whether a message for which Send returned err may have
// been sent all the same: the answer was lost, came too late, or was a
// failure within SES.
func Uncertain(err error) bool {
	if err == nil || errors.Is(err, ErrThrottled) || errors.Is(err, ErrQuota) {
		return false
	}
	_, refused := errors.AsType[*Refused](err)
	return !refused
}

// permanent lists the codes of SES that mean this one message.
var permanent = []string{"MessageRejected", "InvalidParameterValue", "ValidationError"}

// throttling lists the codes of SES that mean too much, and
// http.StatusTooManyRequests says the same without one.
var throttling = []string{"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}

// classify turns an error of the SDK into one of this package's. connected
// says whether the request had a connection that it could be written to.
func classify(err error, connected bool) error {
	if !connected {
		return &Refused{Code: "NoConnection"}
	}
	status := 0
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	code, message := "", ""
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code, message = api.ErrorCode(), api.ErrorMessage()
	}
	clientError := status >= 400 && status < 500 && status != http.StatusRequestTimeout
	switch {
	case !clientError && code != "":
		return fmt.Errorf("mail: uncertain: SES answered %d %s", status, code)
	case !clientError:
		return fmt.Errorf("mail: uncertain: %w", err)
	case status == http.StatusTooManyRequests || slices.Contains(throttling, code):
		if strings.Contains(strings.ToLower(message), "daily message quota") {
			return ErrQuota
		}
		return ErrThrottled
	default:
		return &Refused{Code: code, Permanent: slices.Contains(permanent, code) && !paused(message)}
	}
}

// paused reports whether a refusal is about the account and not about the message: SES says so with
// the code MessageRejected and the words "Sending paused for this account" or "suspended". Everything
// is sent once the account may send again.
func paused(message string) bool {
	message = strings.ToLower(message)
	return strings.HasPrefix(message, "sending ") && strings.Contains(message, "for this account")
}
