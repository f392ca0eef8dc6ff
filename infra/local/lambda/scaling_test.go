package lambda

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestScalesOut(t *testing.T) {
	t.Parallel()
	s, _ := service(t, nil)
	pids := inParallel(t, s, 3)
	if len(pids) != 3 {
		t.Errorf("3 events at once ran in %d processes", len(pids))
	}
}

// inParallel sends n events that take a while and counts how many each process
// handled. Throttled events are counted as process 0.
func inParallel(t *testing.T, s *Service, n int) map[int]int {
	t.Helper()
	var mutex sync.Mutex
	var group sync.WaitGroup
	pids := map[int]int{}
	for range n {
		group.Go(func() {
			e, err := invoke(t, s, `{"Sleep":500000000}`)
			if err != nil && !errors.Is(err, ErrThrottled) {
				t.Error(err)
			}
			mutex.Lock()
			defer mutex.Unlock()
			pids[e.PID]++
		})
	}
	group.Wait()
	return pids
}

func TestReservedConcurrencyThrottles(t *testing.T) {
	t.Parallel()
	s, _ := service(t, func(f *Function) { f.Concurrency = 1 })
	pids := inParallel(t, s, 3)
	if len(pids) != 2 || pids[0] != 2 {
		t.Errorf("processes and their events: %v, want 2 throttled and 1 handled", pids)
	}
}

func TestUnreservedWaits(t *testing.T) {
	t.Parallel()
	s, _ := service(t, nil)
	pids := inParallel(t, s, unreserved+4)
	if pids[0] != 0 || len(pids) > unreserved {
		t.Errorf("%d throttled, %d processes", pids[0], len(pids))
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	s, _ := service(t, nil)
	done := make(chan error, 1)
	go func() {
		_, err := s.Invoke(context.WithoutCancel(t.Context()), "Echo", []byte(`{"Sleep":10000000000}`))
		done <- err
	}()
	for s.Processes("Echo") == 0 {
		time.Sleep(time.Millisecond)
	}
	if n := s.Kill("Echo"); n != 1 {
		t.Errorf("killed %d processes", n)
	}
	err := <-done
	var failed *FunctionError
	if !errors.As(err, &failed) || !strings.Contains(failed.Message, "signal: killed") {
		t.Errorf("the error is %v", err)
	}
	if _, err := invoke(t, s, `{}`); err != nil {
		t.Errorf("after the kill: %v", err)
	}
}
