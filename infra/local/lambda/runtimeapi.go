package lambda

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// The Runtime API as custom runtimes use it, version 2018-06-01:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const runtimePath = "/2018-06-01/runtime/"

func (e *environment) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtimePath+"invocation/next", e.next)
	mux.HandleFunc("POST "+runtimePath+"invocation/{id}/response", e.ofCurrent(e.response))
	mux.HandleFunc("POST "+runtimePath+"invocation/{id}/error", e.ofCurrent(e.failed))
	mux.HandleFunc("POST "+runtimePath+"init/error", e.failed)
	return mux
}

// next gives the process its next event, as soon as there is one.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	select {
	case e.polls <- struct{}{}:
	default: // it has asked before and has not waited for the answer
	}
	select {
	case i := <-e.events:
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", e.function.arn)
		h.Set("Lambda-Runtime-Trace-Id", i.trace)
		_, _ = w.Write(i.event) // a process that is gone is noticed elsewhere
	case <-r.Context().Done():
	}
}

// ofCurrent lets only answers to the event under way pass.
func (e *environment) ofCurrent(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if i := e.current.Load(); i == nil || i.id != r.PathValue("id") {
			http.Error(w, `{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}`, http.StatusBadRequest)
			return
		}
		answer(w, r)
	}
}

// response takes the result of an event.
func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		message := fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)
		e.post(w, runtimeResult{err: failure("Function.ResponseSizeTooLarge", message)},
			http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.post(w, runtimeResult{result: body}, http.StatusAccepted)
}

// failed takes the failure of an event or of the start.
func (e *environment) failed(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var reported struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(body, &reported); err != nil {
		reported.ErrorMessage = string(body)
	}
	if reported.ErrorType == "" {
		reported.ErrorType = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	e.post(w, runtimeResult{
		err: &FunctionError{Type: reported.ErrorType, Message: reported.ErrorMessage, Payload: body},
	}, http.StatusAccepted)
}

func (e *environment) post(w http.ResponseWriter, r runtimeResult, status int) {
	select {
	case e.results <- r:
	default:
		http.Error(w, `{"errorType":"InvalidStateTransition"}`, http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

// newTrace is an X-Ray trace header for an event that is not sampled.
func newTrace() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails (Go 1.24)
	return fmt.Sprintf("Root=1-%08x-%x;Parent=%x;Sampled=0", time.Now().Unix(), b[:12], b[12:])
}
