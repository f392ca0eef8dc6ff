package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// Several test binaries that run at once or soon after each other use one
// emulator, because starting it takes seconds of processor time. A small
// process of its own, the guard, starts the emulator and ends it.
//
// Every user holds a shared lock on the file "users" as long as it lives; the
// system lets go of it even if the user is killed. The guard ends the emulator
// when it could take that lock alone for a while. It keeps the lock until it
// has ended, so a user that comes in between waits and then starts anew.
const (
	usersLock    = "users"    // see above
	guardLock    = "guarded"  // held by the guard as long as it lives
	startLock    = "start"    // one user at a time looks for the emulator or starts it
	endpointFile = "endpoint" // the emulator's address, written by the guard
	guardLog     = "guard.log"

	idleTime  = 20 * time.Second
	guardPoll = time.Second
)

// Shared returns the address of an emulator that keeps its data in memory and
// that other processes use as well: use names that nobody else has. The
// emulator ends by itself some 20 seconds after its last user.
func Shared(ctx context.Context) (string, error) {
	if url := os.Getenv(EndpointVariable); url != "" {
		return url, nil
	}
	dir, err := checkout.Cache("dynamodblocal")
	if err != nil {
		return "", err
	}
	if err := becomeUser(ctx, filepath.Join(dir, usersLock)); err != nil {
		return "", err
	}
	lock, err := checkout.Acquire(ctx, filepath.Join(dir, startLock), checkout.Exclusive)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Release() }()
	for {
		if url := endpoint(dir); url != "" && answers(ctx, url) {
			return url, nil
		}
		// An emulator that does not answer may just be slow on a busy machine:
		// only where no guard lives a new one is started.
		guard, err := checkout.TryAcquire(filepath.Join(dir, guardLock), checkout.Exclusive)
		if err != nil {
			return "", err
		}
		if guard != nil {
			if err := guard.Release(); err != nil {
				return "", err
			}
			return startGuard(ctx, dir)
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("wait for the emulator: %w", ctx.Err())
		case <-time.After(guardPoll):
		}
	}
}

// user is this process's lock. It is kept here because the garbage collector would close a file
// that nobody refers to, and the lock would go with it.
var user struct {
	sync.Mutex
	lock *checkout.Lock
}

// becomeUser takes the users' lock for as long as this process lives.
func becomeUser(ctx context.Context, path string) (err error) {
	user.Lock()
	defer user.Unlock()
	if user.lock == nil {
		user.lock, err = checkout.Acquire(ctx, path, checkout.Shared)
	}
	return err
}

func endpoint(dir string) string {
	content, err := os.ReadFile(filepath.Join(dir, endpointFile)) //nolint:gosec // a file of this package
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}

// startGuard runs the guard as a process that outlives this one, in a session
// of its own and with no file of this process.
func startGuard(ctx context.Context, dir string) (string, error) {
	if err := CheckJava(ctx); err != nil {
		return "", err
	}
	if err := os.Remove(filepath.Join(dir, endpointFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	program := filepath.Join(dir, "guard")
	//nolint:gosec // constant arguments
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "github.com/municipalitiesnet/munet/infra/local/dynamodblocal/guard")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the emulator's guard: %w: %s", err, output)
	}
	log, err := os.Create(filepath.Join(dir, guardLog)) //nolint:gosec // a file of this package
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(program) //nolint:gosec,noctx // it must outlive the context
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start the emulator's guard: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return awaitGuard(ctx, dir, ended)
}

func awaitGuard(ctx context.Context, dir string, ended <-chan error) (string, error) {
	for {
		if url := endpoint(dir); url != "" {
			return url, nil
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(filepath.Join(dir, guardLog)) //nolint:gosec // it only adds to the message
			return "", fmt.Errorf("the emulator did not start: %w\n%s", err, text)
		case <-ctx.Done():
			return "", fmt.Errorf("wait for the emulator: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Guard runs an emulator for Shared in the background and returns when nobody
// has used it for a while. It is what the program in the folder guard does.
func Guard(ctx context.Context) error {
	dir, err := checkout.Cache("dynamodblocal")
	if err != nil {
		return err
	}
	alone, err := checkout.Acquire(ctx, filepath.Join(dir, guardLock), checkout.Exclusive)
	if err != nil {
		return err
	}
	defer func() { _ = alone.Release() }()
	server, err := Start(ctx, "", os.Stderr)
	if err != nil {
		return err
	}
	defer server.Close()
	// Write and rename, so that nobody reads half an address.
	draft := filepath.Join(dir, endpointFile+".new")
	if err := os.WriteFile(draft, []byte(server.URL), 0o600); err != nil {
		return err
	}
	if err := os.Rename(draft, filepath.Join(dir, endpointFile)); err != nil {
		return err
	}
	lock, err := awaitIdle(ctx, filepath.Join(dir, usersLock), server.Done(), guardPoll, idleTime)
	if err != nil || lock == nil {
		return err
	}
	defer func() { _ = lock.Release() }()
	return os.Remove(filepath.Join(dir, endpointFile))
}

// awaitIdle returns the users' lock once nobody else has held it for the time
// idle, or nil if the emulator has ended before. It looks at every poll.
func awaitIdle(ctx context.Context, path string, ended <-chan struct{}, poll, idle time.Duration) (*checkout.Lock, error) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for idleSince := time.Now(); ; {
		select {
		case <-tick.C:
		case <-ended:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		lock, err := checkout.TryAcquire(path, checkout.Exclusive)
		if err != nil {
			return nil, err
		}
		if lock == nil {
			idleSince = time.Now()
			continue
		}
		if time.Since(idleSince) >= idle {
			return lock, nil
		}
		if err := lock.Release(); err != nil {
			return nil, err
		}
	}
}
