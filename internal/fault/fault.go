// Package fault is MuNet's one error type for what a person or a program is told.
//
// A fault carries a code for programs, which is also the key of the sentence for people
// ("error."+Code in the catalogues), the fields that were refused, and the cause, which
// goes to the log only. Any other error is shown as "internal".
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Field says why one field of a form or a JSON body was refused.
type Field struct {
	// Name is the field's name in the form or its path in the JSON body.
	Name string
	// Code is stable, for programs; the sentence for people is the catalogue's "field."+Code.
	Code string
	// Args are the values that the sentence names, such as Limit.
	Args map[string]any
}

// Error is what a request is answered with when it cannot be done.
type Error struct {
	// Status is the HTTP status, 400 to 599.
	Status int
	// Code is stable, for programs; the sentence for people is the catalogue's "error."+Code.
	Code string
	// Args are the values that the sentence names.
	Args map[string]any
	// Fields are the refused fields, in the order of the form.
	Fields []Field
	// After is how long to wait before trying again, for the header Retry-After; 0 is unknown.
	After time.Duration
	// Cause goes to the log and to nobody else.
	Cause error
}

// New returns a fault without a cause.
func New(status int, code string) *Error { return &Error{Status: status, Code: code} }

// Invalid says that fields were refused: 422, so that it differs from a body that cannot be read (400).
func Invalid(fields ...Field) *Error {
	return &Error{Status: http.StatusUnprocessableEntity, Code: "invalid", Fields: fields}
}

// NotFound says that nothing is there, or nothing that this person may know of.
func NotFound() *Error { return New(http.StatusNotFound, "not-found") }

// Forbidden says that this person may not do it.
func Forbidden() *Error { return New(http.StatusForbidden, "forbidden") }

// Because returns a copy of e with its cause.
func (e *Error) Because(cause error) *Error {
	f := *e
	f.Cause = cause
	return &f
}

// RetryAfter returns a copy of e that says how long to wait before trying again.
func (e *Error) RetryAfter(wait time.Duration) *Error {
	f := *e
	f.After = wait
	return &f
}

// With returns a copy of e with a value that its sentence names.
func (e *Error) With(name string, value any) *Error {
	f := *e
	f.Args = map[string]any{name: value}
	for k, v := range e.Args {
		f.Args[k] = v
	}
	return &f
}

// Error is for the log: it names the code, the fields and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Name, f.Code)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// From returns the fault in err, or "internal" with err as its cause.
func From(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return New(http.StatusInternalServerError, "internal").Because(err)
}

// Is reports whether err is a fault with this code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
