package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// TooLarge is the fault for a body over what its route takes.
func TooLarge(cause error) *fault.Error {
	limit := int64(MaxBody)
	if e, ok := errors.AsType[*http.MaxBytesError](cause); ok {
		limit = e.Limit
	}
	return fault.New(http.StatusRequestEntityTooLarge, "too-large").With("Kilobytes", int(limit>>10)).Because(cause)
}

// RetryAfter sets the header of that name (RFC 9110, section 10.2.3), in whole seconds, if the fault says
// how long to wait. A handler that answers with a fault by a page of its own calls it first.
func RetryAfter(w http.ResponseWriter, e *fault.Error) {
	if e.After > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.After+time.Second-1)/time.Second)))
	}
}

// ReadForm parses a form body; its values are in r.PostForm afterwards.
func ReadForm(r *http.Request) error {
	err := r.ParseForm()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return TooLarge(err)
	}
	if err != nil {
		return fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	return nil
}

// WriteJSON answers with v. The standard library's encoder writes it, which the Lambda runtime brings
// along; only a function that reads JSON needs the strict one of package jsonbody.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// problem is an answer by RFC 9457 with MuNet's code, request id and fields.
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	RequestID string         `json:"requestId"`
	Fields    []problemField `json:"fields,omitempty"`
}

type problemField struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, e *fault.Error) {
	p := Printer(r.Context())
	body := problem{
		Type:      "about:blank",
		Title:     p.Text("error." + e.Code + ".title"),
		Status:    e.Status,
		Detail:    p.Text("error."+e.Code, pairs(e.Args)...),
		Code:      e.Code,
		RequestID: RequestID(r.Context()),
	}
	for _, f := range e.Fields {
		body.Fields = append(body.Fields, problemField{f.Name, f.Code, p.Text("field."+f.Code, pairs(f.Args)...)})
	}
	b, err := json.Marshal(body)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Status)
	_, _ = w.Write(b)
}

func pairs(args map[string]any) []any {
	out := make([]any, 0, 2*len(args))
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}
