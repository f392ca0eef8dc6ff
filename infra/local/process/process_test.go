package process

import (
	"bufio"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shell starts a script whose first line of output is a process id.
func shell(t *testing.T, script string) (*Process, int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return p, pid
}

// awaitEnd waits until nobody runs under the id. A process whose parent was
// killed with it is reaped by the system, a little later.
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d is left", pid)
		}
	}
}

func TestKillEndsTheGroup(t *testing.T) {
	t.Parallel()
	p, grandchild := shell(t, `sleep 60 & echo $!; wait`)
	p.Kill()
	if p.Err() == nil {
		t.Error("the end by a signal is no error")
	}
	awaitEnd(t, grandchild)
}

func TestStop(t *testing.T) {
	t.Parallel()
	willing, _ := shell(t, `trap 'exit 0' TERM; echo $$; while :; do sleep 0.01; done`)
	begun := time.Now()
	willing.Stop(time.Minute)
	if err := willing.Err(); err != nil || time.Since(begun) > 10*time.Second {
		t.Errorf("the willing process ended with %v after %s", err, time.Since(begun))
	}
	stubborn, pid := shell(t, `trap '' TERM; echo $$; while :; do sleep 0.01; done`)
	stubborn.Stop(100 * time.Millisecond)
	awaitEnd(t, pid)
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	if _, err := Start(exec.Command("/does/not/exist")); err == nil {
		t.Error("there is no error")
	}
}
