// Command local runs MuNet on this machine, without AWS and without Docker:
// the functions' compiled binaries, with the tables, routes and schedules of
// template.yaml.
//
//	go run ./infra/local -port 8080 -data .local
//
// It needs Java 17 or newer for DynamoDB Local and, for its first download,
// npm.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/municipalitiesnet/munet/infra/demo"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

func main() { os.Exit(start()) }

// start reads the flags and returns the exit status.
func start() int {
	port := flag.Int("port", 8080, "port of the site")
	data := flag.String("data", ".local", "folder that keeps tables and mail between runs")
	file := flag.String("template", "", "SAM template to run (default: template.yaml of the checkout)")
	examples := flag.Bool("demo", true, "begin with demonstration data")
	schedules := flag.Bool("schedules", true, "start scheduled functions at their times")
	rate := flag.Float64("throttle", 0, "requests a second that the HTTP API lets through, and twice as many at once (default: the template's)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	o := cloud.Options{
		Data: *data, Template: *file, Log: os.Stdout, Colour: isTerminal(os.Stdout),
		NoSchedules: !*schedules, Throttle: template.Throttle{Rate: *rate, Burst: int(2 * *rate)},
	}
	if err := run(ctx, *port, o, *examples); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// run serves until ctx ends.
func run(ctx context.Context, port int, o cloud.Options, examples bool) error {
	if err := checkTools(ctx); err != nil {
		return err
	}
	listener, err := listen(ctx, port)
	if err != nil {
		return err
	}
	o.Listener, o.FundingCalls = listener, demo.PortalCalls(time.Now())
	c, err := cloud.Start(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil // stopped while it was starting
		}
		return err
	}
	if examples {
		if err := fill(ctx, c); err != nil {
			return errors.Join(err, c.Close())
		}
	}
	fmt.Println("coordinator:", template.CoordinatorAddress)
	fmt.Println("mailbox:", c.URL+"/_local/mail")
	fmt.Println("authenticator:", c.URL+"/_local/authenticator")
	fmt.Println("ready:", c.URL)
	<-ctx.Done()
	return c.Close()
}

// fill adds the demonstration data at the first start.
func fill(ctx context.Context, c *cloud.Cloud) error {
	return demo.Fill(ctx, c.DynamoDB(), c.Tables, template.CoordinatorAddress)
}

// checkTools tells in a sentence what is missing.
func checkTools(ctx context.Context) error {
	if os.Getenv(dynamodblocal.EndpointVariable) != "" {
		return nil
	}
	if err := dynamodblocal.CheckJava(ctx); err != nil {
		return err
	}
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed: Node.js with npm is needed to fetch DynamoDB Local", tool)
		}
	}
	return nil
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort("localhost", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken: stop the program that uses it, or choose another port with -port (make run PORT=…)", port)
	}
	return listener, err
}

// isTerminal tells whether colours make sense (https://no-color.org).
func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}
