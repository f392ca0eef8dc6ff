package checkout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Lock is an advisory lock on a file (flock), held across processes. The
// system gives it up by itself when the process that holds it ends.
type Lock struct{ file *os.File }

// LockMode says who else may hold a lock at the same time.
type LockMode int

// The modes of a lock.
const (
	Shared    LockMode = syscall.LOCK_SH // together with other shared holders
	Exclusive LockMode = syscall.LOCK_EX // alone
)

const lockPoll = 20 * time.Millisecond

// Acquire takes the lock on the file at path, which is made if it is missing,
// and waits for it until ctx ends.
func Acquire(ctx context.Context, path string, mode LockMode) (*Lock, error) {
	for {
		lock, err := TryAcquire(path, mode)
		if lock != nil || err != nil {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock %s: %w", path, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// TryAcquire takes the lock if nobody is in the way; else it is nil, nil.
func TryAcquire(path string, mode LockMode) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the caller names a file of its own
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), int(mode)|syscall.LOCK_NB)
	if err == nil {
		return &Lock{file}, nil
	}
	_ = file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// Release gives the lock up.
func (l *Lock) Release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}
