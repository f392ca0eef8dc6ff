package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const fixture = "cloud/testdata/template.yaml"

// build compiles the command.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "local")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return program
}

func freePort(t *testing.T) (net.Listener, string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return listener, port
}

// The command keeps its data between runs and leaves no process behind.
func TestRunTwice(t *testing.T) {
	t.Parallel()
	program, data := build(t), t.TempDir()
	send := "/send?to=a@example.org"
	for run := 1; run <= 2; run++ {
		listener, port := freePort(t)
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), program, "-port", port, "-data", data, "-template", fixture, "-demo=false")
		output, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		awaitReady(t, output, "ready: http://localhost:"+port)
		if body := get(t, "http://localhost:"+port+send); !strings.HasPrefix(body, "0107") {
			t.Errorf("sending a mail gives %q", body)
		}
		if n := strings.Count(get(t, "http://localhost:"+port+"/_local/mail.json"), `"subject"`); n != run {
			t.Errorf("after %d runs the mailbox has %d messages", run, n)
		}
		children := childrenOf(t, cmd.Process.Pid)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the command ended with %v", err)
		}
		for _, pid := range children {
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d is left", pid)
			}
		}
	}
}

// awaitReady reads lines up to the expected one, and the rest in the
// background.
func awaitReady(t *testing.T, output io.Reader, line string) {
	t.Helper()
	found := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if lines.Text() == line {
				found <- true
			}
		}
		close(found)
	}()
	select {
	case ok := <-found:
		if !ok {
			t.Fatal("the command ended before it was ready")
		}
	case <-time.After(3 * time.Minute):
		t.Fatalf("the command has not printed %q", line)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// childrenOf are the processes that a process has started: DynamoDB and a
// function at least.
func childrenOf(t *testing.T, parent int) []int {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for line := range strings.Lines(string(output)) {
		var pid, ppid int
		if n, err := fmt.Sscan(line, &pid, &ppid); n == 2 && err == nil && ppid == parent {
			children = append(children, pid)
		}
	}
	if len(children) < 2 {
		t.Errorf("the command has %d children", len(children))
	}
	return children
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	program := build(t)
	listener, port := freePort(t)
	t.Cleanup(func() { _ = listener.Close() })
	empty := t.TempDir()
	noNode := t.TempDir()
	java, err := exec.LookPath("java")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(java, filepath.Join(noNode, "java")); err != nil {
		t.Fatal(err)
	}
	oldJava := t.TempDir()
	script := "#!/bin/sh\necho 'openjdk version \"1.8.0_292\"' >&2\n"
	if err := os.WriteFile(filepath.Join(oldJava, "java"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, want string }{
		{"no Java", empty, "java is not installed: DynamoDB Local needs Java 17 or newer"},
		{"old Java", oldJava, "this is Java 8: DynamoDB Local needs Java 17 or newer"},
		{"no Node", noNode, "node is not installed"},
		{"port", os.Getenv("PATH"), "port " + port + " is taken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, program, "-port", port, "-data", t.TempDir(), "-template", fixture, "-demo=false")
			cmd.Env = []string{"PATH=" + test.path, "HOME=" + os.Getenv("HOME")}
			output, err := cmd.CombinedOutput()
			var failed *exec.ExitError
			if !errors.As(err, &failed) || failed.ExitCode() != 1 {
				t.Errorf("ended with %v", err)
			}
			if text := string(output); !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
				t.Errorf("it says %q", text)
			}
		})
	}
}
