// Package e2e drives the whole of MuNet as people do: the compiled functions behind the local
// cloud, over HTTP without JavaScript and in a real browser by keyboard, with the mails read.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

const coordinator = template.CoordinatorAddress

// site is the local cloud that the tests of this package share.
type site struct {
	*cloud.Cloud
	client *http.Client
}

// running is the shared cloud once it was started.
var running *cloud.Cloud

// shared starts the cloud for the first test that asks.
var shared = sync.OnceValues(func() (*site, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var err error
	running, err = launch(ctx, cloud.Options{Parameters: map[string]string{"AllowedOrigins": neighbours()}})
	if err != nil {
		return nil, err
	}
	return &site{running, newClient()}, nil
})

// newClient returns a client that follows no redirects by itself.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	quitChromium()
	if running != nil {
		if err := (&site{Cloud: running}).lintAll(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		if err := running.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	whole := code == 0 && allTests()
	if err := errors.Join(logs().check(), checkPrivileges(whole), checkDescription(whole)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// allTests reports whether this run leaves no test out.
func allTests() bool {
	return flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" && chromePath() != ""
}

// start returns the running site.
func start(t *testing.T) *site {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// invoke runs a scheduled function once, now.
func (s *site) invoke(t *testing.T, function string) {
	t.Helper()
	if out, err := s.Invoke(t.Context(), function, nil); err != nil {
		t.Fatalf("%s: %v\n%s", function, err, out)
	}
}
