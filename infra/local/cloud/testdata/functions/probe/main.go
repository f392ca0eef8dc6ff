// Command probe is a function for tests of the local cloud. It writes down the
// events it gets, and sends mail when it is asked to over HTTP.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	sestypes "github.com/aws/aws-sdk-go-v2/service/ses/types"
)

var (
	config = aws.Config{
		Region:  os.Getenv("AWS_REGION"),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}, nil
		}),
	}
	tables = dynamodb.NewFromConfig(config, func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"))
	})
	mail = ses.NewFromConfig(config, func(o *ses.Options) {
		o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_SES"))
	})
)

func main() { lambda.Start(handle) }

func handle(ctx context.Context, event json.RawMessage) (any, error) {
	fmt.Println("probe works")
	var kind struct {
		Records        []events.SNSEventRecord
		RequestContext *struct{}
	}
	if err := json.Unmarshal(event, &kind); err != nil {
		return nil, err
	}
	switch {
	case kind.RequestContext != nil:
		return answer(ctx, event)
	case len(kind.Records) > 0:
		var notice struct {
			EventType string
			Mail      struct{ Tags map[string][]string }
		}
		if err := json.Unmarshal([]byte(kind.Records[0].SNS.Message), &notice); err != nil {
			return nil, err
		}
		return nil, note(ctx, notice.EventType+" "+strings.Join(notice.Mail.Tags["delivery"], " "))
	}
	return map[string]json.RawMessage{"got": event}, nil
}

func note(ctx context.Context, key string) error {
	_, err := tables.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(os.Getenv("TABLE")),
		Item:      map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
	})
	return err
}

func answer(ctx context.Context, event []byte) (any, error) {
	var r events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &r); err != nil {
		return nil, err
	}
	switch r.RawPath {
	case "/send":
		id, err := send(ctx, r.QueryStringParameters["to"])
		if err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadGateway, Body: err.Error()}, nil
		}
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: id}, nil
	case "/note":
		if err := note(ctx, "noted"); err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadGateway, Body: err.Error()}, nil
		}
	case "/sleep":
		time.Sleep(8 * time.Second)
	}
	return events.APIGatewayV2HTTPResponse{
		StatusCode: http.StatusOK, Body: os.Getenv("SITE_URL") + r.RawPath, Cookies: []string{"a=1", "b=2"},
	}, nil
}

func send(ctx context.Context, to string) (string, error) {
	raw := strings.Join([]string{
		"From: Probe <" + os.Getenv("FROM") + ">", "To: " + to, "Subject: =?utf-8?q?=CE=93=CE=B5=CE=B9=CE=B1?=",
		"X-SES-MESSAGE-TAGS: delivery=d1", "Content-Type: text/plain; charset=utf-8", "", "Hello", "",
	}, "\r\n")
	out, err := mail.SendRawEmail(ctx, &ses.SendRawEmailInput{
		RawMessage:           &sestypes.RawMessage{Data: []byte(raw)},
		ConfigurationSetName: aws.String(os.Getenv("CONFIGURATION_SET")),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.MessageId), nil
}
