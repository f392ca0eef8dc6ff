package checkout

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRoot(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if root, err := Root(); err != nil || root != dir {
		t.Errorf("the root is %q, %v; want %q", root, err, dir)
	}
	cache, err := Cache("x", "y")
	if err != nil || cache != filepath.Join(dir, ".cache", "x", "y") {
		t.Errorf("the cache is %q, %v", cache, err)
	}
	if _, err := os.Stat(cache); err != nil {
		t.Error(err)
	}
	t.Chdir(filepath.Dir(dir))
	if root, err := Root(); err == nil {
		t.Errorf("outside of a checkout the root is %q", root)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	take := func(mode LockMode) *Lock {
		t.Helper()
		lock, err := TryAcquire(path, mode)
		if err != nil {
			t.Fatal(err)
		}
		return lock
	}
	release := func(l *Lock) {
		t.Helper()
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	one, two := take(Shared), take(Shared)
	if one == nil || two == nil {
		t.Fatal("a shared lock is not shared")
	}
	if take(Exclusive) != nil {
		t.Error("an exclusive lock was given beside shared ones")
	}
	release(one)
	release(two)
	alone := take(Exclusive)
	if alone == nil {
		t.Fatal("a free lock was not given")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Acquire(ctx, path, Shared); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a taken lock: %v", err)
	}
	time.AfterFunc(50*time.Millisecond, func() { release(alone) })
	if _, err := Acquire(t.Context(), path, Exclusive); err != nil {
		t.Errorf("waiting for a lock that is given up: %v", err)
	}
}
