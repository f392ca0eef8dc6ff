package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A result is what a function returns in the payload format 2.0.
type result struct {
	StatusCode      *int           `json:"statusCode"`
	Headers         map[string]any `json:"headers"`
	Cookies         []string       `json:"cookies"`
	Body            string         `json:"body"`
	IsBase64Encoded bool           `json:"isBase64Encoded"`
}

// own are the headers that the gateway sets itself: those that belong to one
// connection (RFC 9110, section 7.6.1) and the length.
var own = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Te": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true,
}

// respond writes a function's result. A result without a status code is the
// body of a response with status 200.
func respond(w http.ResponseWriter, r *http.Request, payload []byte) error {
	var res result
	if isObject(payload) {
		if err := json.Unmarshal(payload, &res); err != nil {
			return fmt.Errorf("read the function's result: %w", err)
		}
	}
	if res.StatusCode == nil {
		return inferred(w, payload)
	}
	body := []byte(res.Body)
	if res.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(res.Body); err != nil {
			return fmt.Errorf("decode the function's body: %w", err)
		}
	}
	if *res.StatusCode < 100 || *res.StatusCode > 599 {
		return fmt.Errorf("the function's status is %d", *res.StatusCode)
	}
	header := w.Header()
	for name, value := range res.Headers {
		if name = http.CanonicalHeaderKey(name); !own[name] {
			header.Set(name, fmt.Sprint(value))
		}
	}
	for _, cookie := range res.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	header.Set("Apigw-Requestid", newRequestID())
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(*res.StatusCode)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that has left misses nothing
	}
	return nil
}

// inferred answers with the whole result. A result that is a JSON string is
// still sent as JSON, without its quotes.
func inferred(w http.ResponseWriter, payload []byte) error {
	if !json.Valid(payload) {
		return fmt.Errorf("the function's result is not JSON")
	}
	var text string
	if err := json.Unmarshal(payload, &text); err == nil {
		payload = []byte(text)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(payload) // a client that has left misses nothing
	return nil
}

func isObject(payload []byte) bool {
	return strings.HasPrefix(string(bytes.TrimSpace(payload[:min(len(payload), 64)])), "{")
}
