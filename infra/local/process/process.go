// Package process starts child processes that never outlive their parent.
//
// Each child leads a process group of its own, so that a Ctrl-C on the
// terminal reaches only the parent, which then stops its children in order,
// together with whatever they have started. On Linux the kernel also kills a
// child whose parent was killed.
package process

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// A Process is a running child.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs the command. The process is reaped as soon as it ends.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = attributes()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended, as [exec.Cmd.Wait] does: nil after exit
// status 0. It waits for the end.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Kill ends the process and its group at once and waits for that.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// Stop asks the process to end, and kills its group if it has not ended after
// the grace period.
func (p *Process) Stop(grace time.Duration) {
	p.signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	}
	p.Kill()
}

// signal sends to the whole group. A group without processes is no error: it
// means that they have ended.
func (p *Process) signal(s syscall.Signal) {
	err := syscall.Kill(-p.cmd.Process.Pid, s)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		_ = p.cmd.Process.Signal(s)
	}
}
