// Command schemathesis holds the running site against its description: it starts the local cloud with the
// demonstration data and lets Schemathesis (https://schemathesis.io) send what the description allows and
// what it does not. Settings, such as which answers are right, are in schemathesis.toml.
//
//	go run ./infra/schemathesis -program .cache/tools/schemathesis/bin/schemathesis
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/municipalitiesnet/munet/infra/demo"
	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

func main() {
	program := flag.String("program", ".cache/tools/schemathesis/bin/schemathesis", "where Schemathesis is installed")
	logs := flag.String("logs", "", "file for the logs of the functions")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *program, *logs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "schemathesis:", err)
		os.Exit(1) //nolint:gocritic // stop only ends the waiting for signals
	}
}

// run starts the site and Schemathesis, with arguments beside those that it always has.
func run(ctx context.Context, program, logs string, arguments []string) (err error) {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	o := cloud.Options{NoSchedules: true, Throttle: template.AccountThrottle}
	if logs != "" {
		file, err := os.Create(logs) //nolint:gosec // the caller's choice
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		o.Log = file
	}
	c, err := cloud.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := demo.Fill(ctx, c.DynamoDB(), c.Tables, template.CoordinatorAddress); err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, append([]string{ //nolint:gosec // the caller's own program
		"--config-file", filepath.Join(root, "infra/schemathesis/schemathesis.toml"),
		"run", filepath.Join(root, "internal/website/openapi.yaml"), "--url", c.URL,
	}, arguments...)...)
	if command.Dir, err = os.MkdirTemp("", "schemathesis-"); err != nil { // it leaves folders behind
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(command.Dir)) }()
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	return command.Run()
}
