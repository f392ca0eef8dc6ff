// Command rehearse deploys MuNet up to the door of an account: the real `sam deploy` packages what
// `sam build` left, uploads it and asks for a change set, of stand-ins for S3 and CloudFormation. What
// arrives there is checked against what CloudFormation, Lambda and IAM allow, expanded as CloudFormation
// expands it, and validated once more.
//
//	go run ./infra/rehearse .cache/tools/python/bin/python
//
// What only an account can tell, it does not: quotas, names that are taken, whether a domain is verified.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

//go:embed expand.py
var expand string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("name the Python that has the SAM CLI")
	}
	python, began := arguments[0], time.Now()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	stand := &standIn{objects: map[string][]byte{}}
	server := &http.Server{Handler: stand, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	defer func() { _ = server.Close() }()

	if err := deploy(ctx, python, "http://"+listener.Addr().String()); err != nil {
		return err
	}
	asked, err := stand.changeSet()
	if err != nil {
		return err
	}
	if err := asked.check(ctx, python); err != nil {
		return err
	}
	fmt.Printf("rehearse: the change set could be created; %d objects, %d parameters, %.0f s\n",
		len(stand.objects), len(asked.parameters), time.Since(began).Seconds())
	return nil
}

// deploy runs `sam deploy` with the repository's samconfig.toml. Nothing of the machine's own account
// is read.
func deploy(ctx context.Context, python, endpoint string) error {
	settings := template.LocalParameters("https://munet.example.org")
	var overrides []string
	for name, value := range settings {
		overrides = append(overrides, fmt.Sprintf("%s=%q", name, value))
	}
	slices.Sort(overrides)
	folder, err := os.MkdirTemp("", "munet-rehearse-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()              // it is temporary anyway
	sam := exec.CommandContext(ctx, python, append([]string{ //nolint:gosec // the Makefile names the program
		"-m", "samcli", "deploy", "--no-execute-changeset", "--no-confirm-changeset", "--no-progressbar", "--parameter-overrides",
	}, overrides...)...)
	sam.Env = append(withoutAWS(os.Environ()),
		"AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID=rehearsal", "AWS_SECRET_ACCESS_KEY=rehearsal",
		"AWS_CONFIG_FILE="+filepath.Join(folder, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(folder, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "SAM_CLI_TELEMETRY=0",
	)
	var said bytes.Buffer
	sam.Stdout, sam.Stderr = &said, &said
	if err := sam.Run(); err != nil {
		_, _ = io.Copy(os.Stderr, &said)
		return fmt.Errorf("sam deploy: %w", err)
	}
	return nil
}

func withoutAWS(environment []string) []string {
	return slices.DeleteFunc(environment, func(v string) bool { return strings.HasPrefix(v, "AWS_") })
}
