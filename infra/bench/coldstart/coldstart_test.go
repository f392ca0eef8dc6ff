package coldstart_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/coldstart"
)

// TestMain lets this very test binary play the function: what it does is chosen by a variable.
func TestMain(m *testing.M) {
	switch os.Getenv("PLAY") {
	case "function":
		play("GET", "/2018-06-01/runtime/invocation/next")
	case "failing function":
		play("POST", "/2018-06-01/runtime/init/error")
	case "ending program":
		fmt.Fprintln(os.Stderr, "a setting is missing")
		os.Exit(1)
	case "silent program":
		time.Sleep(time.Minute)
	default:
		os.Exit(m.Run())
	}
}

func TestTime(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	watch, err := coldstart.NewStopwatch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = watch.Close() }()

	tests := []struct {
		plays     string
		wantError string
	}{
		{"function", ""},
		{"failing function", "cannot start: no table"},
		{"ending program", "a setting is missing"},
		{"silent program", "asked for no event"},
		{"function", ""}, // one that failed does not disturb the next
	}
	for _, tt := range tests {
		limit := 10 * time.Second
		if tt.plays == "silent program" {
			limit = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		took, err := watch.Time(ctx, self, []string{"PLAY=" + tt.plays})
		cancel()
		switch {
		case tt.wantError == "" && (err != nil || took <= 0):
			t.Errorf("%s: %v, %v; want a time", tt.plays, took, err)
		case tt.wantError != "" && (err == nil || !strings.Contains(err.Error(), tt.wantError)):
			t.Errorf("%s: error %v; want %q", tt.plays, err, tt.wantError)
		}
	}
	if _, err := watch.Time(t.Context(), filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a program that does not exist has started")
	}
}
