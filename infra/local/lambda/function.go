package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/uuid"
)

// errClosed is the error of invocations during and after Close.
var errClosed = errors.New("the local Lambda is stopping")

// A function has the processes of one Function.
type function struct {
	Function
	arn       string
	variables []string // of every process, without its Runtime API
	output    func(logicalID string) io.Writer
	log       io.Writer     // for what happens to the processes
	slots     chan struct{} // one for each invocation under way

	mutex  sync.Mutex
	idle   []*environment // the one used last is at the end
	all    map[*environment]bool
	closed bool
}

func newFunction(f Function, o Options) *function {
	slots := f.Concurrency
	if slots < 0 {
		slots = unreserved
	}
	return &function{
		Function:  f,
		arn:       "arn:aws:lambda:" + o.Region + ":" + o.Account + ":function:" + f.Name,
		variables: variables(f, o),
		output:    o.Log,
		log:       o.Log(f.LogicalID),
		slots:     make(chan struct{}, slots),
		all:       map[*environment]bool{},
	}
}

// variables are those that Lambda defines for a function's runtime, then the
// common ones and the function's own.
func variables(f Function, o Options) []string {
	v := map[string]string{
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
		"_HANDLER":                        f.Handler,
		"LAMBDA_TASK_ROOT":                filepath.Dir(f.Program),
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"AWS_REGION":                      o.Region,
		"AWS_DEFAULT_REGION":              o.Region,
		"AWS_ACCESS_KEY_ID":               f.LogicalID, // tells the stand-ins who calls
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_SESSION_TOKEN":               "local",
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.Memory),
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
	}
	maps.Copy(v, o.Environment)
	maps.Copy(v, f.Environment)
	list := make([]string, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		list = append(list, name+"="+v[name])
	}
	return list
}

// invoke runs one event and waits for its result or for ctx.
func (f *function) invoke(ctx context.Context, event []byte) ([]byte, error) {
	if err := f.takeSlot(ctx); err != nil {
		return nil, err
	}
	e, err := f.environment()
	if err != nil {
		<-f.slots
		return nil, err
	}
	type outcome struct {
		result []byte
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := e.run(&invocation{id: uuid.New(), event: event, trace: newTrace()})
		f.release(e)
		<-f.slots
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// takeSlot makes sure that a process may be used or started. Where concurrency
// is reserved there is no waiting.
func (f *function) takeSlot(ctx context.Context) error {
	if f.Concurrency >= 0 {
		select {
		case f.slots <- struct{}{}:
			return nil
		default:
			return ErrThrottled
		}
	}
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// environment is a process that is free: the one used last, or a new one.
func (f *function) environment() (*environment, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return nil, errClosed
	}
	for len(f.idle) > 0 {
		e := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if !e.ended() {
			return e, nil
		}
		delete(f.all, e)
	}
	e, err := start(f)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", f.LogicalID, err)
	}
	f.all[e] = true
	go func() {
		<-e.process.Done()
		e.close()
		f.forget(e)
	}()
	return e, nil
}

func (f *function) release(e *environment) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !e.ended() {
		e.idleSince = time.Now()
		f.idle = append(f.idle, e)
	}
}

func (f *function) forget(e *environment) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.all, e)
	f.idle = slices.DeleteFunc(f.idle, func(other *environment) bool { return other == e })
}

// reap ends the processes that have been idle since before a time.
func (f *function) reap(before time.Time) {
	f.mutex.Lock()
	var old []*environment
	f.idle = slices.DeleteFunc(f.idle, func(e *environment) bool {
		if e.idleSince.After(before) {
			return false
		}
		old = append(old, e)
		return true
	})
	f.mutex.Unlock()
	for _, e := range old {
		e.process.Kill()
	}
}

// kill ends the processes that fit and waits for that.
func (f *function) kill(fits func(*environment) bool) int {
	f.mutex.Lock()
	var chosen []*environment
	for e := range f.all {
		if fits(e) {
			chosen = append(chosen, e)
		}
	}
	f.mutex.Unlock()
	for _, e := range chosen {
		e.process.Kill()
	}
	return len(chosen)
}

func (f *function) close() {
	f.mutex.Lock()
	f.closed = true
	f.mutex.Unlock()
	f.kill(func(*environment) bool { return true })
}

// logf adds a line about the processes to the function's log.
func (f *function) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(f.log, "lambda: "+format+"\n", args...)
}
