package web

import (
	plain "encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// DecodeJSON reads the request's body into v. Unknown and duplicate names, wrong types and
// anything after the value are refused with a fault that names the field.
func DecodeJSON(r *http.Request, v any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return fault.New(http.StatusUnsupportedMediaType, "unsupported-media-type")
	}
	err := json.UnmarshalRead(r.Body, v, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return TooLarge(err)
	}
	bad := fault.New(http.StatusBadRequest, "bad-request").Because(err)
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		code := "type"
		if errors.Is(err, json.ErrUnknownName) {
			code = "unknown"
		}
		bad.Fields = []fault.Field{{Name: pointer(e.JSONPointer), Code: code}}
	} else if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		bad.Fields = []fault.Field{{Name: pointer(e.JSONPointer), Code: "duplicate"}}
	}
	return bad
}

// TooLarge is the fault for a body over [MaxBody].
func TooLarge(cause error) *fault.Error {
	return fault.New(http.StatusRequestEntityTooLarge, "too-large").With("Kilobytes", MaxBody>>10).Because(cause)
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

// pointer writes an RFC 6901 pointer as people write fields: "representatives.0.name".
func pointer(p jsontext.Pointer) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
}

// WriteJSON answers with v. Like problems, it is written by the standard library's encoder, which the
// Lambda runtime brings along: functions that read no JSON then do without the strict one.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := plain.Marshal(v)
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
	b, err := plain.Marshal(body)
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
