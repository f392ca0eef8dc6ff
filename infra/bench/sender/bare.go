package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
	"golang.org/x/sync/errgroup"
)

// bareMessages is how many messages the bare loop sends.
const bareMessages = 10_000

// bareLoop sends the message that it reads, again and again and so many at once, with the SDK and Go
// as they come, and prints the seconds of processor time for 1,000.
func bareLoop(ctx context.Context, endpoint string, atOnce int) error {
	raw, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	client := ses.New(ses.Options{
		Region: "eu-central-1", BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	group, ctx := errgroup.WithContext(ctx)
	before := processorTime()
	for range atOnce {
		group.Go(func() error {
			for range bareMessages / atOnce {
				_, err := client.SendRawEmail(ctx, &ses.SendRawEmailInput{RawMessage: &types.RawMessage{Data: raw}})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Println((processorTime() - before).Seconds() / bareMessages * 1000)
	return nil
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// runSelf runs this program with other arguments and returns what it prints.
func runSelf(ctx context.Context, input []byte, args ...string) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // itself
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
