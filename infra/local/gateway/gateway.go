// Package gateway serves functions over HTTP as an Amazon API Gateway HTTP API
// does, with Lambda proxy integrations in the payload format 2.0 and the stage
// $default.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// Limits of HTTP APIs:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const (
	maxBody            = 10_000_000
	integrationTimeout = 30 * time.Second
)

// An Invoker runs a function with an event and returns its result, under the
// logical id of the function.
type Invoker func(ctx context.Context, logicalID string, event []byte) ([]byte, error)

// A Gateway is the HTTP API of a template.
type Gateway struct {
	routes  []route
	stage   *bucket            // of all routes without one of their own
	buckets map[string]*bucket // by route key
	invoke  Invoker
	now     func() time.Time
	account string
	timeout time.Duration
}

// New makes the API with the routes of all functions of the template, which
// lets as many requests through as the template says. The clock tells the time
// of requests.
func New(t *template.Template, invoke Invoker, now func() time.Time) *Gateway {
	g := &Gateway{
		stage: newBucket(t.API.Throttle, now()), buckets: map[string]*bucket{},
		invoke: invoke, now: now, account: t.Account, timeout: integrationTimeout,
	}
	for key, throttle := range t.API.Routes {
		g.buckets[key] = newBucket(throttle, now())
	}
	for _, f := range t.Functions {
		for _, r := range f.Routes {
			g.routes = append(g.routes, newRoute(r, f.LogicalID))
		}
	}
	return g
}

// ServeHTTP runs the function of the request's route.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := decodedPath(r)
	matched, parameters, ok := g.match(r.Method, path)
	if !ok {
		answer(w, http.StatusNotFound, "Not Found")
		return
	}
	if !g.admits(matched) {
		answer(w, http.StatusTooManyRequests, "Too Many Requests")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		answer(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	if err != nil {
		answer(w, http.StatusBadRequest, "Bad Request")
		return
	}
	event, err := json.Marshal(g.event(r, matched, path, parameters, body))
	if err != nil {
		answer(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	// The function goes on when the client leaves, so the client's context
	// does not end the wait either.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), g.timeout)
	defer cancel()
	result, err := g.invoke(ctx, matched.function, event)
	if err != nil {
		refuse(w, err)
		return
	}
	if err := respond(w, r, result); err != nil {
		answer(w, http.StatusInternalServerError, "Internal Server Error")
	}
}

// admits takes a token for a request of a route.
func (g *Gateway) admits(r *route) bool {
	if own, ok := g.buckets[r.Key()]; ok {
		return own.take(g.now())
	}
	return g.stage.take(g.now())
}

// refuse answers for a function that has not.
func refuse(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, lambda.ErrTooLarge):
		answer(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case errors.Is(err, lambda.ErrThrottled), errors.Is(err, context.DeadlineExceeded):
		answer(w, http.StatusServiceUnavailable, "Service Unavailable")
	default:
		answer(w, http.StatusInternalServerError, "Internal Server Error")
	}
}

// answer is a response of the gateway itself.
func answer(w http.ResponseWriter, status int, message string) {
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left misses nothing
}
