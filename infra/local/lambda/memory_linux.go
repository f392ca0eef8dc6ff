package lambda

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// watchMemory notes in the log when the process has used more memory than the
// function has. Lambda would have killed it.
func (e *environment) watchMemory() {
	used := peakMemory(e.pid)
	if limit := e.function.Memory; limit > 0 && used > limit {
		e.function.logf("used %d MB of %d MB: Lambda would have killed it", used, limit)
	}
}

// peakMemory is the most memory in MB that a process has had, or 0 if that is
// not known.
func peakMemory(pid int) int {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		value, found := strings.CutPrefix(lines.Text(), "VmHWM:")
		if !found {
			continue
		}
		kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		if err != nil {
			return 0
		}
		return kb >> 10
	}
	return 0
}
