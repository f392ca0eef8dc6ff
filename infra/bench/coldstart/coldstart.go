// Package coldstart measures how soon a compiled function asks for its first event.
//
// It stands in for the Lambda Runtime API only as far as the first request for an event
// (GET …/runtime/invocation/next), which it never answers.
package coldstart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/process"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A Stopwatch starts functions, one at a time, and waits for their first request for an event.
type Stopwatch struct {
	address string
	server  *http.Server
	polls   chan time.Time
	failure chan string
}

// NewStopwatch listens on a free port of the loopback interface. Close ends that.
func NewStopwatch(ctx context.Context) (*Stopwatch, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for functions: %w", err)
	}
	s := &Stopwatch{
		address: listener.Addr().String(),
		polls:   make(chan time.Time, 1),
		failure: make(chan string, 1),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", s.next)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", s.initError)
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

// Close stops listening.
func (s *Stopwatch) Close() error { return s.server.Close() }

func (s *Stopwatch) next(_ http.ResponseWriter, r *http.Request) {
	s.polls <- time.Now()
	<-r.Context().Done()
}

func (s *Stopwatch) initError(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 4096))
	s.failure <- string(body)
	w.WriteHeader(http.StatusAccepted)
}

// Time starts the program at path with this environment and nothing else, and returns the time
// from exec until it asked for its first event. The program is then ended. It is an error if the
// program ends, reports that it cannot start, or asks for nothing until ctx is done.
func (s *Stopwatch) Time(ctx context.Context, path string, environment []string) (time.Duration, error) {
	var output bytes.Buffer
	cmd := exec.Command(path) //nolint:noctx // a program of this repository, ended below
	cmd.Env = slices.Concat(environment, []string{"AWS_LAMBDA_RUNTIME_API=" + s.address})
	cmd.Stdout, cmd.Stderr = &output, &output

	began := time.Now()
	running, err := process.Start(cmd)
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", path, err)
	}
	defer running.Kill()

	select {
	case polled := <-s.polls:
		return polled.Sub(began), nil
	case reason := <-s.failure:
		return 0, fmt.Errorf("%s cannot start: %s", path, reason)
	case <-running.Done():
		return 0, fmt.Errorf("%s ended before it asked for an event (%w): %s", path, running.Err(), output.String())
	case <-ctx.Done():
		return 0, errors.Join(fmt.Errorf("%s asked for no event", path), ctx.Err())
	}
}

// Environment is what Lambda would give the function: the template's variables, a region,
// credentials (here of nobody), and endpoints where nothing listens.
func Environment(f template.Function) []string {
	variables := []string{
		"AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=none",
		"AWS_SECRET_ACCESS_KEY=none",
		"AWS_LAMBDA_FUNCTION_NAME=" + f.LogicalID,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", f.Memory),
		"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_SES=http://127.0.0.1:1",
	}
	for name, value := range f.Environment {
		variables = append(variables, name+"="+value)
	}
	return variables
}
