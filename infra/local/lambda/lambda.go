// Package lambda runs functions as AWS Lambda does: real programs in processes
// of their own, each of which fetches its events from a Runtime API.
//
// A process handles one event at a time. When all processes of a function are
// busy another one is started, up to the function's reserved concurrency, and
// beyond that the invocation is throttled. A process that runs into the
// function's timeout is killed, a process that has nothing to do for a while
// is ended.
//
// What differs from AWS: processes are not frozen between events, memory is
// watched but not limited, and a function without reserved concurrency has a
// small number of processes, for which further invocations wait in line.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// A Function is a program to run and how.
type Function struct {
	LogicalID   string
	Name        string
	Program     string // path of the bootstrap binary
	Handler     string
	Memory      int // MB
	Timeout     time.Duration
	Concurrency int               // the most processes at once; below zero: not reserved
	Environment map[string]string // the function's own variables
	Retries     int               // how often an asynchronous event is tried again
	MaxAge      time.Duration     // how long an asynchronous event is tried again
}

// Options of New.
type Options struct {
	Functions []Function
	Region    string
	Account   string
	// Environment has variables that every function gets, such as the
	// addresses of the other stand-ins.
	Environment map[string]string
	// Log makes a writer for the output of one process of a function, and one
	// for what happens to its processes.
	Log func(logicalID string) io.Writer
}

// ErrThrottled is the error of an invocation for which no process was free
// and none could be started; Lambda's TooManyRequestsException.
var ErrThrottled = errors.New("rate exceeded: every process of the function is busy")

// ErrTooLarge is the error of an event above 6 MB; Lambda's
// RequestTooLargeException.
var ErrTooLarge = errors.New("the event is larger than 6 MB")

// ErrUnknownFunction is the error of an invocation of a function that there
// is not.
var ErrUnknownFunction = errors.New("there is no such function")

// A FunctionError is the failure of a function, as Lambda reports it to the
// caller of a synchronous invocation.
type FunctionError struct {
	Type    string // such as "Sandbox.Timedout" or the name of a Go error type
	Message string
	Payload []byte // the JSON document that the caller of Lambda would get
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// maxPayload is Lambda's limit for events and results.
const maxPayload = 6 << 20

// unreserved is how many processes a function may have for which no
// concurrency is reserved. Lambda would start hundreds.
const unreserved = 16

const (
	idleTime  = 5 * time.Minute
	idleCheck = 15 * time.Second
)

// A Service runs functions.
type Service struct {
	functions map[string]*function
	stop      chan struct{}
	mutex     sync.Mutex // guards closed and adding to async
	closed    bool
	async     sync.WaitGroup
	// retryDelay is how long after a failure an asynchronous event is tried
	// for the nth time.
	retryDelay func(n int) time.Duration
}

// New makes a service. It starts no process: the first event of a function
// does that.
func New(o Options) *Service {
	s := &Service{functions: map[string]*function{}, stop: make(chan struct{}), retryDelay: retryDelay}
	for _, f := range o.Functions {
		s.functions[f.LogicalID] = newFunction(f, o)
	}
	go s.reap()
	return s
}

// Invoke sends an event to a function and returns its result. When ctx ends
// Invoke returns, but the function goes on, as in Lambda.
func (s *Service) Invoke(ctx context.Context, logicalID string, event []byte) ([]byte, error) {
	f, ok := s.functions[logicalID]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownFunction, logicalID)
	}
	if len(event) > maxPayload {
		return nil, ErrTooLarge
	}
	return f.invoke(ctx, event)
}

// Kill ends all processes of a function at once, in the middle of their work,
// and returns how many there were. Their events fail; the next event starts a
// new process.
func (s *Service) Kill(logicalID string) int {
	f, ok := s.functions[logicalID]
	if !ok {
		return 0
	}
	return f.kill(func(*environment) bool { return true })
}

// KillOne ends one process of a function at once, in the middle of its work, and reports whether
// there was one. choose picks among so many, from 0.
func (s *Service) KillOne(logicalID string, choose func(processes int) int) bool {
	f, ok := s.functions[logicalID]
	if !ok {
		return false
	}
	f.mutex.Lock()
	all := slices.SortedFunc(maps.Keys(f.all), func(a, b *environment) int { return a.pid - b.pid })
	f.mutex.Unlock()
	if len(all) == 0 {
		return false
	}
	victim := all[choose(len(all))]
	return f.kill(func(e *environment) bool { return e == victim }) == 1
}

// Processes is how many processes a function has at the moment.
func (s *Service) Processes(logicalID string) int {
	f, ok := s.functions[logicalID]
	if !ok {
		return 0
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return len(f.all)
}

// reap ends processes that have been idle for long.
func (s *Service) reap() {
	tick := time.NewTicker(idleCheck)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case now := <-tick.C:
			for _, f := range s.functions {
				f.reap(now.Add(-idleTime))
			}
		}
	}
}

// Close kills every process and waits for that. Invocations still under way
// fail.
func (s *Service) Close() {
	s.mutex.Lock()
	before := s.closed
	s.closed = true
	s.mutex.Unlock()
	if before {
		return
	}
	close(s.stop)
	for _, f := range s.functions {
		f.close()
	}
	s.async.Wait()
}
