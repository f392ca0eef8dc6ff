// Package environment is what a function's main reads from its surroundings: settings that the
// template gives it, and where its log goes. Whatever is missing or wrong ends the process at once
// and loudly, because a wrong template must not answer a single request.
package environment

import (
	"log/slog"
	"os"
	"time"
)

// Setting returns an environment variable that the function cannot work without.
func Setting(name string) string {
	v := os.Getenv(name)
	if v == "" {
		slog.Error("a setting is missing from the environment", "setting", name)
		os.Exit(1)
	}
	return v
}

// Must returns v unless making it failed.
func Must[T any](v T, err error) T {
	if err != nil {
		slog.Error("the function cannot start", "cause", err.Error())
		os.Exit(1)
	}
	return v
}

// Log returns a logger that writes JSON lines, as CloudWatch reads them, and makes it the default. Each
// line has the ids of the invocation and of its trace. Every process asks for it once, when it starts,
// which is counted here.
func Log() *slog.Logger {
	log := slog.New(traced{slog.NewJSONHandler(os.Stdout, nil)})
	slog.SetDefault(log)
	coldStart.write(os.Stdout, time.Now(), 1)
	return log
}
