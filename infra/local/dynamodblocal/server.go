// Package dynamodblocal runs DynamoDB Local, Amazon's own emulator of
// DynamoDB, and makes the template's tables in it.
//
// The emulator is a Java program. Its files travel inside an npm package,
// which is the one place to get an exact version with a known hash.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/npm"
	"github.com/municipalitiesnet/munet/infra/local/process"
)

// EndpointVariable is the SDK's own variable for the address of DynamoDB. Who
// sets it has an emulator already (another version, a container), and none is
// started.
const EndpointVariable = "AWS_ENDPOINT_URL_DYNAMODB"

// emulator holds DynamoDB Local 1.25.1 in its folder emulator.
var emulator = npm.Package{
	Name:      "amplify-dynamodb-simulator",
	Version:   "2.9.30",
	Integrity: "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==",
	Folder:    "emulator",
}

const (
	minimumJava  = 17
	startTimeout = 3 * time.Minute // seconds, but for a machine that has much else to do
	stopGrace    = 5 * time.Second
)

// A Server is a running emulator.
type Server struct {
	URL     string
	process *process.Process
}

// Start runs the emulator on a free port of the loopback interface and
// returns when it answers. The data is kept in dir, or in memory if dir is
// empty. The emulator's own messages go to log.
func Start(ctx context.Context, dir string, log io.Writer) (*Server, error) {
	if err := CheckJava(ctx); err != nil {
		return nil, err
	}
	files, err := npm.Fetch(ctx, emulator)
	if err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	args := []string{
		"-Xmx1g", "-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
		"-port", port, "-sharedDb", "-disableTelemetry",
	}
	if dir == "" {
		args = append(args, "-inMemory")
		// Tests end before Java's second compiler and parallel collector have earned what they cost: this
		// takes 0.6 times the processor time.
		args = append([]string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"}, args...)
	} else {
		if dir, err = filepath.Abs(dir); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder for DynamoDB: %w", err)
		}
		args = append(args, "-dbPath", dir)
	}
	// Not CommandContext: the emulator ends in Close, after those who use it.
	cmd := exec.Command("java", args...) //nolint:gosec,noctx // the arguments are made above
	cmd.Dir, cmd.Stdout, cmd.Stderr = files, log, log
	p, err := process.Start(cmd)
	if err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	s := &Server{URL: "http://127.0.0.1:" + port, process: p}
	if err := s.wait(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// wait returns when the emulator answers.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for !answers(ctx, s.URL) {
		select {
		case <-s.process.Done():
			return fmt.Errorf("DynamoDB Local has ended: %w", s.process.Err())
		case <-ctx.Done():
			return fmt.Errorf("wait for DynamoDB Local: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// Done is closed when the emulator has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close stops the emulator and waits for its end.
func (s *Server) Close() { s.process.Stop(stopGrace) }

// answers tells whether a DynamoDB is at url. Without a signature it refuses
// every request with status 400 and a request id.
func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusBadRequest && response.Header.Get("X-Amzn-Requestid") != ""
}

// CheckJava is an error, in a sentence for people, if there is no Java that
// can run the emulator.
func CheckJava(ctx context.Context) error {
	java, err := exec.LookPath("java")
	if err != nil {
		return fmt.Errorf("java is not installed: DynamoDB Local needs Java %d or newer", minimumJava)
	}
	output, err := exec.CommandContext(ctx, java, "-version").CombinedOutput() //nolint:gosec // found on PATH by its name
	if err != nil {
		return fmt.Errorf("java does not run (%w): DynamoDB Local needs Java %d or newer", err, minimumJava)
	}
	version, err := javaVersion(string(output))
	if err != nil {
		return err
	}
	if version < minimumJava {
		return fmt.Errorf("this is Java %d: DynamoDB Local needs Java %d or newer", version, minimumJava)
	}
	return nil
}

// Before Java 9 the versions were called 1.8 and so on.
var versionLine = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

func javaVersion(output string) (int, error) {
	match := versionLine.FindStringSubmatch(output)
	if match == nil {
		return 0, errors.New("java -version prints no version")
	}
	return strconv.Atoi(match[1])
}

func freePort(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
