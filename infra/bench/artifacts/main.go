// Command artifacts checks what `sam build` left in a folder: that every function of the template
// is there, is built as it should be for Lambda, and starts. A program for another processor than
// this machine's cannot be started here; that is said.
package main

import (
	"context"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/coldstart"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// startLimit is how long a function may take to ask for its first event; Lambda allows 10 s.
const startLimit = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "artifacts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("name the folder that sam build wrote to")
	}
	parameters := template.LocalParameters("https://munet.example.org")
	t, err := template.Load("template.yaml", template.Options{Parameters: parameters})
	if err != nil {
		return err
	}
	watch, err := coldstart.NewStopwatch(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = watch.Close() }()

	var failed error
	for _, f := range t.Functions {
		path := filepath.Join(arguments[0], f.LogicalID, f.Handler)
		finding, err := check(ctx, watch, path, f)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", f.LogicalID, err))
			continue
		}
		fmt.Printf("%-22s %s\n", f.LogicalID, finding)
	}
	return failed
}

// check says in a few words what is right about the program at path.
func check(ctx context.Context, watch *coldstart.Stopwatch, path string, f template.Function) (string, error) {
	processor, err := inspect(path)
	if err != nil {
		return "", err
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != processor {
		return fmt.Sprintf("built for %s, not started on %s/%s", processor, runtime.GOOS, runtime.GOARCH), nil
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	took, err := watch.Time(ctx, path, coldstart.Environment(f))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("built for %s, asks for an event after %.1f ms", processor, took.Seconds()*1000), nil
}

// inspect returns the processor (as GOARCH) of a program that runs on Lambda's bare system: an
// executable without foreign libraries, and without paths of the machine that built it.
func inspect(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode()&0o111 == 0 {
		return "", fmt.Errorf("%s is not executable", path)
	}
	if err := static(path); err != nil {
		return "", err
	}
	built, err := buildinfo.ReadFile(path)
	if err != nil {
		return "", err
	}
	settings := map[string]string{}
	for _, s := range built.Settings {
		settings[s.Key] = s.Value
	}
	for key, want := range map[string]string{"GOOS": "linux", "-trimpath": "true", "-tags": "lambda.norpc,nethttpomithttp2"} {
		if settings[key] != want {
			return "", fmt.Errorf("%s is built with %s=%q and not %q", path, key, settings[key], want)
		}
	}
	return settings["GOARCH"], nil
}

func static(path string) error {
	program, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = program.Close() }()
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP {
			return fmt.Errorf("%s needs shared libraries: it was built with CGO_ENABLED=1", path)
		}
	}
	return nil
}
