package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/process"
)

// initTimeout is how long Lambda gives a process until it asks for its first
// event.
const initTimeout = 10 * time.Second

// An environment is one process with the Runtime API that it talks to: what
// Lambda calls an execution environment.
type environment struct {
	function  *function
	process   *process.Process
	pid       int
	server    *http.Server
	started   time.Time
	fresh     bool // until the first event
	idleSince time.Time

	polls   chan struct{}      // the process has asked for an event
	events  chan *invocation   // hands over the event
	results chan runtimeResult // what the process has posted
	current atomic.Pointer[invocation]
}

// A runtimeResult is what a process posts: the result of an event, its
// failure, or a failure to initialise.
type runtimeResult struct {
	result []byte
	err    *FunctionError
}

// An invocation is one event on its way through a process.
type invocation struct {
	id       string
	event    []byte
	trace    string
	deadline time.Time
}

// start runs a new process of the function.
func start(f *function) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed with the process
	if err != nil {
		return nil, err
	}
	e := &environment{
		function: f,
		fresh:    true,
		started:  time.Now(),
		polls:    make(chan struct{}, 1),
		events:   make(chan *invocation),
		results:  make(chan runtimeResult, 1),
	}
	e.server = &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: time.Minute}
	go func() { _ = e.server.Serve(listener) }() // it ends with the error of Close

	cmd := exec.Command(f.Program) //nolint:gosec,noctx // the functions of the template; close ends it
	cmd.Dir = filepath.Dir(f.Program)
	cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String()}, f.variables...)
	output := f.output(f.LogicalID)
	cmd.Stdout, cmd.Stderr = output, output
	// Something that the function started may keep the output open.
	cmd.WaitDelay = time.Second
	e.process, err = process.Start(cmd)
	if err != nil {
		return nil, errors.Join(err, e.server.Close())
	}
	e.pid = cmd.Process.Pid
	return e, nil
}

// ended tells whether the process is gone.
func (e *environment) ended() bool {
	select {
	case <-e.process.Done():
		return true
	default:
		return false
	}
}

// close ends the Runtime API of a process that has ended.
func (e *environment) close() { _ = e.server.Close() }

// run takes one event through the process and returns when the process is
// ready for the next one, or is gone.
func (e *environment) run(i *invocation) ([]byte, error) {
	if e.fresh {
		if err := e.awaitInit(i); err != nil {
			e.process.Kill()
			e.function.logf("%s", err.Message)
			return nil, err
		}
		e.fresh = false
		e.function.logf("started in %d ms", time.Since(e.started).Milliseconds())
	}
	i.deadline = time.Now().Add(e.function.Timeout)
	timeout := time.NewTimer(e.function.Timeout)
	defer timeout.Stop()
	result, err := e.handle(i, timeout.C)
	if err != nil {
		e.function.logf("%s", err.Error())
	}
	e.watchMemory()
	// What the process does after the result counts towards its timeout.
	select {
	case <-e.polls:
	case <-e.process.Done():
	case <-timeout.C:
		e.process.Kill()
	}
	return result, err
}

// awaitInit waits for the first request for an event.
func (e *environment) awaitInit(i *invocation) *FunctionError {
	timer := time.NewTimer(initTimeout)
	defer timer.Stop()
	select {
	case <-e.polls:
		return nil
	case r := <-e.results:
		if r.err != nil {
			return r.err
		}
		return failure("Runtime.Unknown", "the function answered before it asked for an event")
	case <-e.process.Done():
		// The failure may have been posted just before the end.
		select {
		case r := <-e.results:
			if r.err != nil {
				return r.err
			}
		default:
		}
		return exitFailure(i.id, e.process.Err())
	case <-timer.C:
		return failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Init timed out after %s", i.id, initTimeout))
	}
}

// handle hands the event over and waits for its result.
func (e *environment) handle(i *invocation, timeout <-chan time.Time) ([]byte, error) {
	e.current.Store(i)
	defer e.current.Store(nil)
	select {
	case e.events <- i:
	case <-e.process.Done():
		return nil, exitFailure(i.id, e.process.Err())
	case <-timeout:
		return nil, e.timedOut(i)
	}
	select {
	case r := <-e.results:
		return r.unpack()
	case <-e.process.Done():
		// A result that was posted just before the end counts.
		select {
		case r := <-e.results:
			return r.unpack()
		default:
			return nil, exitFailure(i.id, e.process.Err())
		}
	case <-timeout:
		return nil, e.timedOut(i)
	}
}

func (r runtimeResult) unpack() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	return r.result, nil
}

func (e *environment) timedOut(i *invocation) error {
	e.process.Kill()
	return failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds",
		i.id, e.function.Timeout.Seconds()))
}

func exitFailure(id string, err error) *FunctionError {
	message := "Runtime exited without providing a reason"
	if err != nil {
		message = "Runtime exited with error: " + err.Error()
	}
	return failure("Runtime.ExitError", "RequestId: "+id+" Error: "+message)
}

// failure is an error of the platform, as opposed to one that the function
// reports itself.
func failure(kind, message string) *FunctionError {
	payload, err := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	if err != nil {
		payload = []byte("{}")
	}
	return &FunctionError{Type: kind, Message: message, Payload: payload}
}
