// Package cloud builds a function's AWS clients from its environment.
//
// Lambda hands over region, credentials and endpoints in environment variables, so the SDK's
// config loader, which would look for files and metadata services as well, is left out: it
// doubles the time from exec to the first event.
package cloud

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/municipalitiesnet/munet/internal/environment"
)

// DynamoDB returns a client with the SDK's standard retries: the project's writes carry
// conditions and owner tokens that tell a repeated write from another's.
func DynamoDB() *dynamodb.Client {
	return dynamodb.NewFromConfig(configuration(5*time.Second), func(o *dynamodb.Options) {
		o.BaseEndpoint = endpoint("AWS_ENDPOINT_URL_DYNAMODB")
	})
}

// SES returns a client that never repeats a call by itself. SendRawEmail takes no idempotency
// token, so a hidden retry after a lost answer sends the mail twice.
func SES() *ses.Client {
	return ses.NewFromConfig(configuration(10*time.Second), func(o *ses.Options) {
		o.BaseEndpoint = endpoint("AWS_ENDPOINT_URL_SES")
		o.Retryer = aws.NopRetryer{}
	})
}

func configuration(timeout time.Duration) aws.Config {
	return aws.Config{
		Region:      environment.Setting("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(credentials),
		HTTPClient:  httpClient(timeout),
	}
}

// httpClient bounds each attempt as a whole, which the SDK's own client does not, and drops idle
// connections soon: after a freeze of the execution environment they are stale.
func httpClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
			TLSHandshakeTimeout: 3 * time.Second,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     20 * time.Second,
		},
	}
}

func credentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return c, fmt.Errorf("cloud: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}

func endpoint(variable string) *string {
	if v := os.Getenv(variable); v != "" {
		return &v
	}
	return nil
}
