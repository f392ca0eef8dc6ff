package process

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("needs Linux")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		u, err := Of(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		if u.Name == "sh" && u.Processor > 50*time.Millisecond && u.Peak > 0 && u.Memory > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("a busy process has used %+v", u)
		}
	}
	children, err := Children(os.Getpid())
	if err != nil || len(children) != 1 || children[0].Name != "sh" {
		t.Errorf("the children are %+v, %v", children, err)
	}
	if _, err := Function("NoFunction"); err == nil {
		t.Error("a function that does not run has a usage")
	}
}
