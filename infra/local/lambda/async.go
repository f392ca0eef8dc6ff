package lambda

import (
	"context"
	"errors"
	"time"
)

// InvokeAsync queues an event, as EventBridge and SNS invoke functions. A
// failing event is tried again as often and as long as the function's settings
// say: one minute after the first failure and two minutes after the second.
// Throttled events wait without counting as failures. Events that are given up
// are named in the log; on AWS they go to the dead-letter queue. Events that
// wait when the service closes are lost.
func (s *Service) InvokeAsync(logicalID string, event []byte) error {
	f, ok := s.functions[logicalID]
	if !ok {
		return ErrUnknownFunction
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return errClosed
	}
	s.async.Go(func() { s.attempt(f, event) })
	return nil
}

// Lambda tries a throttled event again after one second at first and with
// growing pauses of up to five minutes. One person's machine is not kept
// waiting that long.
const (
	throttleDelay    = 200 * time.Millisecond
	maxThrottleDelay = 5 * time.Second
)

func (s *Service) attempt(f *function, event []byte) {
	queued := time.Now()
	pause := throttleDelay
	for failures := 0; ; {
		_, err := f.invoke(context.Background(), event)
		switch {
		case err == nil, errors.Is(err, errClosed):
			return
		case errors.Is(err, ErrThrottled):
			if !s.sleep(pause) {
				return
			}
			pause = min(2*pause, maxThrottleDelay)
		default:
			failures++
			if failures > f.Retries {
				f.logf("gave an event up after %d attempts; it would be in the dead-letter queue", failures)
				return
			}
			if !s.sleep(s.retryDelay(failures)) {
				return
			}
		}
		if f.MaxAge > 0 && time.Since(queued) > f.MaxAge {
			f.logf("gave an event up after %s; it would be in the dead-letter queue", f.MaxAge)
			return
		}
	}
}

func retryDelay(n int) time.Duration { return time.Duration(n) * time.Minute }

// sleep is false if the service closes meanwhile.
func (s *Service) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stop:
		return false
	}
}
