// Package process tells what processes have used so far, as Linux counts it.
package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A Usage is what a process has used since its start.
type Usage struct {
	// Name is the program's, or the function's logical id.
	Name      string
	Processor time.Duration
	// Memory is what it has in memory now, Peak the most that it has had, both in MB.
	Memory, Peak int
}

// errEnded says that there is no such process, or not any more.
var errEnded = errors.New("the process is not there")

// Of returns the usage of a process.
func Of(pid int) (Usage, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	_, processor, err := stat(dir)
	if err != nil {
		return Usage{}, err
	}
	command, err := os.ReadFile(filepath.Join(dir, "cmdline")) //nolint:gosec // the kernel's
	if err != nil {
		return Usage{}, errEnded
	}
	program, _, _ := strings.Cut(string(command), "\x00")
	u := Usage{Name: filepath.Base(program), Processor: max(processor, threads(dir))}
	if u.Name == "bootstrap" { // a function, in the folder of its name
		u.Name = filepath.Base(filepath.Dir(program))
	}
	u.Memory, u.Peak = memory(dir)
	return u, nil
}

// Children returns the usage of the processes that a process has started and that still run.
func Children(parent int) ([]Usage, error) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var found []Usage
	for _, dir := range all {
		if of, _, err := stat(dir); err != nil || of != parent {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return nil, err
		}
		if u, err := Of(pid); err == nil {
			found = append(found, u)
		}
	}
	return found, nil
}

// Function returns the usage of the only process of a function among the children of this one.
func Function(logicalID string) (Usage, error) {
	children, err := Children(os.Getpid())
	for _, u := range children {
		if u.Name == logicalID {
			return u, nil
		}
	}
	return Usage{}, errors.Join(fmt.Errorf("%s: %w", logicalID, errEnded), err)
}

// stat returns a process's parent and its processor time, which the kernel tells in hundredths of a
// second; see proc_pid_stat(5).
func stat(dir string) (parent int, processor time.Duration, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "stat")) //nolint:gosec // the kernel's
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest) // from the state on
	if err != nil || len(fields) < 13 || fields[0] == "Z" {
		return 0, 0, errEnded
	}
	parent, _ = strconv.Atoi(fields[1])
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return parent, time.Duration(user+system) * 10 * time.Millisecond, nil
}

// threads is the processor time of the threads that there are, to the nanosecond.
func threads(dir string) (sum time.Duration) {
	all, err := filepath.Glob(filepath.Join(dir, "task", "*", "schedstat"))
	if err != nil {
		return 0
	}
	for _, name := range all {
		text, err := os.ReadFile(name) //nolint:gosec // the kernel's
		if err != nil {
			continue // the thread has ended
		}
		on, _, _ := strings.Cut(string(text), " ")
		nanoseconds, _ := strconv.ParseInt(on, 10, 64)
		sum += time.Duration(nanoseconds)
	}
	return sum
}

// memory returns the memory of a process now and at most, in MB.
func memory(dir string) (now, peak int) {
	status, err := os.ReadFile(filepath.Join(dir, "status")) //nolint:gosec // the kernel's
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		for name, to := range map[string]*int{"VmRSS:": &now, "VmHWM:": &peak} {
			if kilobytes, ok := strings.CutPrefix(line, name); ok {
				n, _ := strconv.Atoi(strings.Fields(kilobytes)[0])
				*to = n / 1024
			}
		}
	}
	return now, peak
}
