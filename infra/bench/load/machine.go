package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/process"
)

// Shares are the processor time that each part has used, and the whole machine.
type shares struct {
	at                                          time.Time
	functions, gateway, database, load, machine time.Duration
}

// used reads the processor time of all parts.
func (c *cloud) used() (shares, error) {
	s := shares{at: time.Now(), machine: busy()}
	functions, err := c.functions()
	if err != nil {
		return s, err
	}
	for _, u := range functions {
		s.functions += u.Processor
	}
	gateway, err := process.Of(c.cmd.Process.Pid)
	if err != nil {
		return s, err
	}
	own, err := process.Of(os.Getpid())
	if err != nil {
		return s, err
	}
	s.gateway, s.load = gateway.Processor, own.Processor
	children, err := process.Children(os.Getpid())
	for _, u := range children {
		if u.Name == "java" {
			s.database += u.Processor
		}
	}
	return s, err
}

// since writes the parts in processors, such as 0.52, and what others on the machine used meanwhile.
func (s shares) since(before shares) (parts [4]string, others string) {
	took := s.at.Sub(before.at)
	of := func(d time.Duration) float64 { return d.Seconds() / took.Seconds() }
	own := 0.0
	for i, d := range []time.Duration{
		s.functions - before.functions, s.database - before.database, s.gateway - before.gateway, s.load - before.load,
	} {
		own += of(d)
		parts[i] = fmt.Sprintf("%.2f", of(d))
	}
	return parts, fmt.Sprintf("%.2f", max(0, of(s.machine-before.machine)-own))
}

// busy is the processor time that the whole machine has used; see proc_stat(5).
func busy() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var sum int
	for i, field := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the name, idle, waiting for disks, guests
			continue
		}
		n, _ := strconv.Atoi(field)
		sum += n
	}
	return time.Duration(sum) * 10 * time.Millisecond
}

// loadAverage is that of the last minute.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
