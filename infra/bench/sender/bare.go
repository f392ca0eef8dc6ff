package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
)

// bareMessages is how many messages the bare loop sends.
const bareMessages = 5000

// bareLoop sends one message of 6 KB after the other with the SDK as it comes, and prints the seconds
// of processor time for 1,000.
func bareLoop(ctx context.Context, endpoint string) error {
	client := ses.New(ses.Options{
		Region: "eu-central-1", BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	raw := []byte("From: " + os.Getenv("BARE_FROM") + "\r\nTo: success@simulator.amazonses.com\r\nSubject: Bare\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 82))
	before := processorTime()
	for range bareMessages {
		_, err := client.SendRawEmail(ctx, &ses.SendRawEmailInput{
			Source:       aws.String(os.Getenv("BARE_FROM")),
			Destinations: []string{"success@simulator.amazonses.com"}, RawMessage: &types.RawMessage{Data: raw},
		})
		if err != nil {
			return err
		}
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
func runSelf(ctx context.Context, variables []string, args ...string) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // itself
	cmd.Env = append(os.Environ(), variables...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
