package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is the compiled function in testdata/echo.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lambda-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/echo")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n", output)
		return 1
	}
	return m.Run()
}

// echo is what the function in testdata/echo returns.
type echo struct {
	PID                  int
	ARN, ID, Memory, Own string
	Function             string
	Remains              time.Duration
	HasHome              bool
}

// A record is a log that tests can read while it grows.
type record struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.text.String()
}

// await waits until the log has a text n times: what a process has written
// arrives a little later than its result.
func (r *record) await(t *testing.T, text string, n int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		log := r.String()
		got := strings.Count(log, text)
		if got == n {
			return
		}
		if got > n || time.Now().After(deadline) {
			t.Fatalf("%q is %d times in the log, want %d:\n%s", text, got, n, log)
		}
	}
}

func service(t *testing.T, change func(*Function)) (*Service, *record) {
	t.Helper()
	f := Function{
		LogicalID: "Echo", Name: "test-Echo", Program: program, Handler: "bootstrap",
		Memory: 128, Timeout: 5 * time.Second, Concurrency: -1,
		Environment: map[string]string{"OWN": "value"}, MaxAge: time.Minute,
	}
	if change != nil {
		change(&f)
	}
	log := &record{}
	s := New(Options{
		Functions: []Function{f}, Region: "eu-central-1", Account: "000000000000",
		Log: func(string) io.Writer { return log },
	})
	t.Cleanup(s.Close)
	return s, log
}

func invoke(t *testing.T, s *Service, event string) (echo, error) {
	t.Helper()
	result, err := s.Invoke(t.Context(), "Echo", []byte(event))
	var e echo
	if err == nil {
		if err := json.Unmarshal(result, &e); err != nil {
			t.Fatal(err)
		}
	}
	return e, err
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	s, log := service(t, nil)
	first, err := invoke(t, s, `{}`)
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:lambda:eu-central-1:000000000000:function:test-Echo"; first.ARN != want {
		t.Errorf("ARN %q, want %q", first.ARN, want)
	}
	if first.Own != "value" || first.Memory != "128" || first.Function != "test-Echo" {
		t.Errorf("the environment is %+v", first)
	}
	if first.HasHome {
		t.Error("the function sees the environment of this process")
	}
	if first.Remains < 4*time.Second || first.Remains > 5*time.Second {
		t.Errorf("%s remain of 5 s", first.Remains)
	}
	second, err := invoke(t, s, `{}`)
	if err != nil {
		t.Fatal(err)
	}
	if second.PID != first.PID {
		t.Error("the second event was not given to the idle process")
	}
	if second.ID == first.ID {
		t.Error("two events have one request id")
	}
	log.await(t, "echo works", 2)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, event   string
		change        func(*Function)
		kind, message string
	}{
		{name: "error", event: `{"Do":"fail"}`, kind: "errorString", message: "as told"},
		{name: "panic", event: `{"Do":"panic"}`, kind: "string", message: "as told"},
		{name: "exit", event: `{"Do":"exit"}`, kind: "Runtime.ExitError", message: "exit status 7"},
		{
			name: "timeout", event: `{"Sleep":10000000000}`, kind: "Sandbox.Timedout",
			message: "Task timed out after 0.30 seconds",
			change:  func(f *Function) { f.Timeout = 300 * time.Millisecond },
		},
		{
			name: "start", event: `{}`, kind: "Runtime.ExitError", message: "exit status 3",
			change: func(f *Function) { f.Environment["AT_START"] = "exit" },
		},
		{name: "result too large", event: `{"Size":6400000}`, kind: "Function.ResponseSizeTooLarge", message: "6291456"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := service(t, test.change)
			_, err := invoke(t, s, test.event)
			var failed *FunctionError
			if !errors.As(err, &failed) {
				t.Fatalf("the error is %v", err)
			}
			if failed.Type != test.kind || !strings.Contains(failed.Message, test.message) {
				t.Errorf("failed with %s: %s", failed.Type, failed.Message)
			}
			if !json.Valid(failed.Payload) {
				t.Errorf("the payload is no JSON: %q", failed.Payload)
			}
			if test.change != nil {
				return
			}
			if _, err := invoke(t, s, `{}`); err != nil {
				t.Errorf("the next event fails too: %v", err)
			}
		})
	}
}

func TestCallerThatLeavesDoesNotStopTheFunction(t *testing.T) {
	t.Parallel()
	s, log := service(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Invoke(ctx, "Echo", []byte(`{"Sleep":400000000}`))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the error is %v", err)
	}
	if n := s.Processes("Echo"); n != 1 {
		t.Errorf("%d processes, want the one that goes on", n)
	}
	if _, err := invoke(t, s, `{}`); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "Runtime exited") {
		t.Error("the process was ended")
	}
}

func TestAsync(t *testing.T) {
	t.Parallel()
	s, log := service(t, func(f *Function) { f.Retries = 2 })
	s.retryDelay = func(int) time.Duration { return time.Millisecond }
	if err := s.InvokeAsync("Echo", []byte(`{"Do":"fail"}`)); err != nil {
		t.Fatal(err)
	}
	s.async.Wait()
	log.await(t, "echo works", 3)
	log.await(t, "gave an event up after 3 attempts", 1)
}

func TestReap(t *testing.T) {
	t.Parallel()
	s, _ := service(t, nil)
	if _, err := invoke(t, s, `{}`); err != nil {
		t.Fatal(err)
	}
	f := s.functions["Echo"]
	f.reap(time.Now().Add(-time.Hour))
	if n := s.Processes("Echo"); n != 1 {
		t.Fatalf("%d processes before their time", n)
	}
	f.reap(time.Now().Add(time.Hour))
	for deadline := time.Now().Add(5 * time.Second); s.Processes("Echo") > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the idle process was not ended")
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s, _ := service(t, nil)
	if _, err := s.Invoke(t.Context(), "Nobody", nil); !errors.Is(err, ErrUnknownFunction) {
		t.Errorf("unknown function: %v", err)
	}
	if _, err := s.Invoke(t.Context(), "Echo", make([]byte, maxPayload+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("large event: %v", err)
	}
}
