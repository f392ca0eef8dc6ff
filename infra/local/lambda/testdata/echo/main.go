// Command echo is a function for tests. What it does is told by its event.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do    string
	Sleep time.Duration
	Size  int
}

type result struct {
	PID      int
	ARN      string
	ID       string
	Remains  time.Duration
	Memory   string
	Own      string
	HasHome  bool
	Filler   string
	Function string
}

func main() {
	if os.Getenv("AT_START") == "exit" {
		os.Exit(3)
	}
	fmt.Println("echo starts")
	lambda.Start(handle)
}

func handle(ctx context.Context, e event) (*result, error) {
	fmt.Println("echo works")
	time.Sleep(e.Sleep)
	switch e.Do {
	case "fail":
		return nil, errors.New("as told")
	case "panic":
		panic("as told")
	case "exit":
		os.Exit(7)
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	_, hasHome := os.LookupEnv("HOME")
	return &result{
		PID: os.Getpid(), ARN: lc.InvokedFunctionArn, ID: lc.AwsRequestID,
		Remains: time.Until(deadline), Memory: os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
		Own: os.Getenv("OWN"), HasHome: hasHome, Filler: string(make([]byte, e.Size)),
		Function: lambdacontext.FunctionName,
	}, nil
}
