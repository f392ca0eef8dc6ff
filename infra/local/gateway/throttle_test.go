package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A site with two routes, one of which has a throttle of its own, and a clock that the test moves.
func TestThrottle(t *testing.T) {
	t.Parallel()
	now := noon
	described := &template.Template{
		API: template.API{
			Throttle: template.Throttle{Rate: 10, Burst: 20},
			Routes:   map[string]template.Throttle{"POST /own": {Rate: 0.5, Burst: 1}},
		},
		Functions: []template.Function{{Routes: []template.Route{{Method: "GET", Path: "/"}, {Method: "GET", Path: "/members"}, {Method: "POST", Path: "/own"}}}},
	}
	invoke := func(context.Context, string, []byte) ([]byte, error) { return []byte(`{"statusCode":200}`), nil }
	g := New(described, invoke, func() time.Time { return now })
	// through is how many of n requests at this moment are answered by the function.
	through := func(n int, method, path string) (passed int) {
		t.Helper()
		for range n {
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
			switch {
			case w.Code == http.StatusOK:
				passed++
			case w.Code != http.StatusTooManyRequests || w.Body.String() != `{"message":"Too Many Requests"}`:
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		return passed
	}
	for _, step := range []struct {
		name         string
		wait         time.Duration
		requests     int
		method, path string
		passed       int
	}{
		{"a burst", 0, 15, "GET", "/", 15},
		{"which all routes share", 0, 15, "GET", "/members", 5},
		{"a token in a tenth of a second", 100 * time.Millisecond, 2, "GET", "/", 1},
		{"a part of one adds up", 50 * time.Millisecond, 1, "GET", "/", 0},
		{"… to one", 50 * time.Millisecond, 2, "GET", "/", 1},
		{"a route of its own", 0, 3, "POST", "/own", 1},
		{"… has its own rate", 2 * time.Second, 3, "POST", "/own", 1},
		{"never more than the burst", time.Hour, 30, "GET", "/", 20},
		{"a clock that goes back gives nothing", -time.Hour, 1, "GET", "/", 0},
	} {
		now = now.Add(step.wait)
		if passed := through(step.requests, step.method, step.path); passed != step.passed {
			t.Errorf("%s: %d of %d passed, want %d", step.name, passed, step.requests, step.passed)
		}
	}
}
