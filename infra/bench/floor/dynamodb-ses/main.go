// Command dynamodb-ses is the smallest function with a DynamoDB and an SES client: the floor for
// functions that use tables and send mail.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ses"
)

func main() {
	config := aws.Config{Region: os.Getenv("AWS_REGION"), Credentials: aws.AnonymousCredentials{}}
	tables, mail := dynamodb.NewFromConfig(config), ses.NewFromConfig(config)
	lambda.Start(func(ctx context.Context) error {
		_, read := tables.GetItem(ctx, &dynamodb.GetItemInput{})
		_, sent := mail.SendRawEmail(ctx, &ses.SendRawEmailInput{})
		return errors.Join(read, sent)
	})
}
